import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ChannelKind } from "#lib/protocol/index.ts";
import { Poster } from "../post.ts";
import type { Delivered } from "./channel.ts";
import { dingtalkSignature } from "./dingtalk.ts";
import { feishuSignature } from "./feishu.ts";
import { channelFor } from "./index.ts";
import { LINKS, NOTICE, openHttpReceiver, openMailReceiver, type Receiver } from "./receiver-fixture.ts";
import { webhookSignature } from "./webhook.ts";

/** What is particular to a vendor; what they share is in contract.test.ts. */
const NOW = 1_700_000_000_123;
const answers = { yes: "", no: "" };
const poster = new Poster({ allowPrivate: false, allowHosts: ["127.0.0.1"], timeoutMs: 1000 });
let receiver: Receiver;
beforeAll(async () => {
  receiver = await openHttpReceiver(answers);
});
afterEach(() => {
  receiver.received.length = 0;
});
afterAll(async () => {
  await poster.close();
  await receiver.close();
});
const post = (kind: ChannelKind, settings: object, receipt: string | null = null): Promise<Delivered> =>
  channelFor(kind).deliver({ notice: NOTICE, links: LINKS, lang: "en", receipt }, settings, { poster, now: () => NOW });
const server = (): string => `http://127.0.0.1:${receiver.port}`;
const sentBody = () => JSON.parse(receiver.received[0]?.body ?? "null");

// Made with Python's hmac and with openssl, not with this code.
test("signatures are the vendors'", () => {
  expect(dingtalkSignature("SECtest0123456789", 1_700_000_000_123)).toBe(
    "Fu23Ue8IkFmlxFpmeItlgyo2GpWW6M6MFH5DnuAvYg8=",
  );
  expect(feishuSignature("feishu-secret", 1_700_000_000)).toBe("OrBzY1Y01Gq+HgJsl+7OfWcMVwc7YocohQm5iiZwjhU=");
  expect(webhookSignature("hook-secret", 1_700_000_000, '{"id":"a/0"}')).toBe(
    "t=1700000000,v1=b3d90ef26c47212e5d5d4e8aca0613e507309a02340b4f16d72c27b7f7dc97dc",
  );
});

test("DingTalk's signature and time are in the query, Feishu's in the body", async () => {
  answers.yes = '{"errcode":0,"code":0}';
  await post("dingtalk", { address: `${server()}/robot/send?access_token=abc`, secret: "SECtest0123456789" });
  const { searchParams } = new URL(receiver.received[0]?.path ?? "", server());
  expect(Object.fromEntries(searchParams)).toEqual({
    access_token: "abc",
    timestamp: String(NOW),
    sign: "Fu23Ue8IkFmlxFpmeItlgyo2GpWW6M6MFH5DnuAvYg8=",
  });
  receiver.received.length = 0;
  await post("feishu", { address: `${server()}/hook/x`, secret: "feishu-secret" });
  expect(sentBody()).toMatchObject({ timestamp: "1700000000", sign: "OrBzY1Y01Gq+HgJsl+7OfWcMVwc7YocohQm5iiZwjhU=" });
});

test("what follows the first message of an incident joins its thread, where there are threads", async () => {
  answers.yes = '{"ok":true,"ts":"2.0","result":{"message_id":78}}';
  await post("slack", { token: "xoxb-1", channel: "C1", server: server() }, "1.0");
  expect(sentBody()).toMatchObject({ channel: "C1", thread_ts: "1.0" });
  expect(receiver.received[0]?.headers.authorization).toBe("Bearer xoxb-1");
  receiver.received.length = 0;
  const bot = { token: "12345:abcdefghijklmnopqrstuvwxyz", chat: "-100", server: server() };
  expect(await post("telegram", bot, "77")).toEqual({ kind: "sent", receipt: "78" });
  expect(sentBody().reply_parameters).toEqual({ message_id: 77, allow_sending_without_reply: true });
});

