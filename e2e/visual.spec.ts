import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, expect, type Page } from "@playwright/test";
import { longRun } from "./fixtures/long-run.ts";
import { test } from "./fixtures/watch.ts";

/**
 * How the pages look, against pictures that people have looked at (e2e/screens). After a wanted change:
 * `npx playwright test e2e/visual.spec.ts --update-snapshots`, and look at them again.
 */
const LOOKS = (["dark", "light"] as const).flatMap((theme) =>
  (["en-US", "zh-CN"] as const).flatMap((locale) => [1600, 1024, 390].map((width) => ({ theme, locale, width }))),
);

async function pictures(browser: Browser, url: string, name: string, ready: (page: Page) => Promise<void>) {
  for (const { theme, locale, width } of LOOKS) {
    const context = await browser.newContext({
      colorScheme: theme,
      locale,
      viewport: { width, height: 1000 },
      timezoneId: "UTC",
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto(url);
    await ready(page);
    const file = `${name}-${width}-${theme}-${locale.slice(0, 2)}.png`;
    // What tells the time, and where the log is, is another at every run.
    const mask = [page.locator("time"), page.getByTitle(/^\/.*\.log$/)];
    await expect.soft(page, file).toHaveScreenshot(file, { mask });
    await context.close();
  }
}

test("an oscillating run and the list it is in look as they should", async ({ folder, watch, browser }) => {
  test.setTimeout(240_000);
  // A folder's name is the project's, and takes its room.
  mkdirSync(join(folder, "atlas-lm"));
  const log = join(folder, "atlas-lm", "lr6e-4.log");
  writeFileSync(log, longRun(Date.now()));
  const { url, origin } = await watch([log]);
  await pictures(browser, url, "run", async (page) => {
    await expect(page.getByText(/1[\s\u2009]?921.*1[\s\u2009]?921/).first()).toBeVisible();
    await expect(page.getByText(/Set LR to|把学习率设为/).first()).toBeVisible();
  });
  await pictures(browser, origin, "list", async (page) => {
    await expect(page.getByRole("link", { name: "lr6e-4" }).first()).toBeVisible();
  });
});
