import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, root, test } from "./fixtures/watch.ts";

/** The rail of the run page: what a person looks up beside the curve, and what they can tell the reader. */
const EXAMPLE = join(root, "public/examples/tiny-gpt2.log");

const section = (page: Page, name: string) =>
  page.getByRole("complementary").getByRole("region", { name, exact: true });

/** A log of `count` records whose loss falls towards `floor`. */
function records(count: number, rate: number, floor: number): string {
  const line = (i: number): string => {
    const step = i + 1;
    const loss = floor + (5 - floor) * Math.exp(-step / 60) + 0.02 * Math.sin(step * 7.3);
    const lr = rate * Math.min(1, step / 20);
    return `step ${step}/${count} | loss ${loss.toFixed(4)} | lr ${lr.toExponential(3)} | grad_norm 0.9`;
  };
  return `${Array.from({ length: count }, (_, i) => line(i)).join("\n")}\n`;
}

test("a value entered by hand is judged at once, shown as entered, and can be taken back", async ({
  folder,
  watch,
  page,
}) => {
  const log = join(folder, "run.log");
  writeFileSync(log, records(300, 1e-3, 2));
  const watching = await watch([log]);
  await page.goto(watching.url);
  const review = section(page, "Hyperparameter review");
  await review.getByText(/not judged: values not told/).click();
  const form = review.getByRole("form", { name: "Enter values by hand" });
  if (!(await form.getByLabel("Weight decay").isVisible()))
    await form.getByRole("button", { name: /more settings/ }).click();
  await form.getByLabel("Weight decay").fill("lots");
  await form.getByLabel("Weight decay").press("Enter");
  await expect(form.getByText("Write a number, such as 3e-4.")).toBeVisible();
  await expect(form.getByLabel("Weight decay")).toBeFocused();
  await form.getByLabel("Weight decay").fill("0.5");
  await form.getByLabel("Weight decay").press("Enter");
  const judged = review.locator("[data-status=caution]").filter({ hasText: "Weight decay" });
  await expect(judged).toContainText("0.5");
  await expect(judged).toContainText("Caution");
  const byHand = review.getByRole("region", { name: "Entered by hand" });
  await expect(byHand).toContainText("Weight decay");
  await byHand.getByRole("button", { name: "Remove Weight decay" }).click();
  await expect(byHand).toBeHidden();
  await expect(judged).toBeHidden();
});

test("the log is searched, followed, and opened large", async ({ folder, watch, page }) => {
  const log = join(folder, "run.log");
  writeFileSync(log, `${records(80, 1e-3, 2)}saved checkpoint alpha\nRuntimeError: beta\nsaved checkpoint gamma\n`);
  const watching = await watch([log]);
  await page.goto(watching.url);
  const tail = section(page, "Log");
  await expect(tail).toContainText(/newest \d+ lines shown/);
  await expect(tail.locator("[data-level=critical]")).toContainText("RuntimeError: beta");
  const field = tail.getByRole("searchbox", { name: "Find in the log" });
  await field.fill("CHECKPOINT");
  await field.press("Enter");
  await expect(tail.getByText("1 of 2")).toBeVisible();
  await field.press("Enter");
  await expect(tail.getByText("2 of 2")).toBeVisible();
  await field.fill("nowhere");
  await expect(tail.getByText("No match")).toBeVisible();
  await tail.getByRole("button", { name: "Open" }).click();
  const dialog = page.getByRole("dialog", { name: /run\.log/ });
  await expect(dialog).toContainText("saved checkpoint gamma");
  await dialog.getByRole("button", { name: "Wrap lines" }).click();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  appendFileSync(log, "the newest line\n");
  await field.fill("");
  await tail.getByRole("button", { name: "To the newest line" }).click();
  await expect(tail.getByText("the newest line")).toBeInViewport();
});

test("an incident leads to its stretch of the strip, which stands in the address", async ({ watch, page }) => {
  const watching = await watch([EXAMPLE]);
  await page.goto(watching.url);
  const incident = section(page, "Incidents").locator("[data-incident]").first();
  await incident.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/zoom=\d+-\d+/);
  await expect(incident).toHaveAttribute("aria-current", "true");
});

test("runs of one project at other rates are compared", async ({ folder, watch, page }) => {
  const out = join(folder, "sweep");
  mkdirSync(out);
  const floors = { "1e-4": 3, "3e-4": 2.4, "1e-3": 2 };
  for (const [rate, floor] of Object.entries(floors))
    writeFileSync(join(out, `lr-${rate}.log`), records(400, Number(rate), floor));
  const watching = await watch([join(out, "*.log")]);
  const idOf = async (name: string): Promise<string | undefined> => {
    const { runs } = await (await page.request.get(`${watching.origin}/api/v1/runs`)).json();
    return runs.find((run: { name: string }) => run.name === name)?.id;
  };
  await expect.poll(() => idOf("lr-1e-4")).toBeTruthy();
  await page.goto(`${watching.origin}/runs/${await idOf("lr-1e-4")}`);
  const siblings = section(page, "Other learning rates");
  await expect(siblings).toContainText("3rd of 3 rates; best is 1e-3");
  await siblings.getByRole("button", { name: "Show as table" }).click();
  await expect(siblings.getByRole("row")).toHaveCount(4);
  await siblings.getByRole("link", { name: "lr-1e-3" }).first().click();
  await expect(page.getByRole("heading", { name: "lr-1e-3" })).toBeVisible();
  await expect(siblings).toContainText("Best of 3 runs");
});

test("on a phone the review and the log are behind the dock", async ({ folder, watch, browser }) => {
  const log = join(folder, "train.log");
  copyFileSync(EXAMPLE, log);
  const watching = await watch([log]);
  for (const colorScheme of ["dark", "light"] as const) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme, hasTouch: true });
    const page = await context.newPage();
    await page.goto(watching.url);
    const dock = page.getByRole("navigation", { name: "Parts of the page" });
    await expect(section(page, "Hyperparameter review")).toBeHidden();
    for (const entry of await dock.locator("a, button").all()) {
      expect((await entry.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    }
    await dock.getByRole("button", { name: "Review" }).click();
    const review = page.getByRole("dialog", { name: "Review" });
    await expect(review.getByRole("heading", { name: "Hyperparameter review" })).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).disableRules(["target-size"]).analyze();
    expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
    await review.getByRole("button", { name: "Close" }).click();
    await dock.getByRole("button", { name: "Log" }).click();
    await expect(page.getByRole("dialog", { name: "Log" })).toContainText("lines read");
    await context.close();
  }
});

test("the rail holds for everybody with everything open", async ({ folder, watch, browser }) => {
  const log = join(folder, "train.log");
  copyFileSync(EXAMPLE, log);
  const watching = await watch([log]);
  for (const colorScheme of ["dark", "light"] as const) {
    const context = await browser.newContext({ viewport: { width: 1600, height: 1000 }, colorScheme });
    const page = await context.newPage();
    await page.goto(watching.url);
    for (const details of await page.getByRole("complementary").locator("details").all()) {
      await details.evaluate((element) => element.setAttribute("open", ""));
    }
    const { violations } = await new AxeBuilder({ page }).include("aside").analyze();
    expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
    await context.close();
  }
});
