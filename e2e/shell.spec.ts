import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, root, test } from "./fixtures/watch.ts";

/** What every page has: the palette, the keys, the theme, and words from a tab that nobody looks at. */
const EXAMPLE = join(root, "public/examples/tiny-gpt2.log");

test("the palette finds a run, a setting and what the page can do, by keyboard alone", async ({ watch, page }) => {
  const { origin, url } = await watch([EXAMPLE]);
  await page.goto(origin);
  const field = page.getByRole("combobox", { name: "Find a run, host or setting" });

  await page.keyboard.press("Control+k");
  await expect(field).toBeFocused();
  await field.fill("nan tiny");
  const run = page.getByRole("option", { name: /tiny-gpt2/ });
  await expect(run).toHaveAttribute("aria-selected", "true");
  await expect(field).toHaveAttribute("aria-activedescendant", (await run.getAttribute("id")) as string);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(url);
  await expect(field).toBeHidden();

  // What the page can do: the strip's own key is pressed.
  await page.getByRole("button", { name: "Find a run, host or setting" }).click();
  await field.fill("last 10");
  await expect(page.getByRole("listbox").getByRole("option")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("radio", { name: "Last 10%" })).toBeChecked();

  await page.keyboard.press("Control+k");
  await field.fill("slack");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();

  await page.keyboard.press("Control+k");
  await field.fill("no such thing at all");
  await expect(page.getByText("Nothing has all of these words.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(field).toBeHidden();
});

test("keys act on the page they are pressed on, rest in a field, and can be turned off", async ({ watch, page }) => {
  const { origin, url } = await watch([EXAMPLE]);
  await page.goto(origin);
  const theme = page.getByRole("banner").getByRole("button", { name: /Theme/ });
  const filter = page.getByRole("searchbox", { name: "Filter runs" });
  await expect(theme).toHaveAccessibleName("Theme: System");

  await page.keyboard.press("j");
  await expect(page.getByRole("link", { name: "tiny-gpt2" })).toBeFocused();
  await page.keyboard.press("/");
  await expect(filter).toBeFocused();
  await page.keyboard.type("tiny");
  await expect(filter).toHaveValue("tiny");
  await expect(theme).toHaveAccessibleName("Theme: System");

  await page.goto(url);
  await expect(page.getByRole("slider", { name: "Crosshair" })).toBeVisible();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys on this page" });
  await expect(sheet).toContainText("Move the crosshair by one sample");
  await expect(sheet).toContainText("Next, previous incident");
  await expect(sheet).not.toContainText("Filter runs");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();

  await page.keyboard.press("j");
  await expect(page.locator("[id^=incident-]").first()).toBeFocused();
  await page.keyboard.press("t");
  await expect(theme).toHaveAccessibleName("Theme: Light");

  await page.goto(`${origin}/settings`);
  await page.getByRole("radiogroup", { name: "Single keys" }).getByRole("radio", { name: "Off" }).click();
  await page.keyboard.press("t");
  await page.goto(url);
  await expect(page.getByRole("slider", { name: "Crosshair" })).toBeVisible();
  await page.keyboard.press("l");
  await page.keyboard.press("t");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Find a run, host or setting" })).toBeFocused();
  await expect(theme).toHaveAttribute("aria-label", "Theme: Light");
  expect(new URL(page.url()).search).toBe("");

  // The report opens by its key once they are on again.
  await page.keyboard.press("Escape");
  await page.context().clearCookies({ name: "cw-keys" });
  await page.keyboard.press("r");
  await expect(page).toHaveURL(`${url}/report`);
});

test("the theme follows the system until one is chosen, and stays chosen without a flash", async ({ watch, page }) => {
  const { origin } = await watch([EXAMPLE]);
  await page.goto(origin);
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const [dark, light] = ["rgb(10, 16, 19)", "rgb(237, 241, 241)"];
  await expect.poll(paper).toBe(dark);
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(paper).toBe(light);
  const theme = page.getByRole("banner").getByRole("button", { name: /Theme/ });
  await theme.focus();
  await page.keyboard.press("Enter");
  await expect.poll(paper).toBe(dark);
  // The first answer has it already: no script is needed to be right.
  expect(await (await page.request.get(origin)).text()).toContain('data-theme="dark"');
  await page.reload();
  expect(await paper()).toBe(dark);
  await theme.click();
  await theme.click();
  await expect(theme).toHaveAccessibleName("Theme: System");
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(paper).toBe(dark);
  expect(await (await page.request.get(origin)).text()).not.toContain("data-theme=");
});

type Told = { title: string; tag: string };
declare global {
  interface Window {
    told: Told[];
    hide(): void;
  }
}

/** Stands in for the two things that a browser without a screen does not have: notifications, and tabs behind others. */
async function fakeDesktop(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.told = [];
    class FakeNotification {
      static permission = "default";
      static requestPermission(): Promise<string> {
        FakeNotification.permission = "granted";
        return Promise.resolve("granted");
      }
      constructor(title: string, options: { tag: string }) {
        window.told.push({ title, tag: options.tag });
      }
    }
    if (localStorage.getItem("cw-tell") === "on") FakeNotification.permission = "granted";
    Object.defineProperty(window, "Notification", { value: FakeNotification });
    let hidden = false;
    Object.defineProperty(document, "hidden", { get: () => hidden });
    window.hide = () => {
      hidden = true;
    };
  });
}

test("hidden tabs tell of an incident, once between them, after a person has asked for it", async ({
  folder,
  watch,
  train,
  page,
  context,
}) => {
  const log = join(folder, "train.log");
  writeFileSync(log, "");
  const { origin, url } = await watch([log]);
  const trainer = train(log, { steps: 5000, linesPerSecond: 150 });
  await fakeDesktop(page);
  await page.goto(`${origin}/settings`);
  const section = page.getByRole("region", { name: "This browser" });
  await expect(section.getByRole("status")).toHaveText("Off");
  await section.getByRole("button", { name: "Turn on" }).click();
  await expect(section.getByRole("status")).toHaveText("On");
  await section.getByRole("button", { name: "Send a test" }).click();
  expect(await page.evaluate(() => window.told.map(({ tag }) => tag))).toEqual(["cw-test"]);

  const other = await context.newPage();
  await fakeDesktop(other);
  await page.goto(url);
  await other.goto(origin);
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Healthy", { timeout: 30_000 });
  await expect(other.getByText("Healthy").first()).toBeVisible();
  for (const tab of [page, other]) await tab.evaluate(() => window.hide());
  trainer.send({ phase: "nan" });
  const told = async (): Promise<Told[]> =>
    (await Promise.all([page, other].map((tab) => tab.evaluate(() => window.told)))).flat();
  await expect.poll(async () => (await told()).length, { timeout: 30_000 }).toBeGreaterThan(0);
  expect((await told())[0]?.title).toMatch(/: NaN$/);

  // Both tabs have heard by the time the log has ended; whatever they told, they told it once.
  trainer.send("end");
  await trainer.ended;
  await expect
    .poll(async () => (await (await page.request.get(`${origin}/api/v1/runs`)).json()).runs[0].state)
    .toBe("finished");
  const tags = (await told()).map(({ tag }) => tag);
  expect(new Set(tags).size).toBe(tags.length);
});