test.each([
  ["slack", '{"ok":false,"error":"ratelimited"}', true, null],
  ["slack", '{"ok":false,"error":"invalid_auth"}', false, null],
  ["feishu", '{"code":11232,"msg":"frequency limited"}', true, null],
  ["feishu", '{"code":9499,"msg":"Bad Request"}', false, null],
  ["dingtalk", '{"errcode":130101,"errmsg":"send too fast"}', true, 600_000],
  ["dingtalk", '{"errcode":-1,"errmsg":"busy"}', true, null],
  ["wecom", '{"errcode":45009,"errmsg":"api freq out of limit"}', true, null],
  ["telegram", '{"ok":false,"error_code":429,"parameters":{"retry_after":35}}', true, 35_000],
] as const)("%s: %s", async (kind, body, retryable, retryAfterMs) => {
  answers.yes = body;
  const settings = {
    slack: { token: "xoxb-1", channel: "C1", server: server() },
    telegram: { token: "12345:abcdefghijklmnopqrstuvwxyz", chat: "-100", server: server() },
    feishu: { address: `${server()}/x` },
    dingtalk: { address: `${server()}/x` },
    wecom: { address: `${server()}/x` },
  }[kind];
  expect(await post(kind, settings)).toMatchObject({ kind: "refused", retryable, retryAfterMs });
});

test("Discord tells in the body how long to wait", async () => {
  const busy = await openScripted(429, '{"message":"You are being rate limited.","retry_after":0.35,"global":false}');
  expect(await post("discord", { address: `${busy.url}/api/webhooks/1/x` })).toMatchObject({
    retryable: true,
    retryAfterMs: 350,
  });
  await busy.close();
});

test("a vendor's address that is not the vendor's is refused, unless it is the operator's own", () => {
  for (const kind of ["discord", "feishu", "dingtalk", "wecom"] as const)
    expect(() => channelFor(kind).check({ address: "https://example.com/x" }, poster)).toThrow(/is none of/);
  expect(() => channelFor("feishu").check({ address: "https://open.larksuite.com/x" }, poster)).not.toThrow();
  expect(() => channelFor("discord").check({ address: `${server()}/x` }, poster)).not.toThrow();
});

test("Slack's settings are one of two, and it says so", () => {
  expect(() => channelFor("slack").settings({ token: "x" })).toThrow(
    "Slack: takes an address, or a token and a channel",
  );
});

test("a mail server without STARTTLS hears nothing, and a password least of all", async () => {
  const plain = await openMailReceiver();
  const mail = { host: "127.0.0.1", port: plain.port, from: "a@example.org", to: "b@example.org" };
  const delivered = await post("email", { ...mail, user: "me", password: "pw-12345678" });
  expect(delivered).toMatchObject({ kind: "refused" });
  expect(plain.received).toEqual([]);
  await plain.close();
});

test("a mail server on the internet is reached on a mail port, and not in the clear", () => {
  const check = (changed: object) => (): void =>
    channelFor("email").check(
      { host: "smtp.example.com", from: "a@example.org", to: "b@example.org", ...changed },
      poster,
    );
  expect(check({})).not.toThrow();
  expect(check({ port: 22 })).toThrow(/ports 25, 465/);
  expect(check({ security: "none" })).toThrow(/TLS/);
  expect(check({ host: "192.168.1.1" })).toThrow(/private network/);
  expect(check({ host: "127.0.0.1", port: 1025, security: "none" })).not.toThrow();
  expect(check({ to: "nobody" })).toThrow(/e-mail addresses/);
});

test("a mail server's name that leads into the network is refused at the moment of connecting", async () => {
  const mail = { host: "ip6-localhost", port: 587, from: "a@example.org", to: "b@example.org" };
  const reason = /private network|ENOTFOUND/; // not every machine knows this name
  expect(await post("email", mail)).toMatchObject({ kind: "refused", error: expect.stringMatching(reason) });
});

async function openScripted(status: number, body: string): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.once("data", () =>
      socket.end(`HTTP/1.1 ${status} X\r\ncontent-length: ${body.length}\r\nretry-after: 9\r\n\r\n${body}`),
    );
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return {
    url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      listening.close();
      await once(listening, "close");
    },
  };
}
