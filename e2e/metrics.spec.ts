import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./fixtures/watch.ts";

/** A line as a reinforcement-learning trainer logs it: the loss, and much else. */
function line(step: number): string {
  const timers = Object.fromEntries(
    ["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => [`timer/${name}`, step / 10]),
  );
  const row = {
    step,
    loss: 2 + 3 / Math.sqrt(step),
    learning_rate: 3e-4,
    ...timers,
    kl: step === 40 ? "NaN" : step / 100,
    "completions/mean_length": 100 + step,
    "completions/max_length": 200 + step,
    "train/accuracy": 0.5 + step / 1000,
    ...(step % 20 === 0 && { "eval/accuracy": 0.4 + step / 1000, eval_loss: 3 }),
  };
  return `${JSON.stringify(row).replace('"NaN"', "NaN")}\n`;
}

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => line(from + i)).join("");

test("everything else that was logged is a small chart, chosen in the address and drawn as it comes", async ({
  folder,
  watch,
  page,
  browser,
}) => {
  const log = join(folder, "log.jsonl");
  writeFileSync(log, lines(1, 120));
  const watching = await watch([log]);
  await page.goto(watching.url);
  const panel = page.getByRole("region", { name: "Other metrics" });
  const card = (title: string) =>
    panel.getByRole("listitem").filter({ has: page.getByRole("heading", { name: title }) });
  await expect(panel).toContainText("6 of 11 charts");
  await expect(card("accuracy")).toContainText(/A\s*train\s*0\.620/);
  await expect(card("accuracy")).toContainText(/B\s*eval\s*0\.520/);
  await expect(card("completions/length").getByRole("figure")).toHaveAccessibleName(
    "mean, 101 to 220; max, 201 to 320. 240 of 240 points",
  );

  // Chosen by hand, by keyboard alone.
  await panel.getByRole("button", { name: "Choose metrics" }).focus();
  await page.keyboard.press("Enter");
  await panel.getByRole("searchbox", { name: "Find a metric" }).fill("timer/h");
  await panel.getByRole("checkbox", { name: "timer/h" }).check();
  await page.keyboard.press("Escape");
  await expect(card("timer/h")).toContainText("12.0");
  await panel.getByRole("button", { name: "Remove accuracy" }).click();
  await expect(card("accuracy")).toHaveCount(0);
  await panel.getByRole("button", { name: "Log scale for kl" }).click();
  await expect(panel.getByRole("button", { name: "Log scale for kl" })).toHaveAttribute("aria-pressed", "true");

  appendFileSync(log, lines(121, 140));
  await expect(card("timer/h")).toContainText("14.0");
  await expect(card("timer/h")).toContainText(/step 140/);

  const phone = { viewport: { width: 390, height: 900 }, colorScheme: "light", locale: "zh-CN" } as const;
  const other = await (await browser.newContext(phone)).newPage();
  await other.goto(page.url());
  const chosen = other.getByRole("region", { name: "其他指标" });
  await expect(chosen.getByRole("heading", { name: "timer/h" })).toBeVisible();
  await expect(chosen.getByRole("heading", { name: "accuracy" })).toHaveCount(0);
  for (const view of [page, other]) {
    const { violations } = await new AxeBuilder({ page: view })
      .include("section")
      .disableRules(["target-size"])
      .analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  }

  await panel.getByRole("button", { name: "Show as table" }).click();
  await expect(panel.getByRole("row", { name: /^kl/ })).toContainText("1.40");

  const save = async (item: RegExp): Promise<string> => {
    await panel.getByRole("button", { name: "Save kl" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: item }).click();
    return (await download).path();
  };
  const csv = readFileSync(await save(/CSV/), "utf8")
    .trim()
    .split("\n");
  expect(csv).toHaveLength(141);
  expect(csv[40]).toContain("NaN");
  const svg = readFileSync(await save(/SVG/), "utf8");
  expect(svg).toContain("<title>NaN</title>");
  const png = readFileSync(await save(/PNG/));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
});
