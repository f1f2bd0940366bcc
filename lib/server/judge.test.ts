import { expect, test } from "vitest";
import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import { type Chunk, type Finding, METRIC } from "#lib/protocol/index.ts";
import { chunk, group, TestAgent } from "#lib/store/contract/fixtures.ts";
import { runIdOf } from "#lib/store/index.ts";
import { openJudgeBench } from "./judge-fixture.ts";

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

test("when a richer file takes the loss over, the run is judged anew and only what is new is told", async () => {
  const { store, judge, commit, close } = await openJudgeBench(new TestAgent());
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
  const { judge, restarted, commit, close } = await openJudgeBench(new TestAgent());
  await judge.take(await commit(printed));
  await judge.close();
  await commit(logged);
  const [resumed] = await restarted().resume();
  expect(told(resumed!.findings)).toEqual(["nan.loss 100", "nan 100", "healthy 101"]);
  expect(resumed!.view.timeline).toEqual(straight().timeline);
  expect(await restarted().resume()).toEqual([]);
  await close();
});

test("points of the poorer file change nothing, and leave nothing to judge", async () => {
  const { store, judge, commit, close } = await openJudgeBench(new TestAgent());
  await judge.take(await commit(logged));
  const before = await judge.view(RUN);
  const poorer = file("console000", 10, [METRIC.trainLoss], () => [Number.NaN]);
  expect(await judge.take(await commit(poorer))).toEqual([{ run: RUN, findings: [], conditions: [] }]);
  expect(await judge.view(RUN)).toEqual(before);
  await judge.close();
  expect(await store.runsToJudge()).toEqual([]);
  await close();
});

const LADDER_STEPS = 600;

/** A run of the project "sweep": its steps `from` … `to`, written in one record. */
function sweepRun(rate: number, value: (step: number) => number, from: number, to: number): Chunk {
  const key = `rate${String(rate * 1e6).padStart(8, "0")}`;
  const name = `lr-${rate}`;
  const source = { ...logged.source!, path: `/sweep/${name}/log.jsonl`, name, project: "sweep", group: null };
  const rows = Array.from({ length: to - from + 1 }, (_, i) => [from + i, from + i, rate, value(from + i)]);
  return chunk([group([METRIC.learningRate, METRIC.trainLoss], rows)], {
    file: key,
    source,
    facts: { ...FACTS, maxSteps: LADDER_STEPS },
  });
}

const FACTS = {
  format: "jsonl",
  formatReason: null,
  stepSource: "printed" as const,
  maxSteps: null,
  linesRead: 1,
  linesParsed: 1,
  end: null,
};
const LADDER: [rate: number, value: (step: number) => number][] = [
  [1e-4, (step) => 5 - 1.2 * (1 - 1 / Math.sqrt(step))],
  [1e-3, (step) => 5 - 3 * (1 - 1 / Math.sqrt(step))],
  [1e-2, (step) => 5 - 2 * (1 - 1 / Math.sqrt(step))],
];
const runOf = (rate: number): string => runIdOf("agent-1", `rate${String(rate * 1e6).padStart(8, "0")}`);

test("runs of one project at different rates judge each other, those that had ended before too", async () => {
  const { store, judge, commit, close } = await openJudgeBench(new TestAgent());
  const told: Record<string, string[]> = {};
  for (const [rate, value] of LADDER) {
    for (const from of [1, 301]) {
      for (const { run, findings } of await judge.take(await commit(sweepRun(rate, value, from, from + 299)))) {
        const settled = findings.filter(({ rule }) => rule === "lr.siblings");
        told[run] = [...(told[run] ?? []), ...settled.map(({ text }) => text.en)];
      }
    }
  }
  const views = await Promise.all(LADDER.map(([rate]) => judge.view(runOf(rate))));
  expect(views.map(({ lr, siblings }) => [lr.judgement, siblings?.rank, siblings?.of, lr.next])).toEqual([
    ["too_low", 3, 3, 1e-3],
    ["fine", 1, 3, null],
    ["too_high", 2, 3, 1e-3],
  ]);
  expect(views.map(({ timeline }) => timeline.at(-1)!.lr)).toEqual(["too_low", "fine", "too_high"]);
  expect(LADDER.map(([rate]) => told[runOf(rate)]?.length)).toEqual([1, 1, 1]);
  // What a page reads is what was said, also of the runs that got nothing new in that commit.
  for (const [i, [rate]] of LADDER.entries()) {
    expect((await store.diagnosis(runOf(rate)))?.view.lr).toEqual(views[i]!.lr);
    expect((await store.findings(runOf(rate))).filter(({ rule }) => rule === "lr.siblings").length).toBe(1);
  }
  await close();
});

test("after a restart the curves come from what was stored", async () => {
  const { judge, restarted, commit, close } = await openJudgeBench(new TestAgent());
  const [low, middle, high] = LADDER.map(([rate, value]) => sweepRun(rate, value, 1, LADDER_STEPS));
  await judge.take(await commit(low!));
  await judge.take(await commit(middle!));
  await judge.close();
  const next = restarted();
  await next.take(await commit(high!));
  const judgements = LADDER.map(async ([rate]) => (await next.view(runOf(rate))).lr.judgement);
  expect(await Promise.all(judgements)).toEqual(["too_low", "fine", "too_high"]);
  await close();
});

test("alerts of history are kept, and nobody is told; of what comes after it somebody is", async () => {
  const { reader, judge, commit, close } = await openJudgeBench(new TestAgent(), ["slack"]);
  const outbox = async (): Promise<string[]> =>
    (await reader.alerts(RUN)).flatMap(({ subject, told }) => told.map(() => subject));
  const read = { size: 1, mtimeMs: 0, eof: true };
  await judge.take(await commit({ ...printed, status: { ...read, backfill: true } }));
  await judge.changeState(RUN, "quiet", "finished");
  expect((await reader.alerts(RUN)).map(({ subject }) => subject).toSorted()).toEqual(["nan", "run.finished"]);
  expect(await outbox()).toEqual([]);
  await judge.take(await commit({ ...logged, status: { ...read, mtimeMs: 1 } }));
  expect(await outbox()).toContain("nan");
  await close();
});
