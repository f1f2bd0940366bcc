import { afterEach, beforeEach, expect, test } from "vitest";
import { type Chunk, type Finding, METRIC } from "#lib/protocol/index.ts";
import { chunk, group, NOW, TestAgent } from "#lib/store/contract/fixtures.ts";
import { runIdOf } from "#lib/store/index.ts";
import { type JudgeBench, openJudgeBench } from "./judge-fixture.ts";
import { tickRuns } from "./ticks.ts";

/** A run that writes a record every five seconds beside its GPU, by the clock of an agent that is two minutes ahead. */
const MINUTE = 60_000;
const START = NOW + 2 * MINUTE;
const EVERY_MS = 5000;
const KEY = "train0000001";
const RUN = runIdOf("agent-1", KEY);
const source = {
  kind: "log" as const,
  path: "/out/train.jsonl",
  name: "train",
  project: null,
  host: "node-1",
  identity: null,
};

let bench: JudgeBench;
let records: number;
let isConnected: boolean;
let said: Finding[];
/** What the GPU showed at each tick, in watts. */
let ticked: number[][];
beforeEach(async () => {
  bench = await openJudgeBench(new TestAgent());
  records = 0;
  isConnected = true;
  said = [];
  ticked = [];
});
afterEach(() => bench.close());

function record(): Chunk {
  records++;
  const read = group([METRIC.trainLoss], [[records, records, 2 + (records % 7) / 100]]);
  read.at = Float64Array.of(START + records * EVERY_MS);
  return chunk([read], { file: KEY, source });
}

/** What nvidia-smi reads of the GPU at a time. */
function reading(at: number, utilization: number, watts: number): Chunk {
  const second = Math.round(at / 1000);
  const read = group(["power.draw", "utilization.gpu"], [[second, second, watts, utilization]]);
  read.at = Float64Array.of(at);
  const gpu = { ...source, kind: "gpu" as const, path: "GPU-0", name: "0 NVIDIA H100" };
  return chunk([read], { file: "node1gpu00000", end: 0, state: null, source: gpu });
}

async function tick(now: number): Promise<void> {
  await tickRuns([RUN], {
    run: (id) => bench.reader.run(id),
    gpus: (id, range) => bench.reader.gpus(id, range),
    clockOf: (agent) => (isConnected && agent === "agent-1" ? now : null),
    tick: async (run, at, gpus) => {
      ticked.push(gpus.map(({ powerWatts }) => powerWatts));
      said.push(...(await bench.judge.tick(run, at, gpus)));
    },
  });
}

/** Trains for a while, and is ticked. @returns when its last record came */
async function train(withGpu = true): Promise<number> {
  let at = START;
  for (let i = 0; i < 60; i++) {
    const work = record();
    at = work.groups[0]!.at[0]!;
    await bench.judge.take(await bench.commit(work, ...(withGpu ? [reading(at, 98, 400)] : [])));
    await tick(at + 1000);
  }
  return at;
}

/** Nothing comes of the run for `ms`; its GPU is read before each tick as long as `readFor` lasts. */
async function silence(from: number, ms: number, readFor = ms): Promise<void> {
  for (let t = 15_000; t <= ms; t += 15_000) {
    if (t <= readFor) await bench.judge.take(await bench.commit(reading(from + t - 1000, 100, 160)));
    await tick(from + t);
  }
}

test("a run that hangs is told once, with what its GPU draws, and again when it goes on", async () => {
  const last = await train();
  await silence(last, 20 * MINUTE);
  expect(said.map(({ rule, severity, alert, text }) => [rule, severity, alert, text.en])).toEqual([
    ["run.hang", "critical", true, expect.stringMatching(/GPU 100% busy at 40\.0% of its usual power/)],
  ]);
  // It is as durable as any finding, and a channel hears of it.
  expect((await bench.store.findings(RUN)).filter(({ rule }) => rule === "run.hang")).toEqual(said);
  expect((await bench.reader.alerts(RUN)).map(({ subject }) => subject)).toContain("run.hang");
  const restarted = bench.restarted();
  expect((await restarted.view(RUN)).findings).toContainEqual(said[0]);
  expect(await restarted.tick(RUN, last + 21 * MINUTE, [{ uuid: "GPU-0", utilization: 100, powerWatts: 160 }])).toEqual(
    [],
  );

  records += 300;
  const [after] = await bench.judge.take(await bench.commit(record()));
  expect(after!.findings.map(({ rule, severity }) => [rule, severity])).toEqual([["run.hang", "note"]]);
});

test.each([
  ["with a GPU", true],
  ["without", false],
])("while the agent is away there is no tick, for its records may be on their way (%s)", async (_, withGpu) => {
  const last = await train(withGpu);
  isConnected = false;
  await silence(last, 20 * MINUTE, withGpu ? 20 * MINUTE : 0);
  expect(ticked).toEqual(Array(60).fill(withGpu ? [400] : []));
  expect(said).toEqual([]);
});

test("once its GPU's reading is half a minute old, a run is ticked no longer", async () => {
  const last = await train();
  ticked = [];
  await silence(last, 20 * MINUTE, 5 * MINUTE);
  expect(ticked).toEqual(Array(21).fill([160]));
  expect(said).toEqual([]);
});

test("a host without GPUs is ticked, and silence alone is no hang", async () => {
  const last = await train(false);
  await silence(last, 20 * MINUTE, 0);
  expect(ticked).toEqual(Array(140).fill([]));
  expect(said).toEqual([]);
});

test("a run that is over does not hang", async () => {
  const last = await train();
  await bench.judge.changeState(RUN, "running", "finished");
  await silence(last, 20 * MINUTE);
  expect(said).toEqual([]);
});
