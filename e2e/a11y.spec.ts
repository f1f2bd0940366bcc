import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { listenForErrors } from "./fixtures/console.ts";
import { expect, root, test } from "./fixtures/watch.ts";

/** Every page, in both themes and at both widths, is without fault to axe and does not scroll sideways. */
const EXAMPLE = join(root, "public/examples/tiny-gpt2.log");
const LOOKS = [
  { colorScheme: "dark", width: 1600 },
  { colorScheme: "light", width: 390 },
  { colorScheme: "dark", width: 390 },
  { colorScheme: "light", width: 1600 },
] as const;

async function faultsOf(view: Page): Promise<string[]> {
  // A ribbon segment is as wide as its stretch of the run; every one is reached by keyboard too.
  const { violations } = await new AxeBuilder({ page: view }).disableRules(["target-size"]).analyze();
  const overflow = await view.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return [
    ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" ")}`),
    ...(overflow > 0 ? [`scrolls sideways by ${overflow}`] : []),
  ];
}

for (const { colorScheme, width } of LOOKS) {
  test(`no page has a fault, ${colorScheme}, ${width} wide`, async ({ watch, browser }) => {
    const { origin, url } = await watch([EXAMPLE]);
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 1000 } });
    const errors = listenForErrors(context);
    const view = await context.newPage();
    const run = new URL(url).pathname;
    for (const path of ["/", run, "/alerts", `${run}/incidents/1`, "/settings", "/runs/aaaaaaaaaa", `${run}/report`]) {
      await view.goto(origin + path);
      await expect(view.getByRole("heading").first()).toBeAttached();
      expect(await faultsOf(view), path).toEqual([]);
    }
    await view.goto(origin);
    await view.keyboard.press("?");
    await expect(view.getByRole("dialog")).toBeVisible();
    expect(await faultsOf(view), "keys").toEqual([]);
    await view.keyboard.press("Escape");
    await expect(view.getByRole("dialog")).toBeHidden();
    await view.keyboard.press("Control+k");
    await expect(view.getByRole("option").first()).toBeVisible();
    expect(await faultsOf(view), "palette").toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });
}

test("the page before the first run has none either", async ({ serve, browser }) => {
  const url = await serve();
  for (const { colorScheme, width } of LOOKS) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 1000 } });
    const view = await context.newPage();
    await view.goto(url);
    await expect(view.getByText("npm run watch -- train.log").first()).toBeVisible();
    expect(await faultsOf(view), `${colorScheme} ${width}`).toEqual([]);
    await context.close();
  }
});

test("the first Tab leads past the top bar, and text at twice its size is all there", async ({ watch, page }) => {
  const { url } = await watch([EXAMPLE]);
  await page.goto(url);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#main$/);
  // 200 % of 1280 is what a browser lays out in 640 CSS pixels.
  await page.setViewportSize({ width: 640, height: 500 });
  await expect(page.getByRole("region", { name: "Verdict" })).toBeVisible();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
