import type { Page } from "@playwright/test";
import { openReceiver, type Receiver } from "./fixtures/receiver.ts";
import { test as base, expect } from "./fixtures/watch.ts";

/** What a person sees of alerts and does about them, against a real server and a real receiver. */
const test = base.extend<{ receiver: Receiver }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads fixtures from this parameter
  receiver: async ({}, use) => {
    const receiver = await openReceiver();
    await use(receiver);
    await receiver.close();
  },
});

const told = (receiver: Receiver, rule: string): number =>
  receiver.received.filter(({ body }) => JSON.parse(body).rule === rule).length;

/** A run whose loss is NaN from step 201 on. @returns its id */
async function nanRun(origin: string, name: string): Promise<string> {
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(origin + path, { method: "POST", body: JSON.stringify(body) });
    expect(response.status, path).toBeLessThan(300);
    return response.json();
  };
  const { run } = (await post("/api/v1/runs", { name, maxSteps: 4000 })) as { run: { id: string } };
  const points = Array.from({ length: 260 }, (_, i) => ({
    step: i + 1,
    values: { loss: i < 200 ? 2 + 3 / (1 + i) : "NaN", lr: 3e-4 },
  }));
  await post(`/api/v1/runs/${run.id}/points`, { points });
  return run.id;
}

const card = (page: Page, name: string) => page.getByRole("article", { name: `NaN: ${name}` });

test("an open incident is taken, says who was told, and is over when a person says so", async ({
  serve,
  receiver,
  page,
}) => {
  const origin = await serve("--webhook", receiver.url("/"), "--allow-private-webhooks");
  const run = await nanRun(origin, "bert");
  await expect.poll(() => told(receiver, "nan")).toBe(1);
  await page.goto(`${origin}/alerts`);
  await expect(page.getByRole("navigation").getByRole("link", { name: "Alerts" })).toContainText("1");
  await expect(card(page, "bert")).toContainText("Webhook");
  const take = card(page, "bert").getByRole("button", { name: "I am on it" });
  await take.click();
  await expect(take).toHaveAttribute("aria-pressed", "true");
  await expect(card(page, "bert")).toContainText("Somebody is on it");

  await card(page, "bert").getByRole("link", { name: "NaN" }).click();
  await expect(page).toHaveURL(`${origin}/runs/${run}/incidents/1`);
  const story = page.getByRole("list");
  await expect(story.getByText("Sent to")).toBeVisible();
  await expect(story.getByText("Somebody is on it")).toBeVisible();
  await page.getByRole("button", { name: "Resolve" }).click();
  await expect(page.getByText("Over since")).toBeVisible();
  await page.goto(`${origin}/alerts`);
  await expect(page.getByText("Nothing stands open.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Before" }).getByRole("link", { name: "NaN" })).toBeVisible();
});

test("a link of a message changes nothing until it is confirmed; a muted run tells nobody", async ({
  serve,
  receiver,
  page,
}) => {
  const origin = await serve("--webhook", receiver.url("/"), "--allow-private-webhooks");
  const run = await nanRun(origin, "bert");
  const mutes = async () => (await (await fetch(`${origin}/api/v1/mutes`)).json()).mutes;
  await page.goto(`${origin}/runs/${run}?act=mute&for=1h`);
  const ask = page.getByRole("region", { name: "Tell nobody of bert for 1h?" });
  await expect(ask).toBeVisible();
  expect(await mutes()).toEqual([]);
  await ask.getByRole("button", { name: "Mute 1h" }).click();
  await expect(ask).toBeHidden();
  await expect(page.getByRole("button", { name: /^Muted until \d\d:\d\d/ })).toBeVisible();
  expect(await mutes()).toMatchObject([{ scope: { kind: "run", value: run } }]);

  await fetch(`${origin}/api/v1/runs/${run}/points`, {
    method: "POST",
    body: JSON.stringify({ points: [], end: { state: "failed" } }),
  });
  await page.goto(`${origin}/runs/${run}/incidents/1`);
  await expect(page.getByText("Nobody was told: muted")).toBeVisible();
  expect(told(receiver, "run.failed")).toBe(0);

  await page.goto(`${origin}/alerts`);
  await page.getByRole("button", { name: "End the mute of bert" }).click();
  await expect(page.getByRole("region", { name: "Muted" })).toBeHidden();
  expect(await mutes()).toEqual([]);
});

test("what could not be delivered is not kept quiet, and is tried again", async ({ serve, receiver, page }) => {
  const origin = await serve("--webhook", receiver.url("/"), "--allow-private-webhooks");
  receiver.answers.push({ status: 404, body: "gone" });
  await nanRun(origin, "bert");
  await expect.poll(() => told(receiver, "nan")).toBe(1);
  await page.goto(`${origin}/alerts`);
  await expect(page.getByRole("alert").getByText("One message could not be delivered.")).toBeVisible();
  const log = page.getByRole("region", { name: "Messages" });
  await log.getByRole("radio", { name: "Not delivered 1" }).click();
  await expect(log).toContainText("answered 404");
  await log.getByRole("button", { name: "Try again" }).click();
  await expect(log.getByText("Everything has arrived.")).toBeVisible();
  expect(told(receiver, "nan")).toBe(2);
});
