import { beforeEach, expect, test } from "vitest";
import { METRIC } from "#lib/protocol/index.ts";
import { DiagnosisEngine } from "./engine.ts";
import type { Observation } from "./observation.ts";
import {
  publicGoodRuns,
  SHARED_MISSING,
  type SweepRun,
  sweep,
  type Training,
  trainingLog,
  trainings,
} from "./shared-data.ts";

beforeEach((context) => {
  if (SHARED_MISSING !== null) context.skip(SHARED_MISSING);
});

function diagnose(observations: Observation[], maxSteps: number | null) {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps, stepSource: "printed" });
  const findings = engine.observe(observations);
  return { findings, alerts: findings.filter((finding) => finding.alert), view: engine.view() };
}

const judged = (filter: (training: Training) => boolean) =>
  trainings()
    .filter(filter)
    .map((training) => ({ training, ...diagnose(trainingLog(training), training.cfg.steps) }));

test("real Trainer runs that went well push nothing and end healthy", () => {
  const good = judged(({ id }) => id.startsWith("good-"));
  expect(good.length).toBeGreaterThanOrEqual(10);
  for (const { training, alerts, view } of good) {
    expect([training.id, view.verdict.name, alerts]).toEqual([training.id, "healthy", []]);
  }
});

test("a NaN is said at its very record, printed or hidden by the trainer's filter", () => {
  for (const { training, findings, view } of judged(({ id }) => id.startsWith("nan-"))) {
    const step = training.events!.nanStep!;
    const facts = findings.filter((finding) => finding.rule.startsWith("nan"));
    expect([training.id, ...facts.map(({ rule, step, saidAtStep }) => [rule, step, saidAtStep])]).toEqual([
      training.id,
      ["nan.loss", step, step],
      ["nan", step, step],
    ]);
    expect(view.verdict).toMatchObject({ name: "nan", sinceStep: step });
  }
});

test("a rate that was changed by hand is found at the first record that shows it", () => {
  for (const { training, alerts } of judged(({ id }) => id.startsWith("lr-jump-"))) {
    // The trainer logs at step s what it will use next: the jump shows one record later.
    const step = training.events!.lrJumpStep! + 1;
    expect([training.id, ...alerts.map((alert) => [alert.rule, alert.step])]).toEqual([
      training.id,
      ["lr.jump_unexpected", step],
    ]);
  }
});

test("runs that memorise a small set are told to stop, and those that went well are not", () => {
  const told = judged(({ id }) => id.startsWith("overfit-") || id.startsWith("good-")).map(({ training, alerts }) => [
    training.id.replace(/-.*/, ""),
    alerts.some(({ rule }) => rule === "early_stop.recommend"),
  ]);
  expect(told.filter(([kind]) => kind === "overfit")).toEqual(Array(3).fill(["overfit", true]));
  expect(told.filter(([kind, said]) => kind === "good" && said)).toEqual([]);
});

test("runs at a rate far too high that swing are pushed as such", () => {
  for (const id of ["mul-gpt2-sgd-3", "copy-llama-noclip-1", "mul-gpt2-lin-1", "mul-llama-adafactor-1"]) {
    const [run] = judged((training) => training.id === id);
    expect([id, run!.alerts.some(({ rule }) => rule === "oscillating" || rule === "diverging")]).toEqual([id, true]);
  }
});

test("constant, linear and cosine schedules of real logs are read: kind, warm-up, total", () => {
  const known = judged(({ schedule }) => ["constant", "linear", "cosine"].includes(schedule?.kind ?? ""));
  const wrong = known.filter(({ training, view }) => {
    const { kind, warmupSteps, total } = training.schedule!;
    const read = view.schedule;
    return !(
      read?.kind === (warmupSteps > 0 ? `warmup-${kind}` : kind) &&
      Math.abs(read.warmupSteps - warmupSteps) <= 1 &&
      (kind === "constant" || read.totalSteps === total)
    );
  });
  expect(known.length).toBeGreaterThan(50);
  expect(wrong.map(({ training }) => training.id)).toEqual([]);
});

test("every 6th public full-size run that ended well: at most one push in 100", { timeout: 60_000 }, () => {
  const runs = publicGoodRuns().filter((_, i) => i % 6 === 0);
  const pushed = runs.filter(({ step, loss, gn }) => {
    const observations = loss.map((value, i): Observation => {
      return {
        step: step[i]!,
        at: Number.NaN,
        attempt: 0,
        values: [
          [METRIC.trainLoss, value],
          [METRIC.gradNorm, gn[i]!],
        ],
      };
    });
    return diagnose(observations, null).alerts.length > 0;
  });
  expect(pushed.length / runs.length).toBeLessThanOrEqual(0.01);
});

const SHARES = [0.15, 0.3, 0.5, 0.75, 1] as const;
const CLASSES = ["HIGH", "OK", "LOW"] as const;
/** What a verdict says of the rate; a plateau that never moved says nothing. */
const SAYS: Record<string, (typeof CLASSES)[number] | "NOTHING"> = {
  oscillating: "HIGH",
  diverging: "HIGH",
  nan: "HIGH",
  too_slow: "LOW",
  healthy: "OK",
  reading: "OK",
  stalled: "OK",
  no_progress: "NOTHING",
};

/** The verdict at each share of the run, and what was pushed on the way. */
function follow(run: SweepRun) {
  const engine = DiagnosisEngine.fresh();
  let alerts = 0;
  let read = 0;
  const said = SHARES.map((share) => {
    const until = Math.min(run.loss.length, Math.floor(run.steps * share));
    const observations: Observation[] = [];
    for (; read < until; read++) {
      const values: [string, number][] = [
        [METRIC.trainLoss, run.loss[read]!],
        [METRIC.learningRate, run.lr[read]!],
      ];
      if (read < run.gn.length) values.push([METRIC.gradNorm, run.gn[read]!]);
      observations.push({ step: read, at: Number.NaN, attempt: 0, values });
    }
    alerts += engine.observe(observations).filter((finding) => finding.alert).length;
    const { name, cause } = engine.view().verdict;
    return SAYS[cause ?? name]!;
  });
  return { truth: run.truth, said, alerts };
}

test("sweep b scores as the prototype does (DIAGNOSIS.md A.2, final .70), within .02", { timeout: 60_000 }, () => {
  const followed = sweep("b").map(follow);
  const scores = SHARES.map((_, i) => {
    const f1 = CLASSES.map((name) => {
      const hits = followed.filter(({ truth, said }) => truth === name && said[i] === name).length;
      const others = followed.filter(
        ({ truth, said }) => truth !== null && (truth === name) !== (said[i] === name),
      ).length;
      return (2 * hits) / (2 * hits + others);
    });
    return f1.reduce((a, b) => a + b) / CLASSES.length;
  });
  [59.7, 67.5, 69.3, 69.4, 68.4].forEach((percent, i) => {
    expect(Math.abs(scores[i]! - percent / 100), `at ${SHARES[i]}: ${scores[i]}`).toBeLessThanOrEqual(0.02);
  });
  const good = followed.filter(({ truth }) => truth === "OK");
  expect(good.filter(({ alerts }) => alerts > 0).length).toBeLessThanOrEqual(16);
});
