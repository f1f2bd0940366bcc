import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openReceiver, type Receiver } from "./fixtures/receiver.ts";
import { test as base, expect, root, run } from "./fixtures/watch.ts";

/** Where alerts go: set up on the page or by command, in the language of those who read there. */
const test = base.extend<{ receiver: Receiver }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads fixtures from this parameter
  receiver: async ({}, use) => {
    const receiver = await openReceiver();
    await use(receiver);
    await receiver.close();
  },
});
const EXAMPLE = join(root, "public/examples/tiny-gpt2.log");
const HOSTS = ["--allow-hosts", "127.0.0.1"];

test("a WeCom channel is added on the page, tested in Chinese, renamed, switched off and removed", async ({
  watch,
  receiver,
  page,
}) => {
  const watching = await watch([EXAMPLE, ...HOSTS]);
  await page.goto(`${watching.origin}/settings`);
  const form = page.getByRole("form", { name: "New channel" });
  // A choice that is made before the page listens is lost.
  await expect(async () => {
    await form.getByLabel("Kind of channel").selectOption("WeCom");
    await expect(form.getByRole("list")).toContainText("Add Group Bot", { timeout: 500 });
  }).toPass();
  await form.getByLabel("Name").fill("值班群");
  await form.getByLabel("Messages in").selectOption("中文");
  await form.getByLabel("Address").fill(receiver.url("/send?key=very-secret"));
  await form.getByRole("button", { name: "Add" }).click();

  const row = page.getByRole("listitem").filter({ hasText: "值班群" });
  receiver.answers.push({ status: 200, body: '{"errcode":0}' });
  await row.getByRole("button", { name: "Send a test" }).click();
  await expect(row.getByRole("status")).toHaveText("It arrived");
  expect(receiver.received[0]?.body).toContain("可以送达此渠道");
  receiver.answers.push({ status: 200, body: '{"errcode":93000,"errmsg":"invalid webhook url"}' });
  await row.getByRole("button", { name: "Send a test" }).click();
  await expect(row.getByRole("status")).toContainText("errcode 93000");

  await row.getByRole("button", { name: "Edit" }).click();
  await row.getByLabel("Name").fill("夜班群");
  await row.getByRole("button", { name: "Save" }).click();
  const renamed = page.getByRole("listitem").filter({ hasText: "夜班群" });
  await renamed.getByRole("switch", { name: "Send alerts to 夜班群" }).click({ force: true });
  await expect(renamed.getByRole("switch")).not.toBeChecked();
  const { channels } = await (await page.request.get(`${watching.origin}/api/v1/channels`)).json();
  expect(channels).toMatchObject([{ kind: "wecom", name: "夜班群", lang: "zh-CN", enabled: false }]);
  expect(await page.content()).not.toContain("very-secret");
  await renamed.getByRole("button", { name: "Remove" }).click();
  await expect(renamed).toHaveCount(0);
});

test("by command, beside a running server: what it adds is told", async ({ watch, receiver, folder }) => {
  const log = join(folder, "train.log");
  writeFileSync(log, "");
  const watching = await watch([log, ...HOSTS]);
  const admin = (...args: string[]) => run(["admin", "channels", ...args, "--data", watching.data]);
  const added = await admin("add", "webhook", "--name", "hook", "--address", receiver.url("/hook"), "--lang", "zh-CN");
  expect(added).toMatchObject({ code: 0, stdout: "hook was added. Try it: curvewatch admin channels test hook\n" });
  expect((await admin("add", "webhook", "--name", "HOOK", "--address", receiver.url("/hook"))).stderr).toContain(
    "a channel named HOOK already",
  );
  expect((await admin("test", "hook")).stdout).toBe("The test message arrived at hook.\n");
  expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({ kind: "test", lang: "zh-CN" });

  const lines = Array.from({ length: 60 }, (_, i) => `step=${i} loss=${i === 50 ? "nan" : 3 - i / 60} lr=1e-3`);
  writeFileSync(log, `${lines.join("\n")}\n`);
  await expect.poll(() => receiver.received.length).toBe(2);
  const nan = JSON.parse(receiver.received[1]?.body ?? "");
  expect(nan).toMatchObject({ kind: "firing", rule: "nan", lang: "zh-CN", title: expect.stringContaining("出现 NaN") });
  expect(nan.links).toMatchObject({ run: nan.link, mute: `${nan.link}?act=mute&for=1h` });
  expect(nan.links.ack).toMatch(/\/incidents\/1\?act=ack$/);

  expect((await admin("list")).stdout).toMatch(
    /^hook {2}webhook {2}127\.0\.0\.1:\d+ {2}zh-CN {2}on, last one arrived\n$/,
  );
  expect((await admin("remove", "hook")).stdout).toBe("hook was removed.\n");
  expect((await admin("list")).stderr).toContain("No channels");
});
