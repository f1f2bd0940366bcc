import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { APIRequestContext } from "@playwright/test";
import { openReceiver } from "./fixtures/receiver.ts";
import { expect, root, run, test } from "./fixtures/watch.ts";

/** A rule of one's own, from its first letter to the message that it sends. */
const EXAMPLE = join(root, "public/examples/tiny-gpt2.log");

/** A program that sends its points itself. */
async function pushed(
  request: APIRequestContext,
  origin: string,
  name: string,
  losses: readonly number[],
): Promise<string> {
  const made = await request.post(`${origin}/api/v1/runs`, { data: { key: name, name, project: "pushed" } });
  const { id } = (await made.json()).run;
  const points = losses.map((loss, i) => ({ step: i + 1, values: { "aux/score": loss } }));
  expect((await request.post(`${origin}/api/v1/runs/${id}/points`, { data: { points } })).ok()).toBe(true);
  return id;
}

test("a rule is made in the browser, tried on past runs, and fires on the next", async ({ watch, page }) => {
  const receiver = await openReceiver();
  const watching = await watch([EXAMPLE, "--webhook", receiver.url("/hook"), "--allow-private-webhooks"]);
  const { origin } = watching;
  await pushed(page.request, origin, "before", [1, 1, 9, 9, 1, 9, 1]);
  await pushed(page.request, origin, "calm", [1, 1, 1]);

  await page.goto(`${origin}/settings`);
  await page.getByRole("link", { name: "Open the rules" }).click();
  await page.getByRole("button", { name: "New rule" }).click();
  const form = page.getByRole("form", { name: "New rule" });
  const preview = form.getByRole("region", { name: "On past runs" });
  await expect(form.getByLabel("Name")).toBeFocused();
  await expect(preview).toContainText("Fill in what is missing");
  await form.getByLabel("Metric").fill("aux/*");
  await form.getByRole("textbox", { name: "Limit" }).fill("5");
  await expect(preview.getByRole("status")).toHaveText("Would have fired 2 times on 1 of 3 runs.");
  await expect(preview.getByRole("listitem")).toContainText(/before\s*2 times\s*at 3, 6/);
  await form.getByRole("textbox", { name: "Limit" }).fill("50");
  await expect(preview.getByRole("status")).toHaveText("Would not have fired on any of 3 runs.");
  await form.getByRole("textbox", { name: "Limit" }).fill("5");

  // A rule without a name is not taken, and says where.
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByLabel("Name")).toBeFocused();
  await expect(form.getByText("Needed.")).toBeVisible();
  await form.getByLabel("Name").fill("Score is high");
  await form.getByRole("radio", { name: "Critical" }).check();
  await page.keyboard.press("Enter");
  const own = page.getByRole("region", { name: "Your rules" });
  await expect(own.getByRole("listitem")).toContainText("aux/* above 5");

  const id = await pushed(page.request, origin, "after", [1, 9]);
  const told = (): string[] =>
    receiver.received.map(({ body }) => body).filter((body) => body.includes("Score is high"));
  await expect.poll(() => told().length, { timeout: 20_000 }).toBe(1);
  expect(JSON.parse(told()[0]!)).toMatchObject({
    kind: "firing",
    severity: "critical",
    step: 2,
    rule: expect.stringMatching(/^rule:/),
  });
  await page.goto(`${origin}/runs/${id}`);
  await expect(page.getByText("Score is high: aux/score is 9.00 at step 2")).toBeVisible();

  // The command line tells the same as the page.
  const { stdout, code } = await run(["admin", "rules", "test", "Score is high", "--data", watching.data]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Score is high would have fired 3 times on 2 of 4 runs\n/);
  expect(stdout).toMatch(/before: 2 times, at steps 3, 6/);
  const listed = await run(["admin", "rules", "list", "--data", watching.data]);
  expect(listed.stdout).toMatch(/^on {3}\w{12}\s+Score is high - aux\/\*: above 5\n/);
  expect(listed.stdout).toMatch(/^on {3}pace\.slow\s+Training slowed down/m);

  // Taken away, it can be had back.
  await page.goto(`${origin}/alerts/rules`);
  await own.getByRole("button", { name: "Delete Score is high" }).click();
  await expect(own).toContainText("None yet.");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(own.getByRole("listitem")).toContainText("Score is high");
  await receiver.close();
});

test("built-in rules are switched by key, in a project too; the page is without fault at every width", async ({
  watch,
  page,
  browser,
}) => {
  const { origin } = await watch([EXAMPLE]);
  await pushed(page.request, origin, "one", [1, 2]);
  await page.goto(`${origin}/alerts/rules`);
  const slow = page
    .getByRole("listitem")
    .filter({ has: page.getByRole("switch", { name: "Tell of Training slowed down" }) });
  const toggle = slow.getByRole("switch", { name: "Tell of Training slowed down" });
  await expect(toggle).toBeChecked();
  await toggle.focus();
  await page.keyboard.press("Space");
  await expect(toggle).not.toBeChecked();
  await expect(slow).toContainText("changed");
  await slow.getByText("Otherwise in a project").click();
  await slow.getByRole("combobox").selectOption("pushed");
  await expect(slow).toContainText("In pushed: told");
  await page.reload();
  await expect(toggle).not.toBeChecked();
  await slow.getByRole("button", { name: "Training slowed down in pushed as everywhere" }).click();
  await expect(slow).not.toContainText("In pushed");
  await toggle.check();
  await expect(slow).not.toContainText("changed");

  for (const [locale, add] of [
    ["en-US", "New rule"],
    ["zh-CN", "新建规则"],
  ] as const) {
    for (const width of [1600, 390]) {
      for (const colorScheme of ["dark", "light"] as const) {
        const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 1000 } });
        const view = await context.newPage();
        await view.goto(`${origin}/alerts/rules`);
        await view.getByRole("button", { name: add }).click();
        await expect(view.getByRole("form")).toBeVisible();
        const { violations } = await new AxeBuilder({ page: view }).analyze();
        const overflow = await view.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`)).toEqual([]);
        expect(overflow, `${locale} ${width}`).toBeLessThanOrEqual(0);
        if (process.env.CW_SHOTS)
          await view.screenshot({ path: `${process.env.CW_SHOTS}/rules-${locale}-${width}-${colorScheme}.png` });
        await view.keyboard.press("Escape");
        await expect(view.getByRole("form")).toBeHidden();
        await context.close();
      }
    }
  }
});
