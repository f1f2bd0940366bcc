import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiBench, openApiBench } from "../api-fixture.ts";

let bench: ApiBench;
let receiver: Server;
let received: string[];
let answer: { status: number; body: string };
beforeAll(async () => {
  bench = await openApiBench();
  received = [];
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      received.push(body);
      response.writeHead(answer.status).end(answer.body);
    });
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
});
afterAll(async () => {
  await bench.close();
  receiver.closeAllConnections();
  receiver.close();
});

const url = (path: string): string => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${path}`;
const call = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${bench.url}/api/v1/channels${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(text).not.toContain("very-secret");
  return { status: response.status, answer: JSON.parse(text) };
};

test("a channel is added, renamed, switched off, tested in its language, and removed; its secrets never come out", async () => {
  const added = await call("POST", "", {
    kind: "wecom",
    name: "组里",
    lang: "zh-CN",
    settings: { address: url("/send?key=very-secret") },
  });
  expect(added.status).toBe(201);
  const { id } = added.answer;
  const view = {
    id,
    kind: "wecom",
    lang: "zh-CN",
    fixed: false,
    last: null,
    host: expect.stringMatching(/^127.0.0.1:/),
  };
  expect((await call("GET", "")).answer.channels).toEqual([{ ...view, name: "组里", enabled: true }]);
  expect((await call("PATCH", `/${id}`, { name: "值班", enabled: false })).answer).toEqual({
    channel: { ...view, name: "值班", enabled: false },
  });

  answer = { status: 200, body: '{"errcode":0}' };
  expect((await call("POST", `/${id}/test`, {})).answer).toEqual({ delivered: true });
  expect(received.at(-1)).toContain("可以送达此渠道");
  answer = { status: 200, body: '{"errcode":93000,"errmsg":"no very-secret here"}' };
  const refused = await call("POST", `/${id}/test`, {});
  expect(refused).toMatchObject({
    status: 409,
    answer: { error: { message: "the test message did not arrive: answered errcode 93000: no […] here" } },
  });

  expect((await call("DELETE", `/${id}`)).status).toBe(200);
  expect((await call("GET", "")).answer.channels).toEqual([]);
  expect((await call("DELETE", `/${id}`)).status).toBe(404);
  expect(bench.failures).toEqual([]);
});

test("the way it was asked for before there were more kinds still works", async () => {
  const { status, answer: added } = await call("POST", "", { kind: "webhook", address: url("/very-secret") });
  expect(status).toBe(201);
  expect((await call("POST", `/${added.id}/remove`, {})).status).toBe(200);
});

test.each([
  [{ kind: "pager", address: "x" }, /kind/],
  [{ kind: "slack" }, /takes an address, or a token and a channel/],
  [{ kind: "slack", address: "ftp://very-secret" }, /is not an https address/],
  [{ kind: "webhook", address: "http://10.0.0.7/very-secret" }, /must be https/],
  [{ kind: "discord", address: "https://example.com/very-secret" }, /is none of discord.com/],
  [{ kind: "ntfy", settings: { topic: "very-secret/../x" } }, /topic takes letters/],
  [{ kind: "webhook", name: " ", address: "https://example.com/very-secret" }, /name/],
  [{ kind: "webhook", settings: { address: "https://example.com/very-secret", colour: "red" } }, /colour/],
])("%j is refused with what is wrong", async (body, reason) => {
  const { status, answer: refused } = await call("POST", "", body);
  expect([status, refused.error.code]).toEqual([400, "bad_request"]);
  expect(refused.error.message).toMatch(reason);
});
