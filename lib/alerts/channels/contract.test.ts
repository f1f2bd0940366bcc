import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CHANNEL_SETUPS, type ChannelSetup, LANGUAGES } from "#lib/protocol/index.ts";
import type { Notice } from "../notice.ts";
import { Poster } from "../post.ts";
import type { Delivered } from "./channel.ts";
import { channelFor } from "./index.ts";
import { LINKS, NOTICE, openHttpReceiver, openMailReceiver, RETRY_AFTER_S, type Receiver } from "./receiver-fixture.ts";

/**
 * What every channel promises, against a real receiver: a yes is only what its vendor means by one, and everything else is
 * told apart into what passes with time and what does not. A new channel is one entry here.
 */
type Case = {
  settings(port: number): Record<string, unknown>;
  /** The vendor's answers with status 200; `no` is null for one who has no such answer. */
  yes: string;
  no: string | null;
};
const SECRET = "top-secret-a1b2c3";
const at = (path: string) => (port: number) => ({ address: `http://127.0.0.1:${port}${path}/${SECRET}` });

const CASES: Record<ChannelSetup, Case> = {
  slack: { settings: at("/services"), yes: "ok", no: "invalid_payload" },
  slackBot: {
    settings: (port) => ({ token: SECRET, channel: "C012345", server: `http://127.0.0.1:${port}` }),
    yes: '{"ok":true,"ts":"1700000000.000100"}',
    no: '{"ok":false,"error":"channel_not_found"}',
  },
  discord: { settings: at("/api/webhooks/1"), yes: '{"id":"42"}', no: '{"message":"Unknown Webhook","code":10015}' },
  feishu: {
    settings: (port) => ({ ...at("/open-apis/bot/v2/hook")(port), secret: SECRET }),
    yes: '{"code":0,"msg":"success","data":{}}',
    no: `{"code":19021,"msg":"sign match fail for ${SECRET}"}`,
  },
  dingtalk: {
    settings: (port) => ({ address: `http://127.0.0.1:${port}/robot/send?access_token=${SECRET}`, secret: "SECabc" }),
    yes: '{"errcode":0,"errmsg":"ok"}',
    no: `{"errcode":300005,"errmsg":"token ${SECRET} is not exist"}`,
  },
  wecom: {
    settings: (port) => ({ address: `http://127.0.0.1:${port}/cgi-bin/webhook/send?key=${SECRET}` }),
    yes: '{"errcode":0,"errmsg":"ok"}',
    no: '{"errcode":93000,"errmsg":"invalid webhook url"}',
  },
  telegram: {
    settings: (port) => ({ token: `12345:${SECRET}-xxxxxx`, chat: "-100", server: `http://127.0.0.1:${port}` }),
    yes: '{"ok":true,"result":{"message_id":77}}',
    no: '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}',
  },
  email: {
    settings: (port) => ({
      host: "127.0.0.1",
      port,
      security: "none",
      user: "me",
      password: SECRET,
      from: "cw@example.org",
      to: "a@example.org, b@example.org",
    }),
    yes: "",
    no: "",
  },
  ntfy: {
    settings: (port) => ({ topic: SECRET, server: `http://127.0.0.1:${port}`, token: "tk_x" }),
    yes: '{"id":"x","event":"message"}',
    no: "<html>Log in to the hotel's network</html>",
  },
  webhook: { settings: (port) => ({ ...at("/hook")(port), secret: SECRET }), yes: "", no: null },
};
const TIMEOUT_MS = 400;
const NOW = 1_700_000_000_000;

