import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import { type Chunk, type Finding, METRIC } from "#lib/protocol/index.ts";
import { chunk, group, NOW, TestAgent } from "#lib/store/contract/fixtures.ts";
import { openSqliteIngest, runIdOf } from "#lib/store/index.ts";
import { Alarms } from "./alarms.ts";
import { Judge } from "./judge.ts";

/** The judge over the real store, fed with a console log and the JSON lines of the same training. */
const GROUP = "folder:/out/run";
const RUN = runIdOf("agent-1", GROUP);
const STEPS = Array.from({ length: 120 }, (_, i) => i + 1);
/** Both files have a NaN at the first of these steps, the JSON lines alone at the second. */
const [FAILED, FAILED_AGAIN] = [60, 100];

function file(key: string, rank: number, names: string[], value: (step: number) => number[], steps = STEPS): Chunk {
  const source = {
    kind: "log" as const,
    path: `/out/run/${key}`,
    name: "run",
    project: null,
    host: "h",
    identity: null,
    group: GROUP,
    rank,
  };
  return chunk(
    [
      group(
        names,
        steps.map((step) => [step, step, ...value(step)]),
      ),
    ],
    { file: key, source },
  );
}

const curve = (step: number): number => 2 + 3 / Math.sqrt(step);
const printed = file("console000", 10, [METRIC.gradNorm, METRIC.trainLoss], (step) => [
  1,
  step === FAILED ? Number.NaN : curve(step),
]);
const logged = file("jsonl00000", 20, [METRIC.trainLoss], (step) => [
  step === FAILED || step === FAILED_AGAIN ? Number.NaN : curve(step),
]);

const told = (findings: readonly Finding[]): string[] => findings.map(({ rule, step }) => `${rule} ${step}`);

/** What the engine says of the training when it has only ever seen the right points. */
function straight() {
  const engine = DiagnosisEngine.fresh();
  const [{ names, step, values }] = logged.groups as [Chunk["groups"][number]];
  const observations = Array.from(step, (at, i) => {
    return { step: at, at: Number.NaN, attempt: 1, values: names.map((name, k) => [name, values[k]![i]!] as const) };
  });
  return { findings: told(engine.observe(observations)), timeline: engine.view().timeline };
}

async function openBench() {
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-judge-"));
  const store = await openSqliteIngest({ folder });
  const agent = new TestAgent();
  await store.openEpoch(agent.hello());
  return {
    store,
    judge: new Judge(store, new Alarms(store, [], () => NOW), () => NOW),
    async commit(...records: Chunk[]) {
      const first = agent.records.length + 1;
      return (await agent.add(...records).send(store, first)).runs;
    },
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

test("when a richer file takes the loss over, the run is judged anew and only what is new is told", async () => {
  const { store, judge, commit, close } = await openBench();
  const [before] = await judge.take(await commit(printed));
  expect(told(before!.findings)).toEqual(["nan.loss 60", "nan 60", "healthy 61"]);
  const [after] = await judge.take(await commit(logged));
  expect(told(after!.findings)).toEqual(["nan.loss 100", "nan 100", "healthy 101"]);
  expect(told(await store.findings(RUN))).toEqual(told([...before!.findings, ...after!.findings]));
  const { findings, timeline } = straight();
  const view = await judge.view(RUN);
  expect(told(view.findings)).toEqual(findings);
  expect(view.timeline).toEqual(timeline);
  expect(await store.diagnosis(RUN)).toMatchObject({ evaluatedTo: 240, view });
  await close();
});

test("a takeover that was committed but not judged when the process ended is judged at the next start", async () => {
  const { store, judge, commit, close } = await openBench();
  await judge.take(await commit(printed));
  await judge.close();
  await commit(logged);
  const [resumed] = await new Judge(store, new Alarms(store, [], () => NOW), () => NOW).resume();
  expect(told(resumed!.findings)).toEqual(["nan.loss 100", "nan 100", "healthy 101"]);
  expect(resumed!.view.timeline).toEqual(straight().timeline);
  expect(await new Judge(store, new Alarms(store, [], () => NOW), () => NOW).resume()).toEqual([]);
  await close();
});

test("points of the poorer file change nothing, and leave nothing to judge", async () => {
  const { store, judge, commit, close } = await openBench();
  await judge.take(await commit(logged));
  const before = await judge.view(RUN);
  const poorer = file("console000", 10, [METRIC.trainLoss], () => [Number.NaN]);
  expect(await judge.take(await commit(poorer))).toEqual([{ run: RUN, findings: [] }]);
  expect(await judge.view(RUN)).toEqual(before);
  await judge.close();
  expect(await store.runsToJudge()).toEqual([]);
  await close();
});
