import { beforeEach, expect, test } from "vitest";
import { METRIC } from "#lib/protocol/index.ts";
import { SHARED_MISSING, trainingLog, trainings } from "../shared-data.ts";
import { identifySchedule } from "./identify.ts";
import { newRateKnots, pushRate } from "./knots.ts";

beforeEach((context) => {
  if (SHARED_MISSING !== null) context.skip(SHARED_MISSING);
});

const KINDS: Record<string, string> = { warmup_stable_decay: "wsd" };

test("every schedule of the real trainings is read right: kind, warm-up within a step, total", () => {
  const known = trainings().filter(({ schedule }) => schedule !== undefined);
  const wrong = known.flatMap((training) => {
    const { kind, warmupSteps, total } = training.schedule!;
    const knots = newRateKnots();
    const log = trainingLog(training);
    for (const { step, values } of log) {
      const rate = new Map(values).get(METRIC.learningRate);
      if (rate !== undefined && Number.isFinite(rate)) pushRate(knots, step, rate);
    }
    // A log that broke off has not shown its decay.
    const isWhole = knots.step[knots.count - 1]! >= 0.9 * total;
    const read = identifySchedule(knots, [], training.cfg.steps);
    const shape = KINDS[kind] ?? kind;
    const expected = `${warmupSteps > 0 ? "warmup-" : ""}${shape === "wsd" && !isWhole ? "constant" : shape}`;
    const ends = shape === "constant" || !isWhole || read?.totalSteps === total;
    const right = read?.kind === expected && Math.abs(read.warmupSteps - warmupSteps) <= 1 && ends;
    return right
      ? []
      : [{ id: training.id, expected, read: read?.kind, warmup: read?.warmupSteps, total: read?.totalSteps }];
  });
  expect(known.length).toBeGreaterThan(60);
  expect(wrong).toEqual([]);
});