describe.each(Object.keys(CASES) as ChannelSetup[])("%s", (setup) => {
  const channel = channelFor(CHANNEL_SETUPS[setup].kind);
  const { settings, yes, no } = CASES[setup];
  const poster = new Poster({ allowPrivate: false, allowHosts: ["127.0.0.1"], timeoutMs: TIMEOUT_MS });
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = setup === "email" ? await openMailReceiver() : await openHttpReceiver({ yes, no: no ?? "" });
  });
  afterEach(() => {
    receiver.received.length = 0;
    receiver.script = "yes";
  });
  afterAll(async () => {
    await poster.close();
    await receiver.close();
  });
  const deliver = async (script: Receiver["script"], changed: Partial<Notice> = {}): Promise<Delivered> => {
    receiver.script = script;
    const outgoing = { notice: { ...NOTICE, ...changed }, links: LINKS, lang: "en" as const, receipt: null };
    const delivered = await channel.deliver(outgoing, settings(receiver.port), { poster, now: () => NOW });
    if (delivered.kind === "refused") {
      expect(delivered.error).not.toContain(SECRET);
      expect(delivered.error.length).toBeLessThan(200);
    }
    return delivered;
  };
  const refused = { kind: "refused", retryAfterMs: null };

  test("a yes is a yes, once, and what follows in the thread can name it", async () => {
    const delivered = await deliver("yes");
    const receipts: Partial<Record<ChannelSetup, string>> = {
      slackBot: "1700000000.000100",
      telegram: "77",
      email: "<7f3c-1-oscillating-31700.0@example.org>",
    };
    expect(delivered).toEqual({ kind: "sent", receipt: receipts[setup] ?? null });
    expect(receiver.received).toHaveLength(1);
  });

  test("a 200 that says no is a no, and not repeated", async () => {
    expect(await deliver("no")).toMatchObject(no === null ? { kind: "sent" } : { ...refused, retryable: false });
  });

  test("a receiver in trouble is asked again", async () => {
    expect(await deliver("broken")).toMatchObject({ ...refused, retryable: true });
  });

  test("one that is asked too often says how long to wait", async () => {
    const retryAfterMs = setup === "email" ? null : RETRY_AFTER_S * 1000;
    expect(await deliver("throttled")).toMatchObject({ ...refused, retryable: true, retryAfterMs });
  });

  test("one that never answers is given up, and asked again", async () => {
    const began = performance.now();
    expect(await deliver("hang")).toMatchObject({ ...refused, retryable: true });
    expect(performance.now() - began).toBeLessThan(5 * TIMEOUT_MS);
  });

  test("one that breaks off after it has read everything is asked again", async () => {
    expect(await deliver("reset")).toMatchObject({ ...refused, retryable: true });
    expect(receiver.received).toHaveLength(1);
  });

  test("a redirect is not followed", async () => {
    expect(await deliver("redirect")).toMatchObject({ ...refused, retryable: false });
    expect(receiver.received.map(({ path }) => path)).not.toContain("/elsewhere");
    expect(receiver.received.length).toBeLessThanOrEqual(1);
  });

  test("of an endless answer only the beginning is read", async () => {
    receiver.taken = 0;
    const delivered = await deliver("huge");
    expect(delivered.kind).toBe(no === null ? "sent" : "refused");
    // What the system's own buffers hold has left the receiver without having been read.
    expect(receiver.taken).toBeLessThan(8 * 1024 * 1024);
  });

  test("an address inside the network is refused without the operator's word", async () => {
    const strict = new Poster({ allowPrivate: false, timeoutMs: TIMEOUT_MS });
    const given = settings(receiver.port);
    expect(() => channel.check(given, strict)).toThrow(/address/);
    const outgoing = { notice: NOTICE, links: LINKS, lang: "en" as const, receipt: null };
    const delivered = await channel.deliver(outgoing, given, { poster: strict, now: () => NOW });
    expect(delivered).toMatchObject({ ...refused, retryable: false });
    expect(receiver.received).toEqual([]);
    await strict.close();
  });

  test("what is shown of it holds no secret; what is wrong with settings is said without repeating them", () => {
    const given = settings(receiver.port);
    expect(channel.destination(given)).not.toContain(SECRET);
    expect(channel.destination(given)).not.toBe("");
    const secrets = Object.entries(given).filter(([, value]) => String(value).includes(SECRET));
    expect(channel.secrets).toEqual(expect.arrayContaining(secrets.map(([name]) => name)));
    expect(() => channel.settings({ ...given, nonsense: SECRET })).toThrow(/./);
    try {
      channel.settings({ ...given, [`${secrets[0]?.[0]}`]: `${SECRET} with a space\n` });
    } catch (error) {
      expect((error as Error).message).not.toContain(SECRET);
    }
  });

  test("the form asks for what the schema takes, and hides what is secret", () => {
    const fields: readonly { name: string; secret?: true }[] = CHANNEL_SETUPS[setup].fields;
    const asked = fields.map(({ name }) => name);
    const filled = Object.fromEntries(Object.entries(settings(443)).filter(([name]) => asked.includes(name)));
    expect(() => channel.settings(filled)).not.toThrow();
    for (const { name, secret } of fields) expect(channel.secrets.includes(name)).toBe(secret === true);
  });

  const hostile = "<!channel> <@U1> @everyone @all **x** [click](http://evil.example) <script>alert(1)</script>";

  test("nothing that a log or a name brought in pings, links or marks up", async () => {
    const run = { ...NOTICE.run, name: hostile, host: hostile };
    await deliver("yes", { run, text: { en: hostile, "zh-CN": hostile }, advice: { en: hostile, "zh-CN": hostile } });
    const [{ body }] = receiver.received as [Receiver["received"][0]];
    const forbidden: Partial<Record<ChannelSetup, RegExp>> = {
      // The header is plain text, and the only place where Slack takes it so.
      slack: /"mrkdwn","text":"[^"]*<[!@]/,
      slackBot: /"mrkdwn","text":"[^"]*<[!@]/,
      discord: /(?<!\\)[@[<]\w|(?<!\\)\*\*x/,
      feishu: /lark_md|"tag":"(?:at|markdown)"/,
      dingtalk: /\]\(http:\/\/evil|<@|"isAtAll":true/,
      wecom: /\]\(http:\/\/evil|<@/,
      telegram: /@\w|<script/,
      email: /<h1[^>]*>[^<]*<script/,
    };
    const pattern = forbidden[setup];
    if (!pattern) return; // plain text as a whole, or for a program
    if (setup === "discord") {
      const { embeds, allowed_mentions } = JSON.parse(body);
      expect(allowed_mentions).toEqual({ parse: [] });
      const { description, title, fields } = embeds[0];
      const shown = description.slice(0, description.lastIndexOf("\n"));
      for (const part of [shown, title, ...fields.map(({ value }: { value: string }) => value)])
        expect(part.replaceAll(/^\*\*|\*\*$/gm, "")).not.toMatch(pattern);
    } else {
      // Links of our own stand in buttons.
      expect(setup === "dingtalk" ? JSON.parse(body).actionCard.text : body).not.toMatch(pattern);
    }
  });

  test("what the receiver bounds is cut between characters, and marked", async () => {
    const long = "长<&".repeat(20_000);
    const run = { ...NOTICE.run, name: long, host: long, project: long };
    expect(
      await deliver("yes", { run, text: { en: long, "zh-CN": long }, advice: { en: long, "zh-CN": long } }),
    ).toMatchObject({
      kind: "sent",
    });
    const [{ body }] = receiver.received as [Receiver["received"][0]];
    if (setup === "webhook") return; // takes what there is
    const bounds: Partial<Record<ChannelSetup, number>> = {
      slack: 16_000,
      slackBot: 16_000,
      feishu: 20_000,
      dingtalk: 20_000,
      wecom: 5000,
    };
    expect(Buffer.byteLength(body)).toBeLessThan(bounds[setup] ?? 150_000);
    if (setup !== "email") expect(body).toMatch(/…\(\+\d+\)/);
    if (setup === "wecom") expect(Buffer.byteLength(JSON.parse(body).markdown.content)).toBeLessThanOrEqual(4096);
    if (setup === "telegram")
      expect(JSON.parse(body).text.replaceAll(/<[^>]*>|&\w+;/g, "x").length).toBeLessThanOrEqual(4096);
    if (setup === "ntfy") expect(Buffer.byteLength(JSON.parse(body).message)).toBeLessThanOrEqual(4096);
    if (setup === "slack") expect([...JSON.stringify(JSON.parse(body).attachments)].length).toBeLessThan(10_000);
  });

  test.each(LANGUAGES)("the message in %s", async (lang) => {
    const outgoing = { notice: NOTICE, links: LINKS, lang, receipt: null };
    await channel.deliver(outgoing, settings(receiver.port), { poster, now: () => NOW });
    const [{ body, path, headers }] = receiver.received as [Receiver["received"][0]];
    const own = Object.entries(headers).filter(([name]) => name.startsWith("x-curvewatch"));
    const golden =
      setup === "email"
        ? readable(body)
        : `${[path, ...own.map(([name, value]) => `${name}: ${value}`)].join("\n")}\n${JSON.stringify(JSON.parse(body), null, 2)}\n`;
    const unported = golden.replaceAll(`127.0.0.1:${receiver.port}`, "127.0.0.1");
    await expect(unported).toMatchFileSnapshot(`testdata/${setup}.${lang}.txt`);
  });
});

/** A mail without what differs from one to the next, its parts decoded. */
function readable(mail: string): string {
  const [head = "", ...rest] = mail.split("\r\n\r\n");
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1] ?? "";
  const parts = rest.join("\r\n\r\n").split(`--${boundary}`).slice(1, -1);
  const decoded = parts.map((part) => {
    const [headers = "", ...body] = part.trim().split("\r\n\r\n");
    const text = body.join("\r\n\r\n");
    const bytes = /base64/i.test(headers)
      ? Buffer.from(text, "base64")
      : Buffer.from(
          text
            .replaceAll("=\r\n", "")
            .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
          "latin1",
        );
    return bytes.toString("utf8").replaceAll("\r\n", "\n");
  });
  const lines = head
    .replaceAll("\r\n ", " ")
    .split("\r\n")
    .filter((line) => !/^(?:Date|Content-Type):/.test(line));
  return `${[...lines, ...decoded].join("\n\n").trim()}\n`;
}
