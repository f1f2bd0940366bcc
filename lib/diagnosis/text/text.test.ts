import { expect, test } from "vitest";
import type { Localised } from "#lib/protocol/index.ts";
import type { Sentence } from "./both.ts";
import * as earlyStopping from "./early-stopping.ts";
import * as labels from "./labels.ts";
import * as nonfinite from "./nonfinite.ts";
import * as schedule from "./schedule.ts";
import * as verdicts from "./verdicts.ts";

const text = { ...verdicts, ...nonfinite, ...schedule, ...earlyStopping, ...labels };

const failure = {
  kind: "nan",
  loss: Number.NaN,
  step: 31_702,
  good: { step: 31_701, loss: 2.59 },
  gradNorm: Infinity,
  normRise: 1,
  halvings: 0,
  normFinite: false,
  rate: 4.49e-4,
  atPeak: false,
} as const;

const sentences: Record<string, Sentence> = {
  reading: text.readingText(12, 48, 2500, false),
  healthy: text.healthyText({ slopePer1k: -0.0331, swing: 0.021, judgement: "fine", next: null }),
  level: text.healthyText({ slopePer1k: 0.001, swing: 0.021, judgement: "too_high", next: 1e-4 }),
  oscillating: text.oscillatingText({
    swing: 0.113,
    times: 5.4,
    since: 31_700,
    slopePer1k: -0.0013,
    givenBack: 0.41,
    timesStart: 0.6,
    next: 2.24e-4,
    basis: "half",
  }),
  oscillatingSinceJump: text.oscillatingText({
    swing: 0.113,
    times: 5.4,
    since: 31_700,
    slopePer1k: -0.0013,
    givenBack: 0,
    next: 2.24e-4,
    timesStart: null,
    basis: "schedule",
  }),
  oscillatingUnknown: text.oscillatingText({
    swing: 0.113,
    times: null,
    since: 1,
    slopePer1k: 0.1,
    givenBack: 0,
    timesStart: null,
    next: null,
    basis: "half",
  }),
  tooSlow: text.tooSlowText({ slopePer1k: -0.02, gradNorm: 0.8, rampSteps: 500, next: 9e-5 }),
  tooSlowUnknown: text.tooSlowText({ slopePer1k: -0.02, gradNorm: null, rampSteps: 500, next: null }),
  stalled: text.stalledText(12_000),
  noProgress: text.noProgressText(400),
  diverging: text.divergingText({ rise: 1.2, steps: 300, gradNorm: 14, next: 1e-4 }),
  nan: text.nonfiniteText({ ...failure, normBefore: { gradNorm: 0.8, steps: 12 }, next: 1.12e-4 }),
  nanBare: text.nonfiniteText({ ...failure, good: null, rate: Number.NaN, normBefore: null, next: null }),
};

test("sentences say the fact with its numbers, then what to do", () => {
  const english = Object.fromEntries(
    Object.entries(sentences).map(([k, { reason, advice }]) => [k, `${reason.en} ${advice.en}`]),
  );
  expect(english).toMatchObject({
    reading: "12 of 48 loss records seen. First verdict in about 1m 30s.",
    healthy: "Loss falls 0.0331 per 1k steps, as its own trend predicts; swing ±0.0210. Nothing to do.",
    oscillating:
      "Loss swings ±0.113 around its trend, 5.4× the level before step 31\u2009700, and falls only 0.00130 per 1k steps; " +
      "it gave back 41.0% of its gain. Set LR to 2.24e-4. Half of now; change nothing else.",
    oscillatingUnknown:
      "Loss swings ±0.113 around its trend, and no longer falls. Halve the learning rate; change nothing else.",
    nan:
      "Loss is NaN from step 31\u2009702; last finite value 2.59 at step 31\u2009701; gradient norm went from 0.800 to inf in 12 steps; " +
      "LR 4.49e-4. Stop. Resume from the last good checkpoint with LR 1.12e-4.",
  });
});

test("a loss above its start has no share to give back: it is told against the start", () => {
  const of = (timesStart: number | null): string => {
    const facts = {
      swing: 2,
      times: null,
      since: 1,
      slopePer1k: 1,
      givenBack: 8.05,
      timesStart,
      next: null,
      basis: "half" as const,
    };
    const { en, "zh-CN": zh } = text.oscillatingText(facts).reason;
    return `${en} ${zh}`;
  };
  expect(of(2.1)).toContain("it rose to 2.1× its start");
  expect(of(2.1)).toContain("已升至起点的 2.1 倍");
  expect(of(1)).toContain("it gave back all of its gain");
  expect(of(2.1)).not.toContain("%");
});

test("every sentence exists in every language and keeps to the house's typography", () => {
  const all: Localised[] = [
    ...Object.values(sentences).flatMap(({ reason, advice }) => [reason, advice]),
    ...Object.values(text.LABEL),
    text.rateJumpText({ step: 31_200, from: 3.27e-4, to: 6.54e-4 }),
    text.gradientOnlyText(5, Number.NaN),
    text.recoveredText(5000),
  ];
  for (const { en, "zh-CN": zh } of all) {
    expect(en).toMatch(/^[A-Z0-9]/);
    expect(en).not.toMatch(/[!\u4e00-\u9fff]|undefined|please|\bnull\b/i);
    expect(zh).toMatch(/[\u4e00-\u9fff]/);
    // No full stop, comma or semicolon of the other script, no politeness.
    expect(zh).not.toMatch(/[!！您请;]|undefined|\bnull\b|,\s/);
  }
});

test("a jump of the rate is told as the factor, with both values", () => {
  expect(text.rateJumpText({ step: 31_200, from: 3.27e-4, to: 6.54e-4 })).toEqual({
    en: "Learning rate jumped ×2.0 off schedule at step 31\u2009200 (3.27e-4 → 6.54e-4).",
    "zh-CN": "步 31\u2009200 学习率偏离计划，跳变 ×2.0（3.27e-4 → 6.54e-4）。",
  });
  expect(text.rateJumpText({ step: 9, from: 0, to: 1e-3 }).en).toContain("jumped → 1e-3 off schedule");
});
