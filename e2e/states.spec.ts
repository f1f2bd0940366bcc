import { appendFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixtures/watch.ts";

/** What a run page says in each state of the run (design §9), against real processes. */
const record = (i: number): string =>
  `{'loss': ${(2 + 2.6 * (1 + i / 30) ** -0.6 + 0.02 * Math.sin(i)).toFixed(4)}, 'grad_norm': 0.9, 'learning_rate': 0.0005, 'epoch': ${(i / 500).toFixed(3)}}\n`;
const records = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => record(from + i)).join("");

test("waiting: a checklist says what is still to come", async ({ folder, watch, page }) => {
  const watching = await watch([join(folder, "later.log")]);
  await page.goto(watching.url);
  await expect(page.getByRole("listitem").filter({ hasText: "Server is listening" })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "First verdict" })).toContainText("about step 200");
});

test("reading: how much has been seen, and no alarm", async ({ folder, watch, page }) => {
  const log = join(folder, "train.log");
  writeFileSync(log, records(1, 20));
  const watching = await watch([log]);
  await page.goto(watching.url);
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict.getByRole("heading")).toContainText("Reading");
  await expect(verdict).toContainText(/20 of \d+ loss records seen/);
  appendFileSync(log, records(21, 300));
  await expect(verdict.getByRole("heading")).toContainText("Healthy");
  await expect(verdict.getByRole("list", { name: "Evidence" }).getByRole("listitem")).toHaveCount(3);
});

test("stale: the verdict says that it is as last read, and how long ago", async ({ folder, watch, page }) => {
  const log = join(folder, "train.log");
  writeFileSync(log, records(1, 300));
  const before = new Date(Date.now() - 14 * 60_000 - 5000);
  utimesSync(log, before, before);
  const watching = await watch([log]);
  await page.goto(watching.url);
  await expect(page.getByText("No data for 14m")).toBeVisible();
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("as last read 14m ago");
});

test("crashed: the last error, the last checkpoint, and how a Trainer goes on from it", async ({
  folder,
  watch,
  page,
}) => {
  const log = join(folder, "train.log");
  const end = [
    "Saving model checkpoint to out/checkpoint-300",
    "Traceback (most recent call last):",
    '  File "train.py", line 9, in <module>',
    "torch.cuda.OutOfMemoryError: CUDA out of memory.",
  ];
  writeFileSync(log, `${records(1, 300)}${end.join("\n")}\n`);
  const watching = await watch([log]);
  await page.goto(watching.url);
  await expect(page.getByText("Crashed").first()).toBeVisible();
  const note = page.getByRole("region", { name: "How it ended" });
  await expect(note).toContainText("CUDA out of memory");
  await expect(note).toContainText("out/checkpoint-300");
  await expect(note).toContainText("--resume_from_checkpoint out/checkpoint-300");
});

test("crashed without a checkpoint in the log: none is made up", async ({ folder, watch, page }) => {
  const log = join(folder, "train.log");
  writeFileSync(log, `${records(1, 300)}Traceback (most recent call last):\nRuntimeError: shapes do not match\n`);
  const watching = await watch([log]);
  await page.goto(watching.url);
  const note = page.getByRole("region", { name: "How it ended" });
  await expect(note).toContainText("shapes do not match");
  await expect(note).toContainText("No checkpoint");
  await expect(note).not.toContainText("resume");
});

test("finished: the report is offered", async ({ folder, watch, page }) => {
  const log = join(folder, "train.log");
  writeFileSync(log, `${records(1, 300)}{'train_runtime': 12.5, 'train_loss': 2.5, 'epoch': 0.6}\n`);
  const watching = await watch([log]);
  await page.goto(watching.url);
  await expect(page.getByText("Finished").first()).toBeVisible();
  await expect(page.getByRole("link", { name: "Open report" })).toBeVisible();
});

test("a run that begins to swing gets a tape, and Y copies the advised rate in plain ASCII", async ({
  folder,
  watch,
  train,
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const log = join(folder, "train.log");
  writeFileSync(log, "");
  const watching = await watch([log]);
  const trainer = train(log, { steps: 5000, linesPerSecond: 120 });
  await page.goto(watching.url);
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict.getByRole("heading")).toContainText("Healthy", { timeout: 30_000 });
  trainer.send({ phase: "swinging" });
  await expect(verdict.getByRole("heading")).toContainText("Oscillating", { timeout: 30_000 });
  await expect(
    verdict.getByRole("figure", { name: "Learning rate 5e-4, oscillating; 2.5e-4 is advised." }),
  ).toBeVisible();
  await page.keyboard.press("y");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("2.5e-4");
});

test("lost: an agent that died is named as such, and the next one takes the run up again", async ({
  folder,
  serve,
  tail,
  page,
}) => {
  const log = join(folder, "train.log");
  writeFileSync(log, records(1, 300));
  const origin = await serve();
  const agent = await tail(log, origin);
  await page.goto(origin);
  await page.getByRole("rowheader").getByRole("link").click();
  await expect(page.getByRole("region", { name: "Verdict" }).getByRole("heading")).toContainText("Healthy");
  agent.kill("SIGKILL");
  await expect(page.getByText(/^Agent lost, \d+s/)).toBeVisible({ timeout: 50_000 });
  await tail(log, origin);
  appendFileSync(log, records(301, 50));
  await expect(page.getByText(/^Live/)).toBeVisible();
  await expect(page.getByText("350").first()).toBeVisible();
});

test("dashboard offline: the bar says from when the page is; the verdict stays as it is", async ({
  folder,
  watch,
  page,
}) => {
  const log = join(folder, "train.log");
  writeFileSync(log, records(1, 300));
  const watching = await watch([log]);
  await page.goto(watching.url);
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict.getByRole("heading")).toContainText("Healthy");
  expect(await watching.stop()).toBe(0);
  await expect(page.getByText(/Not connected\. Showing \d\d:\d\d\./)).toBeVisible();
  await expect(verdict.getByRole("heading")).toContainText("Healthy");
});
