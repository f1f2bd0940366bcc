import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ChannelBook } from "./channels.ts";

const SECRET = "s".repeat(43);
const ADDRESS = "https://hooks.slack.com/services/T0/B0/very-secret";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "curvewatch-channels-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const open = (fixed = {}): Promise<ChannelBook> => ChannelBook.open(folder, SECRET, fixed, "zh-CN");
const text = (): string => readFileSync(join(folder, "channels.json"), "utf8");

test("what is added is there after a restart, and nothing of its settings is in the file in the clear", async () => {
  const added = await (await open()).add("slack", { name: "ops", lang: "en", settings: { address: ADDRESS } });
  await (await open()).add("ntfy", { settings: { topic: "my-secret-topic" } });
  expect((await open()).all).toEqual([
    added,
    {
      id: expect.stringMatching(/^ntfy-/),
      kind: "ntfy",
      name: "ntfy",
      lang: "zh-CN",
      enabled: true,
      settings: { topic: "my-secret-topic", server: "https://ntfy.sh" },
      fixed: false,
    },
  ]);
  for (const secret of ["very-secret", "my-secret-topic", "hooks.slack.com"]) expect(text()).not.toContain(secret);
  expect(statSync(join(folder, "channels.json")).mode & 0o777).toBe(0o600);
});

test("a file from before channels had names opens: what was sealed is the address", async () => {
  writeFileSync(
    join(folder, "channels.json"),
    JSON.stringify([
      { id: "slack-old", kind: "slack", sealed: sealed(ADDRESS) },
      { id: "slack-older", kind: "slack", sealed: sealed(ADDRESS) },
    ]),
  );
  const book = await open({ slack: "https://hooks.slack.com/services/flag" });
  expect(book.all.map(({ id, name, lang, enabled, settings }) => [id, name, lang, enabled, settings])).toEqual([
    ["slack-flag", "Slack", "zh-CN", true, { address: "https://hooks.slack.com/services/flag" }],
    ["slack-old", "Slack 2", "zh-CN", true, { address: ADDRESS }],
    ["slack-older", "Slack 3", "zh-CN", true, { address: ADDRESS }],
  ]);
});

test("a name is one channel's", async () => {
  const book = await open();
  const { id } = await book.add("slack", { name: "ops", settings: { address: ADDRESS } });
  await expect(book.add("slack", { name: "OPS", settings: { address: ADDRESS } })).rejects.toThrow(/named OPS already/);
  const other = await book.add("webhook", { settings: { address: ADDRESS } });
  await expect(book.change(other.id, { name: "ops" })).rejects.toMatchObject({ code: "conflict" });
  await book.change(id, { name: "ops", lang: "en", enabled: false });
  expect((await open()).find(id)).toMatchObject({ name: "ops", lang: "en", enabled: false });
});

test("one that was given at the start stays as it is", async () => {
  const book = await open({ webhook: "https://example.com/x" });
  for (const act of [() => book.change("webhook-flag", { enabled: false }), () => book.remove("webhook-flag")])
    await expect(act()).rejects.toMatchObject({ code: "conflict", hint: "start it without the flag" });
  await expect(book.remove("nothing")).rejects.toMatchObject({ code: "not_found" });
});

test("what two people do at once is both kept", async () => {
  const book = await open();
  await Promise.all(
    Array.from({ length: 10 }, (_, i) => book.add("slack", { name: `c${i}`, settings: { address: ADDRESS } })),
  );
  expect((await open()).all).toHaveLength(10);
});

test("settings that make no sense are refused by name, not by value", async () => {
  const adding = (await open()).add("email", { settings: { host: "smtp.example.com", to: "very-secret" } });
  await expect(adding).rejects.toThrow(/^E-mail: from .*; to takes e-mail addresses/);
  await expect(adding).rejects.not.toThrow(/very-secret/);
});

/** As the first version wrote it. */
function sealed(address: string): string {
  const key = Buffer.from(hkdfSync("sha256", SECRET, "", "curvewatch channel addresses", 32));
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  return Buffer.concat([iv, cipher.update(address, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64");
}
