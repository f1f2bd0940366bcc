import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openAgentsBench } from "#lib/server/agents-fixture.ts";
import { openSqliteReader, runIdOf } from "#lib/store/index.ts";
import { Agent } from "./agent.ts";
import { resolveLogs } from "./cli/logs.ts";
import type { FollowedLog } from "./follower.ts";

/** An agent from the log to the store. What LLaMA-Factory leaves in its output folder is the example. */
const TOKEN = "a token of the test, long enough";
const STEPS = Array.from({ length: 20 }, (_, i) => (i + 1) * 5);
let root = "";
let out = "";
let server: Awaited<ReturnType<typeof openAgentsBench>>;
let reader: Awaited<ReturnType<typeof openSqliteReader>>;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "curvewatch-agent-"));
  out = join(root, "llama-lora");
  mkdirSync(out);
  server = await openAgentsBench(join(root, "store"), TOKEN, (error) => expect.fail(String(error)));
  reader = await openSqliteReader({ folder: join(root, "store") });
});
afterEach(async () => {
  await reader.close();
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

const loss = (step: number): number => 2 + 1 / step;
/** As a terminal shows it: a bar that is drawn at each step, erased for a record every fifth, and drawn again. */
const bar = (step: number): string => `\r  ${Math.round(step / 10)}%|#         | ${step}/1000 [00:10<00:20, 98.1it/s]`;
const printed = (steps: readonly number[]): string =>
  steps
    .map((step) => {
      const values = `'loss': ${loss(step).toFixed(1)}, 'grad_norm': ${step / 10}, 'learning_rate': 1e-05`;
      const record = `{${values}, 'epoch': ${step / 200}}`;
      const drawn = [4, 3, 2, 1, 0].map((before) => bar(step - before)).join("");
      return `${drawn}\r${" ".repeat(48)}\r${record}\n${bar(step)}`;
    })
    .join("");
const logged = (steps: readonly number[]): string =>
  steps
    .map(
      (step) =>
        `{"current_steps": ${step}, "total_steps": 1000, "loss": ${loss(step)}, "lr": 1e-05, "epoch": ${step / 200}}\n`,
    )
    .join("");

/** Follows what these arguments of `watch` stand for, until everything that is there is in the store. */
async function follow(...given: string[]): Promise<void> {
  await followLogs(await resolveLogs(root, given));
}

async function followLogs(logs: readonly FollowedLog[]): Promise<void> {
  const ended = new Set<string>();
  const agent = await openAgent((path) => ended.add(path));
  for (const log of logs) agent.follow(log);
  await expect.poll(() => ended.size, { timeout: 10_000 }).toBe(logs.length);
  await agent.close();
}

function openAgent(ended = (_path: string): unknown => null): Promise<Agent> {
  return Agent.open({
    folder: join(root, "agent"),
    url: server.url,
    token: TOKEN,
    version: "test",
    nvidiaSmi: join(root, "no-such-tool"),
    now: Date.now,
    events: {
      connected() {},
      disconnected() {},
      refused: (refusal) => expect.fail(refusal.message),
      read: ({ path, eof }) => eof && ended(path),
      failed: (path, error) => expect.fail(`${path}: ${error}`),
      gap: (_from, _to, reason) => expect.fail(reason),
    },
  });
}

const runs = () => reader.runs({ limit: 10, before: null });
const points = async (run: string, metric: string): Promise<[number, number][]> => {
  const { step, value } = await reader.points(run, metric, 0, 1000);
  return Array.from(step, (at, i) => [at, value[i]!]);
};

test("JSON lines and console of one training are one run, each metric from the file that tells it best", async () => {
  writeFileSync(join(out, "train.log"), printed(STEPS));
  writeFileSync(join(out, "trainer_log.jsonl"), logged(STEPS));
  await follow(out);
  const [run, ...others] = await runs();
  expect(others).toEqual([]);
  expect(run).toMatchObject({
    id: runIdOf("local", `folder:${out}`),
    name: "llama-lora",
    path: join(out, "trainer_log.jsonl"),
    facts: { stepSource: "printed", maxSteps: 1000, linesParsed: STEPS.length },
    attempts: [{ attempt: 1 }],
  });
  expect(await points(run!.id, "train/loss")).toEqual(STEPS.map((step) => [step, loss(step)]));
  expect(await points(run!.id, "grad_norm")).toEqual(STEPS.map((step) => [step, step / 10]));
});

test("an agent that starts again goes on in both files, and counts nothing twice", async () => {
  const [before, after] = [STEPS.slice(0, 12), STEPS.slice(12)];
  for (const steps of [before, after]) {
    appendFileSync(join(out, "train.log"), printed(steps));
    appendFileSync(join(out, "trainer_log.jsonl"), logged(steps));
    await follow(out);
  }
  const [run, ...others] = await runs();
  expect(others).toEqual([]);
  expect(await points(run!.id, "train/loss")).toEqual(STEPS.map((step) => [step, loss(step)]));
  expect((await points(run!.id, "grad_norm")).length).toBe(STEPS.length);
});

test("settings come from the log and from what lies beside it, and the log's stay when the agent starts again", async () => {
  writeFileSync(join(out, "config.yaml"), "weight_decay: 0.1\noptimizer:\n  lr: 2e-4\n");
  writeFileSync(
    join(out, "train.log"),
    `Namespace(weight_decay=0.2, api_key='secret')\n${printed(STEPS.slice(0, 12))}`,
  );
  writeFileSync(join(out, "trainer_log.jsonl"), logged(STEPS.slice(0, 12)));
  await follow(out);
  const config = { weight_decay: 0.2, "optimizer.lr": 2e-4 };
  expect((await runs())[0]?.facts?.config).toEqual(config);
  appendFileSync(join(out, "train.log"), printed(STEPS.slice(12)));
  await follow(out);
  expect((await runs())[0]?.facts?.config).toEqual(config);
});

test("a log that was followed alone is read into its folder's run from the beginning", async () => {
  writeFileSync(join(out, "train.log"), printed(STEPS));
  await follow(join(out, "train.log"));
  writeFileSync(join(out, "trainer_log.jsonl"), logged(STEPS));
  await follow(out);
  const found = await runs();
  expect(found.map(({ observations }) => observations)).toEqual([STEPS.length, STEPS.length]);
  expect((await points(runIdOf("local", `folder:${out}`), "grad_norm")).length).toBe(STEPS.length);
});

test("logs that took the place of others are another training, one run again", async () => {
  for (const steps of [STEPS, STEPS.slice(5)]) {
    rmSync(out, { recursive: true });
    mkdirSync(out);
    writeFileSync(join(out, "train.log"), printed(steps));
    writeFileSync(join(out, "trainer_log.jsonl"), logged(steps));
    await follow(out);
  }
  await follow(out);
  const ids = ["", "#2"].map((end) => runIdOf("local", `folder:${out}${end}`));
  expect((await runs()).map(({ id }) => id).sort()).toEqual(ids.toSorted());
  expect((await points(ids[0]!, "train/loss")).length).toBe(STEPS.length);
  expect((await points(ids[1]!, "train/loss")).length).toBe(STEPS.length - 5);
});

test("a pattern goes on when the agent starts again without it, and another one reads the log anew", async () => {
  const path = join(out, "own.log");
  const own = (step: number): string => `@${step} ~ ${loss(step)} ~ ${step / 10}\n`;
  writeFileSync(path, STEPS.slice(0, 12).map(own).join(""));
  await followLogs([{ path, group: null, pattern: "@(?<step>\\d+) ~ (?<loss>\\S+)" }]);
  appendFileSync(path, STEPS.slice(12).map(own).join(""));
  await followLogs([{ path, group: null }]);
  const [run, ...others] = await runs();
  expect(others).toEqual([]);
  expect(await points(run!.id, "train/loss")).toEqual(STEPS.map((step) => [step, loss(step)]));
  await followLogs([{ path, group: null, pattern: "@(?<step>\\d+) ~ (?<loss>\\S+) ~ (?<grad_norm>\\S+)" }]);
  const found = await Promise.all((await runs()).map(({ id }) => points(id, "grad_norm")));
  expect(found).toContainEqual(STEPS.map((step) => [step, step / 10]));
});

test("a log that gave nothing is read again by a pattern, as the same run; one that gave something is left alone", async () => {
  const path = join(out, "own.log");
  const own = (step: number): string => `@${step} ~ ${loss(step)}\n`;
  writeFileSync(path, STEPS.slice(0, 12).map(own).join(""));
  const pattern = "@(?<step>\\d+) ~ (?<loss>\\S+)";
  const agent = await openAgent();
  agent.follow({ path, group: null });
  await expect.poll(async () => (await runs())[0]?.facts?.linesRead).toBe(12);
  const [before] = await runs();
  expect(before?.metrics).toEqual([]);
  agent.readAgain({ path, group: null, pattern });
  await expect.poll(async () => (await points(before!.id, "train/loss")).length).toBe(12);
  agent.readAgain({ path, group: null, pattern: "@(?<step>\\d+) ~ (?<mine>\\S+)" });
  appendFileSync(path, STEPS.slice(12).map(own).join(""));
  await expect.poll(async () => (await points(before!.id, "train/loss")).length).toBe(STEPS.length);
  await agent.close();
  const [after, ...others] = await runs();
  expect(others).toEqual([]);
  expect(after?.metrics.map(({ name }) => name)).toEqual(["train/loss"]);
  expect(await points(before!.id, "train/loss")).toEqual(STEPS.map((step) => [step, loss(step)]));
});

test.each([
  ["two of what a trainer prints", ["run1.log", "run2.log", "trainer_log.jsonl"]],
  ["two CSV files", ["a.csv", "b.csv", "train.log"]],
  ["one log", ["train.log"]],
])("a folder with %s is no run of several files", async (_, names) => {
  for (const name of names) writeFileSync(join(out, name), "step=1 loss=2\n");
  expect(await resolveLogs(root, [out])).toEqual(names.map((name) => ({ path: join(out, name), group: null })));
});

test("a log named by itself and in its folder stays with the others there", async () => {
  for (const name of ["metrics.csv", "train.log"]) writeFileSync(join(out, name), "step=1 loss=2\n");
  const [csv, log] = ["metrics.csv", "train.log"].map((name) => join(out, name)) as [string, string];
  const group = `folder:${out}`;
  expect(await resolveLogs(root, [log, out, csv])).toEqual([
    { path: log, group },
    { path: csv, group },
  ]);
});

test("what was written long before it was read is history, and so is what an import names; what comes later is not", async () => {
  const log = join(out, "train.log");
  writeFileSync(log, printed(STEPS.slice(0, 12)));
  const isHistory = async () => (await runs())[0]?.status?.backfill ?? false;
  await followLogs([{ path: log, group: null }]);
  expect(await isHistory()).toBe(false);
  appendFileSync(log, printed(STEPS.slice(12, 15)));
  utimesSync(log, new Date("2026-01-01"), new Date("2026-01-01"));
  await followLogs([{ path: log, group: null }]);
  expect(await isHistory()).toBe(true);
  appendFileSync(log, printed(STEPS.slice(15, 18)));
  await followLogs([{ path: log, group: null }]);
  expect(await isHistory()).toBe(false);
  appendFileSync(log, printed(STEPS.slice(18)));
  await followLogs([{ path: log, group: null, backfill: true }]);
  expect(await isHistory()).toBe(true);
});
