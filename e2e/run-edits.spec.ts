import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, root, test } from "./fixtures/watch.ts";

const EXAMPLE = join(root, "public/examples/tiny-gpt2.log");

test("a run is renamed, tagged and noted by keyboard, and all of it outlives a restart", async ({
  folder,
  watch,
  page,
}) => {
  const log = join(folder, "tiny.log");
  copyFileSync(EXAMPLE, log);
  const first = await watch([log]);
  await page.goto(first.url);
  await page.getByRole("button", { name: "Menu of tiny" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Rename" }).press("Enter");
  await page.getByRole("textbox", { name: /New name/ }).fill("baseline, seed 2");
  await page.keyboard.press("Enter");
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText("baseline, seed 2");

  const notes = page.getByRole("region", { name: "Notes and tags" });
  await notes.getByLabel("Tags", { exact: true }).first().fill("nan");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("list", { name: "Tags" })).toHaveText("nan");
  await notes.getByRole("button", { name: "Add notes" }).click();
  await notes.getByRole("textbox", { name: "Notes" }).fill("Diverged at **step 520**. <script>alert(1)</script>");
  await page.keyboard.press("Control+Enter");
  await expect(notes.locator("strong")).toHaveText("step 520");
  await expect(notes.locator("script")).toHaveCount(0);
  const { violations } = await new AxeBuilder({ page }).disableRules(["target-size"]).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);

  await first.stop();
  const second = await watch([log]);
  await page.goto(second.url);
  await expect(heading).toHaveText("baseline, seed 2");
  await expect(page.getByRole("list", { name: "Tags" })).toHaveText("nan");
  await heading.dblclick();
  await page.getByRole("textbox", { name: /New name/ }).fill("");
  await page.keyboard.press("Enter");
  await expect(heading).toHaveText("tiny");
});

test("an archived run is under Archived; a deleted one is gone from everywhere, and Undo brings it back", async ({
  folder,
  watch,
  page,
  browser,
}) => {
  const logs = ["one.log", "two.log"].map((name) => join(folder, name));
  for (const log of logs) copyFileSync(EXAMPLE, log);
  const { origin } = await watch(logs);
  await page.goto(origin);
  const row = (name: string) => page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
  const choose = async (name: string, item: string): Promise<void> => {
    await page.getByRole("button", { name: `Menu of ${name}` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await choose("one", "Archive");
  await expect(row("one")).toHaveCount(0);
  await page.getByRole("radio", { name: "Archived" }).click();
  await expect(row("one")).toBeVisible();
  await choose("one", "Take out of the archive");
  await expect(row("one")).toHaveCount(0);
  await page.getByRole("radio", { name: /^All/ }).click();
  await expect(row("one")).toBeVisible();

  const address = (await row("two").getByRole("link").getAttribute("href")) as string;
  const open = await browser.newPage();
  await open.goto(origin + address);
  await expect(open.getByRole("heading", { level: 1 })).toHaveText("two");
  await choose("two", "Delete");
  await expect(row("two")).toHaveCount(0);
  await expect(open.getByRole("heading", { name: "This run was deleted" })).toBeVisible();
  expect((await page.request.get(`${origin}/api/v1${address}`)).status()).toBe(404);
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect(row("two")).toBeVisible();
  await expect(open.getByRole("heading", { level: 1 })).toHaveText("two");
  await expect(open.getByRole("region", { name: "Verdict" })).toContainText("NaN");

  await choose("two", "Delete");
  await page.getByRole("radio", { name: "Deleted" }).click();
  await choose("two", "Restore");
  await expect(row("two")).toHaveCount(0);
  await page.getByRole("radio", { name: /^All/ }).click();
  await expect(row("two")).toBeVisible();
});
