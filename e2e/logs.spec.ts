import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, root, test } from "./fixtures/watch.ts";

/** What a person sees of logs that are not yet there, not understood, over, or merely at their end. */
test("a log that does not exist yet is waited for, then read", async ({ folder, watch, page }) => {
  const log = join(folder, "later.log");
  const watching = await watch([log]);
  await page.goto(watching.url);
  await expect(page.getByText("Waiting").first()).toBeVisible();
  await expect(page.getByText("later.log").first()).toBeVisible();
  expect(watching.stderr()).toContain("does not exist yet");
  writeFileSync(log, Array.from({ length: 60 }, (_, i) => `step=${i + 1} loss=${3 - i / 50} lr=1e-4\n`).join(""));
  await expect(page.getByRole("figure", { name: /loss/i })).toBeVisible();
  await expect(page.getByText("Waiting").first()).toBeHidden();
});

test("a log in which nothing is recognised shows its lines and what to do", async ({ folder, watch, page }) => {
  const log = join(folder, "odd.log");
  writeFileSync(log, "the quick brown fox\njumps over the lazy dog\n");
  const watching = await watch([log]);
  await page.goto(watching.url);
  await expect(page.getByText("jumps over the lazy dog").first()).toBeVisible();
  await expect(page.getByText("curvewatch -- parse").first()).toBeVisible();
  await expect.poll(() => watching.stderr()).toContain("No training record was recognised");
  appendFileSync(log, "step=1 loss=2.5\nstep=2 loss=2.4\n");
  await expect(page.getByText("curvewatch -- parse").first()).toBeHidden();
});

test("a finished log is read to its end and called finished", async ({ watch, page }) => {
  const watching = await watch([join(root, "public/examples/tiny-gpt2.log")]);
  await page.goto(watching.url);
  await expect(page.getByText("Finished").first()).toBeVisible();
});

test("a log that merely ends is quiet: no end seen", async ({ folder, watch, page }) => {
  const log = join(folder, "half.log");
  writeFileSync(log, Array.from({ length: 100 }, (_, i) => `step=${i + 1} loss=${3 - i / 50}\n`).join(""));
  const { utimesSync } = await import("node:fs");
  utimesSync(log, new Date("2026-01-01"), new Date("2026-01-01"));
  const watching = await watch([log]);
  await page.goto(watching.url);
  await expect(page.getByText("No end seen").first()).toBeVisible();
});

test("two watches of one log and folder are one run; the second takes over from the first", async ({
  folder,
  watch,
  page,
}) => {
  const log = join(folder, "train.log");
  copyFileSync(join(root, "public/examples/tiny-gpt2.log"), log);
  const first = await watch([log]);
  const second = await watch([log]);
  expect(second.url).toBe(first.url);
  expect(await first.stop()).toBe(0);
  appendFileSync(log, "{'loss': 1.5, 'learning_rate': 1e-05, 'epoch': 9.0}\n");
  const runs = async () => (await (await page.request.get(`${await origin()}/api/v1/runs`)).json()).runs;
  const origin = async (): Promise<string> => {
    const { readFileSync } = await import("node:fs");
    const { port } = JSON.parse(readFileSync(join(second.data, "server.json"), "utf8"));
    return `http://127.0.0.1:${port}`;
  };
  await expect.poll(async () => (await runs().catch(() => [])).length, { timeout: 30_000 }).toBe(1);
});

test("a folder of one training is one run", async ({ folder, watch, page }) => {
  const out = join(folder, "llama-lora");
  mkdirSync(out);
  const steps = Array.from({ length: 60 }, (_, i) => i + 1);
  const loss = (step: number): string => (3 - step / 50).toFixed(3);
  const lines = (line: (step: number) => string): string => steps.map((step) => `${line(step)}\n`).join("");
  writeFileSync(
    join(out, "train.log"),
    lines((step) => `step=${step} loss=${loss(step)} grad_norm=1.5`),
  );
  writeFileSync(
    join(out, "trainer_log.jsonl"),
    lines((step) => `{"current_steps": ${step}, "loss": ${loss(step)}}`),
  );
  const watching = await watch([out]);
  await page.goto(watching.url);
  await expect(page.getByRole("heading", { name: "llama-lora" })).toBeVisible();
  const runs = (await (await page.request.get(`${watching.origin}/api/v1/runs`)).json()).runs;
  expect(runs).toMatchObject([{ name: "llama-lora", path: join(out, "trainer_log.jsonl") }]);
  const { metrics } = await (await page.request.get(`${watching.origin}/api/v1/runs/${runs[0].id}`)).json();
  expect(metrics).toEqual(expect.arrayContaining(["train/loss", "grad_norm"].map((name) => ({ name, points: 60 }))));
});

test("the runs list is the start page", async ({ folder, watch, page }) => {
  const log = join(folder, "my-run.log");
  writeFileSync(log, "step=1 loss=2.0\n");
  const watching = await watch([log]);
  await page.goto(watching.origin);
  await expect(page.getByText("my-run").first()).toBeVisible();
});
