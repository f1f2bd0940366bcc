import { METRIC, type SeriesView } from "#lib/protocol/index.ts";
import { PALETTE_TOKENS, type Palette } from "./palette.ts";
import type { StripRun, StripSeries } from "./strip-scene.ts";

/** Test data: a view as a store would give it, its points cut into buckets of `perBucket`. Imported by tests alone. */
export function seriesView(
  points: readonly (readonly [x: number, y: number])[],
  { metric = "train/loss", perBucket = 1 }: { metric?: string; perBucket?: number } = {},
): SeriesView {
  const buckets = Array.from({ length: Math.ceil(points.length / perBucket) }, (_, i) =>
    points.slice(i * perBucket, (i + 1) * perBucket),
  );
  const column = (of: (bucket: (typeof buckets)[number], finite: number[]) => number): Float64Array =>
    Float64Array.from(buckets, (bucket) => of(bucket, bucket.map(([, y]) => y).filter(Number.isFinite)));
  const counting = (is: (y: number) => boolean) => column((bucket) => bucket.filter(([, y]) => is(y)).length);
  return {
    metric,
    shown: points.length,
    total: points.length,
    x: column((bucket) => bucket[0]![0]),
    xLast: column((bucket) => bucket.at(-1)![0]),
    first: column((_, finite) => finite[0] ?? Number.NaN),
    last: column((_, finite) => finite.at(-1) ?? Number.NaN),
    min: column((_, finite) => (finite.length > 0 ? Math.min(...finite) : Number.NaN)),
    max: column((_, finite) => (finite.length > 0 ? Math.max(...finite) : Number.NaN)),
    count: counting(Number.isFinite),
    nan: counting(Number.isNaN),
    posInf: counting((y) => y === Infinity),
    negInf: counting((y) => y === -Infinity),
  };
}

export const PALETTE = Object.fromEntries(
  PALETTE_TOKENS.map((token) => [token, `#${token.length}${token.length}0`]),
) as Palette;

export function seriesOf(...views: SeriesView[]): StripSeries {
  return {
    x: "step",
    views: new Map(views.map((view) => [view.metric, view])),
    tails: new Map(),
    until: null,
    clock: null,
    times: null,
    superseded: null,
  };
}

const text = { en: "", "zh-CN": "" };

/** A run half done: reading, healthy from 100, oscillating from 600, on a constant learning rate. */
export const RUN: StripRun = {
  step: 990,
  maxSteps: 2000,
  attempts: [{ attempt: 1, fromStep: 0 }],
  msPerStep: null,
  metrics: [
    { name: METRIC.trainLoss, points: 100 },
    { name: METRIC.learningRate, points: 100 },
  ],
  timeline: (["reading", "healthy", "oscillating"] as const).map((verdict, i) => ({
    verdict,
    lr: "unknown",
    fromStep: [0, 100, 600][i]!,
    saidAtStep: [0, 120, 640][i]!,
    toStep: [100, 600, null][i]!,
  })),
  diagnosis: {
    verdict: {
      name: "oscillating",
      severity: "caution",
      confidence: 0.9,
      sinceStep: 600,
      cause: null,
      also: [],
      reason: text,
      advice: text,
      evidence: [],
    },
    lr: { judgement: "unknown", confidence: 0, next: null, because: [] },
    findings: [],
    timeline: [],
    schedule: {
      kind: "constant",
      warmupSteps: 0,
      peak: 1e-4,
      final: 1e-4,
      totalSteps: 2000,
      fit: 1,
      power: null,
      phases: [],
      changes: [],
      text,
      curve: { step: [0, 2000], value: [1e-4, 1e-4] },
    },
    earlyStopping: null,
    forecast: null,
    review: [],
    trend: { step: [0, 300, 900], value: [5, 3.2, 2.5], noise: 0.01 },
    pointsJudged: 100,
    rhythm: { msPerStep: null, msPerRecord: null },
  },
};
