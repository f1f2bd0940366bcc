import { expect, test } from "vitest";
import type { Localised } from "#lib/protocol/index.ts";
import * as events from "./events.ts";
import * as nonfinite from "./nonfinite.ts";
import * as pace from "./pace.ts";

const jump = { step: 31_200, level: 2.31, top: 5.02, now: 4.4, length: 64 };
const failure = {
  kind: "nan",
  loss: Number.NaN,
  step: 31_702,
  good: { step: 31_701, loss: 2.59 },
  gradNorm: Number.NaN,
  normBefore: { gradNorm: 0.8, steps: 12 },
  normRise: 40,
  halvings: 5,
  normFinite: false,
  rate: 4.49e-4,
  atPeak: true,
} as const;
const slow = { step: 900, pace: 1320, before: 770, unit: "ms" } as const;

const texts: Record<string, Localised> = {
  spike: events.spikeText(jump, 12),
  spikeAlone: events.spikeText(jump, null),
  overdue: events.spikeOverdueText(jump),
  back: events.spikeBackText(jump),
  often: events.spikesOftenText(4, 612),
  gradient: events.gradientSpikeText(500, 66),
  shift: events.levelShiftText(jump),
  periodic: events.periodicText({ period: 404, amplitude: 0.2, ofEpoch: 0.5 }),
  periodicAlone: events.periodicText({ period: 404, amplitude: 0.2, ofEpoch: null }),
  epochs: events.epochStepsText(0.24, 3),
  resumed: events.resumedText({ step: 400, stoppedAt: 420, before: 2.31, after: 2.29, change: "same" }),
  resumedLower: events.resumedText({ step: 400, stoppedAt: 420, before: 2.31, after: 1.9, change: "lower" }),
  resumedHigher: events.resumedText({ step: 400, stoppedAt: 420, before: 2.31, after: 2.9, change: "higher" }),
  nan: nonfinite.nonfiniteReason(failure),
  nanAdvice: nonfinite.nonfiniteText({ ...failure, next: 1.12e-4 }).advice,
  infAdvice: nonfinite.nonfiniteText({
    ...failure,
    kind: "inf",
    loss: Infinity,
    gradNorm: 0.9,
    halvings: 0,
    normRise: 1.1,
    normFinite: true,
    next: null,
  }).advice,
  unscaled: nonfinite.gradientUnscaledText({ step: 90, gradNorm: Number.NaN, records: 3, precision: null }),
  unscaledKnown: nonfinite.gradientUnscaledText({ step: 90, gradNorm: Infinity, records: 1, precision: "bf16" }),
  skips: nonfinite.skipRateText({ step: 900, skipped: 4, steps: 20, scale: 4096 }),
  skipsAlone: nonfinite.skipRateText({ step: 900, skipped: 4, steps: 20, scale: Number.NaN }),
  floor: nonfinite.scaleFloorText({ step: 900, scale: 1, from: 32_768, steps: 30 }),
  collapse: nonfinite.scaleCollapseText({ step: 900, scale: 512, highest: 65_536, steps: 201 }),
  zero: nonfinite.zeroGradientText(900, 5),
  constant: nonfinite.constantLossText(900, 1.25, 20),
  constantZero: nonfinite.constantLossText(900, 0, 20),
  late: nonfinite.lateReportText({ step: 901, records: 2, lastStep: 900, bad: true }),
  missing: nonfinite.missingLossText(910, 900),
  slow: pace.slowText({ ...slow, slower: 0.417 }),
  slowTokens: pace.slowText({ step: 900, pace: 12_100, before: 21_000, unit: "tokens", slower: 0.424 }),
  paceBack: pace.paceBackText(slow),
  stuck: pace.stuckText(345_000, 100, 0.4),
  stuckAlone: pace.stuckText(345_000, 100, null),
  idle: pace.idleText(345_000, 61_000),
  hangOver: pace.hangOverText(3_600_000),
};

test("what preceded a failure is told with it, and a cause with evidence comes first in the advice", () => {
  expect(texts.nan!.en).toBe(
    "Loss is NaN from step 31\u2009702; last finite value 2.59 at step 31\u2009701; " +
      "gradient norm went from 0.800 to NaN in 12 steps (×40.0 before it failed); loss scale halved ×5 before; " +
      "LR 4.49e-4, at its peak.",
  );
  expect(texts.nanAdvice!.en).toMatch(/^The loss scaler was losing against overflow.* LR 1\.12e-4\.$/);
  expect(texts.infAdvice!.en).toMatch(/^Look at the last 3 batches.*quarter of the learning rate\.$/);
});

test("sentences carry their numbers in the house's form", () => {
  expect(texts.resumed!.en).toBe(
    "Resumed at step 400 after stopping at step 420: loss was 2.31 before, is 2.29 after.",
  );
  expect(texts.slow!.en).toMatch(
    /^Training is 41\.7% slower than its own pace since step 900: 1\.3s a step, 770ms before\./,
  );
  expect(texts.slowTokens!.en).toContain("12.1k tokens/s, 21.0k before");
  expect(texts.gradient!.en).toBe("Gradient norm ×66.0 at step 500: loss spikes often follow within a few steps.");
});

test("every sentence exists in every language and keeps to the house's typography", () => {
  const labels = { ...events.EVENT_LABEL, ...nonfinite.NONFINITE_LABEL, ...pace.PACE_LABEL };
  for (const [name, { en, "zh-CN": zh }] of Object.entries({ ...texts, ...labels })) {
    expect(en, name).toMatch(/^[A-Z0-9]/);
    expect(en, name).not.toMatch(/[!\u4e00-\u9fff]|undefined|please|\bnull\b(?! for)/i);
    expect(zh, name).toMatch(name === "scale" ? /loss scale/ : /[\u4e00-\u9fff]/);
    expect(zh, name).not.toMatch(/[!！您请;]|undefined|,\s/);
    if (name in texts) expect(zh, name).toMatch(/。$/);
  }
});
