import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./fixtures/watch.ts";

/** A log that nobody knows: a person says how to read it, sees what that gives, and has it read so. */
const own = (step: number): string =>
  `@${step} of 400 >> badness ~ ${(2 + 3 / Math.sqrt(step)).toFixed(4)} pace ~ ${step % 7}\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => own(from + i)).join("");
const PATTERN = "@(?<step>\\d+).*badness ~ (?<loss>\\S+) pace ~ (?<pace>\\d+)";

test("a pattern is tried on the newest lines, applied, and the curve appears on the same page", async ({
  folder,
  watch,
  page,
}) => {
  const log = join(folder, "own.log");
  writeFileSync(log, `hello\n${lines(1, 60)}`);
  const watching = await watch([log]);
  await page.goto(watching.url);
  const field = page.getByRole("textbox", { name: "Pattern" });
  const apply = page.getByRole("button", { name: "Read the log this way" });
  await expect(field).toBeVisible();
  await expect(apply).toBeHidden();

  await field.fill("@(?<step>\\d+) no such words (?<loss>\\S+)");
  await expect(page.getByText("No line matches so far.")).toBeVisible();
  await expect(apply).toBeHidden();
  await field.fill(PATTERN);
  await expect(page.getByText(/^Matched \d+ of the \d+ newest lines$/)).toBeVisible();
  await expect(page.locator("mark").filter({ hasText: /^60$/ })).toBeVisible();
  await expect(page.getByRole("row", { name: "train/loss 2.3873" })).toBeVisible();
  await expect(page.getByRole("row", { name: "Step 60" })).toBeVisible();
  await expect(page.getByText(`watch ${log} --pattern '${PATTERN}'`)).toBeVisible();
  expect((await new AxeBuilder({ page }).include("main").analyze()).violations).toEqual([]);

  await apply.click();
  await expect(page.getByRole("figure", { name: /loss/i })).toBeVisible();
  await expect(page.getByText("60 of 60 points")).toBeVisible();
  appendFileSync(log, lines(61, 80));
  await expect(page.getByText("80 of 80 points")).toBeVisible();
  const { runs } = await (await page.request.get(`${watching.origin}/api/v1/runs`)).json();
  expect(runs).toMatchObject([
    { id: new URL(watching.url).pathname.split("/").at(-1), format: "pattern", records: 80 },
  ]);

  // A start without it goes on by it.
  await watching.stop();
  appendFileSync(log, lines(81, 90));
  const again = await watch([log]);
  expect(new URL(again.url).pathname).toBe(new URL(watching.url).pathname);
  await page.goto(again.url);
  await expect(page.getByText("90 of 90 points")).toBeVisible();
});

test("a pattern that cannot be used says what is wrong and what to do, in Chinese too", async ({
  folder,
  watch,
  page,
  browser,
}) => {
  const log = join(folder, "own.log");
  writeFileSync(log, lines(1, 5));
  const watching = await watch([log]);
  await page.goto(watching.url);
  await page.getByRole("textbox", { name: "Pattern" }).fill("@(?<step>\\d+");
  await expect(page.getByText("this group is not closed, at character 2.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Pattern" })).toHaveAttribute("aria-invalid", "true");
  await page.getByRole("textbox", { name: "Pattern" }).fill("@(?<step>\\d+)");
  await expect(page.getByText("no named group is a metric", { exact: false })).toBeVisible();
  await expect(page.getByRole("button", { name: "Read the log this way" })).toBeHidden();

  const chinese = await browser.newPage({ locale: "zh-CN" });
  await chinese.goto(watching.url);
  await chinese.getByRole("textbox", { name: "表达式" }).fill("(?=a)(?<loss>.)");
  await expect(chinese.getByText("不支持环视", { exact: false })).toBeVisible();
  await chinese.getByRole("textbox", { name: "表达式" }).fill(PATTERN);
  await expect(chinese.getByText("最新 5 行中匹配 5 行")).toBeVisible();
  await chinese.getByRole("button", { name: "按此读取日志" }).click();
  await expect(chinese.getByRole("figure").first()).toBeVisible();
  await chinese.close();
});

test("a page asks for its own run alone: another site, another file and a run with points are refused", async ({
  folder,
  watch,
  page,
}) => {
  const log = join(folder, "own.log");
  writeFileSync(log, "step=1 loss=2\nstep=2 loss=1.9\n");
  const { origin, url } = await watch([log]);
  const run = `${origin}/api/v1${new URL(url).pathname}`;
  await expect.poll(async () => (await (await page.request.get(run)).json()).records).toBe(2);
  const ask = async (address: string, data: object, headers = {}): Promise<number> =>
    (await page.request.post(address, { data, headers })).status();
  expect(await ask(`${run}/pattern`, { pattern: PATTERN })).toBe(409);
  expect(await ask(`${run}/pattern`, { pattern: "(" })).toBe(400);
  expect(await ask(`${run}/pattern`, { pattern: PATTERN }, { origin: "http://evil.example" })).toBe(403);
  expect(await ask(`${origin}/api/v1/watch`, { paths: ["/etc/hostname"], pattern: PATTERN })).toBe(401);
});

test("a run that sends its points itself is waited for as such, and its first points are counted", async ({
  folder,
  watch,
  page,
}) => {
  const log = join(folder, "later.log");
  const { origin, url } = await watch([log]);
  const made = await page.request.post(`${origin}/api/v1/runs`, { data: { name: "mine" } });
  const { run } = await made.json();
  await page.goto(`${origin}/runs/${run.id}`);
  await expect(page.getByText("Waiting for the first point")).toBeVisible();
  await expect(page.getByText("The file does not exist yet", { exact: false })).toBeHidden();
  const points = Array.from({ length: 30 }, (_, i) => ({ step: i + 1, values: { loss: 3 - i / 50 } }));
  await page.request.post(`${origin}/api/v1/runs/${run.id}/points`, { data: { points } });
  await expect(page.getByText("30 of 30 points")).toBeVisible();

  await page.goto(url);
  await expect(page.getByText("The file does not exist yet", { exact: false })).toBeVisible();
  writeFileSync(log, Array.from({ length: 40 }, (_, i) => `step=${i + 1} loss=${3 - i / 50}\n`).join(""));
  await expect(page.getByText("40 of 40 points")).toBeVisible();
});
