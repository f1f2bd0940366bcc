import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openAgentsBench } from "#lib/server/agents-fixture.ts";
import { openSqliteReader, runIdOf } from "#lib/store/index.ts";
import { tfevents, wandbLog } from "../parsers/testing-files.ts";
import { backfill, type Imported } from "./backfill.ts";
import { discover } from "./discover.ts";

/** What a year of trainings leaves on a disk, read into a real store through the agent. */
const TOKEN = "a token of the test, long enough";
let root = "";
let out = "";
let server: Awaited<ReturnType<typeof openAgentsBench>>;
let reader: Awaited<ReturnType<typeof openSqliteReader>>;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "curvewatch-import-"));
  out = join(root, "outputs");
  mkdirSync(out);
  server = await openAgentsBench(join(root, "store"), TOKEN, (error) => expect.fail(String(error)), ["slack"]);
  reader = await openSqliteReader({ folder: join(root, "store") });
});
afterEach(async () => {
  await reader.close();
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, content: string | Uint8Array): string {
  const file = join(out, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function importAll(...given: string[]): Promise<Imported[]> {
  return backfill(await discover(root, given), {
    folder: join(root, "agent"),
    url: server.url,
    token: TOKEN,
    version: "test",
    signal: AbortSignal.timeout(15_000),
    read: () => {},
    failed: (path, error) => expect.fail(`${path}: ${error}`),
  });
}

const summary = (runs: Imported[]): [string, number][] => runs.map(({ target, values }) => [target, values]);
const points = async (run: string, metric: string): Promise<[number, number][]> => {
  const { step, value } = await reader.points(run, metric, 0, 1000);
  return Array.from(step, (at, i) => [at, value[i]!]);
};
const idOf = (folder: string): string => runIdOf("local", `folder:${join(out, folder)}`);

const history = (steps: number, loss = 2): string =>
  JSON.stringify(
    {
      best_metric: null,
      epoch: steps / 10,
      log_history: Array.from({ length: steps }, (_, i) => ({
        epoch: (i + 1) / 10,
        loss: loss / (i + 1),
        step: i + 1,
      })),
      max_steps: 100,
    },
    null,
    2,
  );
const printed = "{'loss': 2.1, 'learning_rate': 5e-05, 'epoch': 0.1}\n";

test("a folder of output folders gives one run each, and importing it again adds nothing", async () => {
  write("llama/train.log", printed.repeat(3));
  write("llama/checkpoint-4/trainer_state.json", history(4));
  write("llama/checkpoint-10/trainer_state.json", history(10));
  write("llama/runs/Nov01_host/events.out.tfevents.1.host.1.0", tfevents([[1, { "train/loss": 2, extra: 1 }]]));
  write("keras/train/events.out.tfevents.1.host.1.0.v2", tfevents([[0, { epoch_loss: 1.5 }]]));
  write("keras/validation/events.out.tfevents.1.host.1.1.v2", tfevents([[0, { epoch_loss: 1.25 }]]));
  write("old/loss.csv", "step,loss\n1,3.5\n2,3.25\n");
  write("old/vocab.txt", "the\na\nof\n");
  const runs = await importAll(out);
  expect(summary(runs).sort()).toEqual([
    [join(out, "keras"), 2],
    [join(out, "llama"), 3 * 3 + 10 * 2 + 2],
    [join(out, "old/loss.csv"), 2],
  ]);
  expect(await points(idOf("llama"), "train/loss")).toEqual(Array.from({ length: 10 }, (_, i) => [i + 1, 2 / (i + 1)]));
  expect(await points(idOf("llama"), "extra")).toEqual([[1, 1]]);
  expect(await points(idOf("keras"), "train/loss")).toEqual([[0, 1.5]]);
  expect(await points(idOf("keras"), "eval/loss")).toEqual([[0, 1.25]]);
  const stored = (await reader.runs({ limit: 10, before: null })).map(({ name }) => name);
  expect(stored.sort()).toEqual(["keras", "llama", "loss"]);
  const again = await importAll(out);
  expect(again.map(({ values }) => values)).toEqual([0, 0, 0]);
  expect((await points(idOf("llama"), "train/loss")).length).toBe(10);
});

test("an agent that has forgotten everything asks the server, and still adds nothing twice", async () => {
  write("llama/trainer_state.json", history(10));
  write("llama/train.jsonl", '{"step": 1, "loss": 2, "kl": 0.5}\n');
  await importAll(out);
  rmSync(join(root, "agent"), { recursive: true });
  expect((await importAll(out)).map(({ values }) => values)).toEqual([0]);
});

test("a state that was written anew with more history adds what is new; another history is another training", async () => {
  write("llama/trainer_state.json", history(5));
  await importAll(out);
  write("llama/trainer_state.json", history(8));
  expect(summary(await importAll(out))).toEqual([[join(out, "llama"), 3 * 2]]);
  expect((await points(idOf("llama"), "train/loss")).map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  write("llama/trainer_state.json", history(9, 7));
  await importAll(out);
  expect((await points(runIdOf("local", `folder:${join(out, "llama")}#2`), "train/loss")).length).toBe(9);
});

test("what a logger appends is read on where it was", async () => {
  const [first, second] = [tfevents([[1, { loss: 2 }]]), tfevents([[2, { loss: 1.5 }]])];
  const file = write("a/events.out.tfevents.1.host.1.0", first);
  await importAll(out);
  appendFileSync(file, second.subarray(0, 20));
  expect((await importAll(out)).map(({ values }) => values)).toEqual([0]);
  appendFileSync(file, second.subarray(20));
  expect((await importAll(out)).map(({ values }) => values)).toEqual([1]);
  expect(await points(idOf("a"), "train/loss")).toEqual([
    [1, 2],
    [2, 1.5],
  ]);
});

test("compressed logs, W&B's files and MLflow's runs are imported with their names and settings", async () => {
  write("gz/train.log.gz", gzipSync("step=1 loss=2\nstep=2 loss=1.5\n"));
  write(
    "wandb/offline-run-1-abc/run-abc.wandb",
    wandbLog([[10, { "train/loss": "2.5", "eval/loss": "NaN" }]], { name: "calm-river-3", project: "llm" }),
  );
  const run = "mlruns/1/0a1b2c3d4e5f60718293a4b5c6d7e8f9";
  write(`${run}/metrics/train/loss`, "1756720801000 2.5 10\n1756720802000 nan 20\n");
  write(`${run}/metrics/lr`, "1756720801000 5e-05 10\n");
  write(`${run}/tags/mlflow.runName`, "gentle-fox-12");
  write(`${run}/params/weight_decay`, "0.1");
  write("mlruns/1/meta.yaml", "experiment_id: '1'\nname: llm-sft\n");
  const runs = await importAll(out);
  expect(summary(runs)).toEqual([
    [join(out, "gz/train.log.gz"), 2],
    [join(out, run), 3],
    [join(out, "wandb/offline-run-1-abc"), 2],
  ]);
  expect(await points(idOf(run), "train/loss")).toEqual([
    [10, 2.5],
    [20, Number.NaN],
  ]);
  const stored = await reader.runs({ limit: 10, before: null });
  expect(stored.find(({ id }) => id === idOf(run))).toMatchObject({
    name: "gentle-fox-12",
    project: "llm-sft",
    facts: { config: { weight_decay: 0.1 } },
  });
  expect(stored.find(({ id }) => id === idOf("wandb/offline-run-1-abc"))).toMatchObject({
    name: "calm-river-3",
    project: "llm",
    facts: { config: { lr: 0.1 } },
  });
  expect((await importAll(out)).map(({ values }) => values)).toEqual([0, 0, 0]);
});

test("each run of a Trackio database is a run, and its new rows are added", async () => {
  const path = join(out, "llm-sft.db");
  const db = new Sqlite(path);
  db.exec(
    "CREATE TABLE metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT, run_name TEXT, step INTEGER, metrics TEXT)",
  );
  const add = db.prepare("INSERT INTO metrics (timestamp, run_name, step, metrics) VALUES (?, ?, ?, ?)");
  for (const [i, run] of ["lr/1", "lr/2", "lr/1"].entries())
    add.run(`2026-05-01T10:00:0${i}.5`, run, i, JSON.stringify({ loss: 2 - i, note: "x", f1: i === 2 ? "NaN" : 0.5 }));
  expect(summary(await importAll(out))).toEqual([
    [`${path}#lr/1`, 4],
    [`${path}#lr/2`, 2],
  ]);
  add.run("2026-05-01T10:01:00", "lr/2", 5, '{"loss": 0.25}');
  db.close();
  expect((await importAll(path)).map(({ values }) => values)).toEqual([0, 1]);
  const [run] = (await reader.runs({ limit: 10, before: null })).filter(({ name }) => name === "lr/2");
  expect(run?.project).toBe("llm-sft");
  expect(await points(run!.id, "train/loss")).toEqual([
    [1, 1],
    [5, 0.25],
  ]);
});

test("a folder without a training, and a name that leads nowhere, are said with what to do", async () => {
  write("data/vocab.txt", "the\na\n");
  write("data/notes.txt", "step by step: nothing to see\n");
  await expect(discover(root, [join(out, "data")])).rejects.toMatchObject({ code: "not_found" });
  await expect(discover(root, ["nowhere"])).rejects.toThrow("nowhere does not exist");
  await expect(discover(root, ["outputs/*.log"])).rejects.toThrow("nothing matches");
});

test("two logs of a kind in one folder are two runs, and a folder that is linked twice is read once", async () => {
  write("sweep/lr1.log", "step=1 loss=2\n");
  write("sweep/lr2.log", "step=1 loss=3\n");
  cpSync(join(out, "sweep"), join(out, "copy"), { recursive: true });
  const logs = await discover(root, ["outputs/sweep", "outputs/sweep", "outputs/*/lr1.log"]);
  expect(logs.map(({ path, group }) => [path.slice(out.length + 1), group])).toEqual([
    ["copy/lr1.log", null],
    ["sweep/lr1.log", null],
    ["sweep/lr2.log", null],
  ]);
});

test("an import has its alerts, and nobody is told of them", async () => {
  const steps = Array.from({ length: 3000 }, (_, i) => i + 1);
  // The NaN is in the first record already, long before the end of the file.
  write("run.log", steps.map((step) => `step=${step} loss=${step === 40 ? "nan" : 2 + 3 / step} lr=1e-4\n`).join(""));
  await importAll(out);
  const [run] = await reader.runs({ limit: 1, before: null });
  await expect.poll(async () => (await reader.alerts(run!.id)).map(({ subject }) => subject)).toContain("nan");
  expect((await reader.alerts(run!.id)).flatMap(({ told }) => told)).toEqual([]);
});
