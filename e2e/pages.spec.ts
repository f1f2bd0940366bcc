import { spawn } from "node:child_process";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
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
        await context.close();
      }
    }
  }
  await page.goto(watching.url);
  await page.getByRole("radio", { name: "中文" }).click();
  await expect(page.getByRole("region", { name: "判断" })).toBeVisible();
});

test("before the first run the start page says what to type", async ({ folder, page }) => {
  const args = [join(root, "agent/cli/launch.js"), "serve", "--port", "0", "--data", join(folder, "data")];
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  server.stdout.on("data", (data) => {
    output += data;
  });
  try {
    await expect.poll(() => /http:\S+/.exec(output)?.[0]).toBeTruthy();
    await page.goto(/http:\S+/.exec(output)?.[0] as string);
    await expect(page.getByText("npm run watch -- train.log").first()).toBeVisible();
  } finally {
    server.kill();
    await new Promise((resolve) => server.once("exit", resolve));
  }
});
