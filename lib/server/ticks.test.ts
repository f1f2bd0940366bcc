import { afterEach, beforeEach, expect, test } from "vitest";
import { type Chunk, type Finding, METRIC } from "#lib/protocol/index.ts";
import { chunk, group, NOW, TestAgent } from "#lib/store/contract/fixtures.ts";
import { runIdOf } from "#lib/store/index.ts";
import { type JudgeBench, openJudgeBench } from "./judge-fixture.ts";
import { type Glance, tickRuns } from "./ticks.ts";

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
let heard: string[];
/** What the GPU showed at each tick, in watts. */
let ticked: number[][];
beforeEach(async () => {
  bench = await openJudgeBench(new TestAgent());
  records = 0;
  isConnected = true;
  said = [];
  heard = [];
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
    tick: async (run, at, glance) => {
      ticked.push(glance.gpus.map(({ powerWatts }) => powerWatts));
      const { findings, conditions } = await bench.judge.tick(run, at, glance);
      said.push(...findings);
      heard.push(...conditions.map(({ subject, kind }) => `${subject} ${kind}`));
    },
  });
}

/** What a tick sees of a GPU of which little is known. */
const glance: Glance = {
  gpus: [
    {
      uuid: "GPU-0",
      index: 0,
      utilization: 98,
      powerWatts: 400,
      memoryUsed: Number.NaN,
      memoryTotal: Number.NaN,
      temperature: Number.NaN,
      throttle: Number.NaN,
      uncorrected: Number.NaN,
    },
  ],
  isTraining: true,
  step: 1,
};

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
  const again = { ...glance, gpus: [{ ...glance.gpus[0]!, utilization: 100, powerWatts: 160 }] };
  expect((await restarted.tick(RUN, last + 21 * MINUTE, again)).findings).toEqual([]);

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

test("a GPU that stays hot beside a run is an alert of that run, once, also over a restart", async () => {
  const hot = { ...glance, gpus: [{ ...glance.gpus[0]!, temperature: 91 }] };
  await train(false);
  const open = async (): Promise<string[]> =>
    (await bench.reader.alerts(RUN)).map(({ subject, state }) => `${subject} ${state}`);
  let judge = bench.judge;
  const look = async (minute: number, seen: Glance): Promise<string[]> => {
    const { conditions } = await judge.tick(RUN, START + minute * MINUTE, seen);
    return conditions.map(({ subject, kind }) => `${subject} ${kind}`);
  };
  for (const minute of [10, 11, 12]) expect(await look(minute, hot)).toEqual([]);
  expect(await look(13, hot)).toEqual(["gpu.hot began"]);
  expect(await open()).toEqual(["gpu.hot firing"]);
  judge = bench.restarted();
  for (const minute of [14, 15, 16, 17, 18, 19]) expect(await look(minute, hot)).toEqual([]);
  expect(await look(20, glance)).toEqual([]);
  const cool = { ...glance, gpus: [{ ...glance.gpus[0]!, temperature: 60 }] };
  for (const minute of [21, 22]) expect(await look(minute, cool)).toEqual([]);
  expect(await look(23, cool)).toEqual(["gpu.hot ended"]);
  expect(await open()).toEqual(["gpu.hot resolved"]);
});

test("a run that is over does not hang", async () => {
  const last = await train();
  await bench.judge.changeState(RUN, "running", "finished");
  await silence(last, 20 * MINUTE);
  expect(said).toEqual([]);
});
