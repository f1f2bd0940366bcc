import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { listenForErrors } from "./fixtures/console.ts";
import { expect, root, test } from "./fixtures/watch.ts";

/** What the pages owe everybody: both languages, both themes, a phone's width, and people who do not see or point. */
const EXAMPLE = join(root, "public/examples/tiny-gpt2.log");

test("the run page holds in both languages, both themes and at a phone's width", async ({ watch, page, browser }) => {
  const watching = await watch([EXAMPLE]);
  for (const [locale, verdict] of [
    ["en-US", "Verdict"],
    ["zh-CN", "判断"],
  ] as const) {
    for (const colorScheme of ["dark", "light"] as const) {
      for (const width of [1600, 390]) {
        const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 1000 } });
        const errors = listenForErrors(context);
        const view = await context.newPage();
        await view.goto(watching.url);
        await expect(view.getByRole("region", { name: verdict })).toContainText("NaN");
        const overflow = await view.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, `${locale} ${colorScheme} ${width}`).toBeLessThanOrEqual(0);
        // A ribbon segment is as wide as its stretch of the run; every one is reached by keyboard too.
        const { violations } = await new AxeBuilder({ page: view }).disableRules(["target-size"]).analyze();
        expect(
          violations.map(({ id }) => id),
          `${locale} ${colorScheme} ${width}`,
        ).toEqual([]);
        expect(errors, `${locale} ${colorScheme} ${width}`).toEqual([]);
        await context.close();
      }
    }
  }
  await page.goto(watching.url);
  await page.getByRole("radio", { name: "中文" }).click();
  await expect(page.getByRole("region", { name: "判断" })).toBeVisible();
});

test("before the first run the start page says what to type", async ({ serve, page }) => {
  await page.goto(await serve());
  await expect(page.getByText("npm run watch -- train.log").first()).toBeVisible();
});

test("a page can be kept as an app, in the colours of the chosen theme", async ({ watch, page }) => {
  const { origin } = await watch([EXAMPLE]);
  await page.goto(`${origin}/settings`);
  const link = page.locator("link[rel=manifest]");
  await expect(link).toHaveCount(1);
  const manifest = await (await page.request.get(origin + (await link.getAttribute("href")))).json();
  expect(manifest).toMatchObject({ name: "Curvewatch", start_url: "/", display: "standalone" });
  for (const { src, sizes } of manifest.icons) {
    const size = await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    expect(size).toBe(sizes);
  }
  await expect(page.locator("link[rel=apple-touch-icon]")).toHaveCount(1);
  const frame = page.locator("meta[name=theme-color]");
  await expect(frame.first()).toHaveAttribute("content", "#ffffff");
  await expect(frame.last()).toHaveAttribute("content", "#11191d");
  await page.getByRole("radio", { name: "Light" }).click();
  await expect(frame.last()).toHaveAttribute("content", "#ffffff");
});

test("on paper the run page is light, has no controls and is as wide as the sheet", async ({ watch, page }) => {
  const { url } = await watch([EXAMPLE]);
  await page.goto(url);
  // What is drawn is drawn by a page that listens.
  await expect(page.locator("figure canvas").first()).toBeVisible();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.setViewportSize({ width: 1031, height: 700 });
  await expect(page.getByRole("banner")).toBeHidden();
  await expect(page.getByRole("button", { name: "Hold" })).toBeHidden();
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1031);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  expect(await page.evaluate(() => document.documentElement.style.length)).toBe(0);
});
