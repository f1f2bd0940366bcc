import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CHANNEL_KINDS } from "#lib/protocol/index.ts";
import { addChannel, listChannels, removeChannel, setupLines, testChannel } from "./admin-channels.ts";
import type { Context } from "./context.ts";

/** Without a server: the commands keep the folder for as long as they work. */
let data: string;
let receiver: Server;
let received: { path: string; body: string }[];
let said: string[];
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), "curvewatch-admin-"));
  received = [];
  said = [];
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      received.push({ path: request.url ?? "", body });
      response.writeHead(request.url === "/broken" ? 500 : 200).end('{"id":"x"}');
    });
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
});
afterEach(() => {
  receiver.closeAllConnections();
  receiver.close();
  rmSync(data, { recursive: true, force: true });
});

const url = (path: string): string => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${path}`;
const context = (env: Record<string, string> = {}, input = ""): Context => ({
  env: { CURVEWATCH_ALLOW_HOSTS: "127.0.0.1", ...env },
  cwd: data,
  out: (line) => void said.push(line),
  write: async () => {},
  err: (line) => void said.push(line),
  input: async () => input,
  terminal: { out: process.stdout, err: process.stderr, isAttended: false },
  signal: AbortSignal.timeout(15_000),
  parent: null,
});

test("a channel is added, listed, tested and removed, by name", async () => {
  const flags = { data };
  expect(await addChannel(context(), "webhook", { ...flags, name: "my hook", address: url("/very-secret") })).toBe(0);
  expect(await listChannels(context(), flags)).toBe(0);
  expect(await testChannel(context(), "My Hook", flags)).toBe(0);
  expect(received.map(({ path }) => path)).toEqual(["/very-secret"]);
  expect(await removeChannel(context(), "my hook", flags)).toBe(0);
  expect(said).toEqual([
    "my hook was added. Try it: curvewatch admin channels test 'my hook'",
    `my hook  webhook  ${new URL(url("/")).host}  en  on`,
    "The test message arrived at my hook.",
    "my hook was removed.",
  ]);
});

test("secrets come by environment and by standard input, a line each, and are kept encrypted", async () => {
  const env = { CURVEWATCH_CHANNEL_TOKEN: "tk_from_environment", CURVEWATCH_CHANNEL_PASSWORD: "of another kind" };
  const server = url("/");
  await addChannel(context(env, "my-topic\nnot read\n"), "ntfy", { data, topic: "-", server, lang: "zh-CN" });
  await testChannel(context(), "ntfy", { data });
  expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({
    topic: "my-topic",
    title: expect.stringContaining("测试消息"),
  });
  const file = readFileSync(join(data, "channels.json"), "utf8");
  for (const secret of ["my-topic", "tk_from"]) expect(file + said.join()).not.toContain(secret);
});

test.each([
  ["nothing on standard input", () => addChannel(context(), "wecom", { data, address: "-" }), /found no line/],
  ["a setting that is missing", () => addChannel(context(), "discord", { data }), /Discord: address is missing/],
  [
    "an address in the network",
    () => addChannel(context(), "webhook", { data, address: "http://10.0.0.1/secret-x" }),
    /must be https/,
  ],
  ["a name that there is not", () => testChannel(context(), "ops", { data }), /no channel is named ops/],
])("%s is said", async (_, act, reason) => {
  const error = await act().catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ name: "CurvewatchError", message: expect.stringMatching(reason) });
  expect(String(error)).not.toContain("secret-x");
});

test("a message that does not arrive is a failure with its reason", async () => {
  await addChannel(context(), "webhook", { data, address: url("/broken") });
  await expect(testChannel(context(), "webhook", { data })).rejects.toThrow("did not arrive: answered 500");
});

test("the help says how every kind is set up", () => {
  for (const kind of CHANNEL_KINDS) expect(setupLines()).toMatch(new RegExp(`^  ${kind} +--`, "m"));
});
