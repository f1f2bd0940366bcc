import { copyFileSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openReceiver, type Receiver } from "./fixtures/receiver.ts";
import { test as base, expect, root, run } from "./fixtures/watch.ts";

/** Told: someone who is not looking hears about it, once, through whatever happens to our processes. */
const test = base.extend<{ receiver: Receiver }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads fixtures from this parameter
  receiver: async ({}, use) => {
    const receiver = await openReceiver();
    await use(receiver);
    await receiver.close();
  },
});
const EXAMPLE = join(root, "public/examples/tiny-gpt2.log");
const PRIVATE = "--allow-private-webhooks";

const about = (receiver: Receiver, word: string): string[] =>
  receiver.received.map(({ body }) => body).filter((body) => body.includes(word));

test("a NaN is told once, also when the server is killed in between and started again", async ({
  watch,
  receiver,
  folder,
  train,
}) => {
  const log = join(folder, "train.log");
  writeFileSync(log, "");
  // The receiver is away while the NaN comes: the notice has to outlive the server.
  receiver.answers.push({ status: 500 });
  const watching = await watch([log, "--slack", receiver.url("/x"), PRIVATE]);
  const trainer = train(log, { steps: 5000, linesPerSecond: 200 });
  await expect.poll(() => trainer.wrote()).toBeGreaterThan(300);
  trainer.send({ phase: "nan" });
  await expect.poll(() => about(receiver, "◆ NaN").length).toBe(1);
  await watching.killServer();
  await expect.poll(() => about(receiver, "◆ NaN").length, { timeout: 60_000 }).toBe(2);
  const [refused, told] = about(receiver, "◆ NaN");
  expect(told).toBe(refused);

  const message = JSON.parse(told as string);
  expect(message.text).toContain("NaN");
  const [attachment] = message.attachments;
  expect(attachment.color).toBe("#C8321F");
  expect(attachment.blocks.map(({ type }: { type: string }) => type)).toEqual([
    "header",
    "section",
    "section",
    "section",
    "context",
    "actions",
  ]);
  expect(JSON.stringify(attachment.blocks)).toContain(new URL(watching.url).pathname);

  // Nothing more comes of it while it lasts, nor with the next start.
  trainer.send("end");
  await trainer.ended;
  await expect.poll(() => about(receiver, "Finished").length, { timeout: 30_000 }).toBe(1);
  await watching.stop();
  const again = await watch([log, "--slack", receiver.url("/x"), PRIVATE]);
  await expect.poll(async () => (await fetch(`${again.origin}/api/v1/health`)).ok).toBe(true);
  await again.stop();
  expect(about(receiver, "◆ NaN").length).toBe(2);
});

test("a finished log is told for what it is, and its report is linked", async ({ watch, receiver, folder, page }) => {
  const log = join(folder, "just-ended.log");
  copyFileSync(EXAMPLE, log);
  const watching = await watch([log, "--webhook", receiver.url("/hook"), PRIVATE]);
  await expect.poll(() => receiver.received.length, { timeout: 40_000 }).toBe(2);
  const [nan, finished] = receiver.received.map(({ body }) => JSON.parse(body));
  expect(nan).toMatchObject({ rule: "nan", kind: "firing", severity: "critical", step: 521, link: watching.url });
  expect(finished).toMatchObject({ rule: "run.finished", kind: "event" });
  const id = new URL(watching.url).pathname.split("/").at(-1);
  const { incidents } = await (await page.request.get(`${watching.origin}/api/v1/runs/${id}/incidents`)).json();
  expect(
    incidents.map(({ subject, told }: { subject: string; told: { state: string }[] }) => [
      subject,
      told.map(({ state }) => state),
    ]),
  ).toContainEqual(["nan", ["sent"]]);
  await page.goto(watching.url);
  await expect(page.getByRole("listitem").filter({ hasText: "Step 521" })).toContainText("Webhook");
  await page.goto(`${watching.url}/report`);
  await expect(page.getByText("Webhook").first()).toBeVisible();
});

test("history is told to nobody: an import, and a log that was over long before it was read", async ({
  watch,
  receiver,
  folder,
  page,
}) => {
  const copy = (name: string): string => {
    copyFileSync(EXAMPLE, join(folder, name));
    return join(folder, name);
  };
  const data = join(folder, "data");
  const first = await watch([join(folder, "nothing-yet.log"), PRIVATE]);
  const address = receiver.url("/hook");
  const added = await page.request.post(`${first.origin}/api/v1/channels`, { data: { kind: "webhook", address } });
  expect(added.ok()).toBe(true);
  // By the agent that is there, and by one of its own.
  expect((await run(["import", copy("handed-over.log"), "--data", data])).code).toBe(0);
  await first.stop();
  expect((await run(["import", copy("imported.log"), "--data", data])).code).toBe(0);

  const old = copy("old.log");
  utimesSync(old, new Date("2026-01-01"), new Date("2026-01-01"));
  const watching = await watch([old, copy("fresh.log"), PRIVATE]);
  const incidents = async (): Promise<string[]> => {
    const { runs } = await (await page.request.get(`${watching.origin}/api/v1/runs`)).json();
    const told = runs.map(async ({ id, name }: { id: string; name: string }) => {
      const answer = await (await page.request.get(`${watching.origin}/api/v1/runs/${id}/incidents`)).json();
      return answer.incidents.map(({ subject }: { subject: string }) => `${name} ${subject}`);
    });
    return (await Promise.all(told)).flat();
  };
  const NAMES = ["handed-over", "imported", "old", "fresh"];
  await expect.poll(incidents, { timeout: 40_000 }).toEqual(expect.arrayContaining(NAMES.map((name) => `${name} nan`)));
  // What is less urgent waits longer: when the end of the fresh one is told, all that was to be told before it has been.
  await expect.poll(() => about(receiver, "run.finished").length, { timeout: 40_000 }).toBe(1);
  expect(receiver.received.map(({ body }) => JSON.parse(body).run.name)).toEqual(["fresh", "fresh"]);
});

test("an address is a secret: it is in no answer, no file in the clear, no message", async ({
  watch,
  receiver,
  page,
}) => {
  const watching = await watch([EXAMPLE, PRIVATE]);
  const secret = receiver.url("/services/T00/B00/very-secret");
  await page.goto(`${watching.origin}/settings`);
  await page.getByLabel("Address").fill(secret);
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("button", { name: "Send a test" }).click();
  await expect(page.getByText("It arrived")).toBeVisible();
  await expect.poll(() => receiver.received.length).toBe(1);
  expect(await page.content()).not.toContain("very-secret");
  const answer = await (await page.request.get(`${watching.origin}/api/v1/channels`)).text();
  expect(answer).toContain("127.0.0.1");
  expect(answer).not.toContain("very-secret");
  expect(readFileSync(join(watching.data, "channels.json"), "utf8")).not.toContain("very-secret");
  expect(watching.stderr()).not.toContain("very-secret");
  await page.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("button", { name: "Remove" })).toHaveCount(0);
});

test("an address inside the network needs to be allowed, and is not repeated", async ({ receiver, folder }) => {
  const { code, stderr } = await run([
    "watch",
    EXAMPLE,
    "--slack",
    receiver.url("/very-secret"),
    "--no-open",
    "--port",
    "0",
    "--data",
    join(folder, "data"),
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain("--allow-private-webhooks");
  expect(stderr).not.toContain("very-secret");
});
