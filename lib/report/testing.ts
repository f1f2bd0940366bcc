import { type DiagnosisView, type Finding, type Localised, METRIC, type TimelineSegment } from "#lib/protocol/index.ts";
import type { ReportInput, ReportRun } from "./model.ts";
import { SeriesBuckets } from "./series-buckets.ts";

/** Test data: a finished run of 1,000 steps that swung from 400 to 600 and recovered. Imported by tests alone. */
export const both = (en: string, zh = `${en}（中）`): Localised => ({ en, "zh-CN": zh });

export function finding(rule: string, step: number, rest: Partial<Finding> = {}): Finding {
  return {
    rule,
    severity: "caution",
    step,
    saidAtStep: step + 20,
    alert: true,
    text: both(`${rule} was seen at step ${step}. Do something.`, `步 ${step} 出现 ${rule}。处理一下。`),
    evidence: [],
    ...rest,
  };
}

export function segment(verdict: TimelineSegment["verdict"], fromStep: number, toStep: number | null): TimelineSegment {
  return { verdict, lr: "unknown", fromStep, saidAtStep: fromStep, toStep };
}

/** Points of a metric as the series of a report. */
export function seriesOf(metric: string, points: readonly (readonly [step: number, value: number])[]) {
  const buckets = new SeriesBuckets(800);
  for (const [step, value] of points) buckets.push(step, value);
  return buckets.view(metric);
}

const STEPS = Array.from({ length: 100 }, (_, i) => (i + 1) * 10);
const lossAt = (step: number): number => 2 + 3 / (1 + step / 100) + (step > 400 && step <= 600 ? Math.sin(step) : 0);

export const SERIES = [
  seriesOf(
    METRIC.trainLoss,
    STEPS.map((step) => [step, lossAt(step)]),
  ),
  seriesOf(METRIC.evalLoss, [
    [500, 2.7],
    [1000, 2.44],
  ]),
  seriesOf(
    METRIC.learningRate,
    STEPS.map((step) => [step, 6e-4]),
  ),
];

const TIMELINE = [
  segment("reading", 10, 100),
  segment("healthy", 100, 400),
  segment("oscillating", 400, 600),
  segment("healthy", 600, null),
];

export const FINDINGS = [
  finding("healthy", 100, { severity: "good", alert: false }),
  finding("oscillating", 400),
  finding("healthy", 600, {
    severity: "good",
    alert: false,
    text: both("Healthy again at step 600.", "步 600 恢复健康。"),
  }),
];

export const DIAGNOSIS: DiagnosisView = {
  verdict: {
    name: "healthy",
    severity: "good",
    confidence: 0.95,
    sinceStep: 600,
    cause: null,
    also: [],
    reason: both("Loss falls 0.0041 per 1k steps.", "每千步下降 0.0041。"),
    advice: both("Nothing to do.", "无需操作。"),
    evidence: [],
  },
  lr: { judgement: "fine", confidence: 0.9, next: null, because: [] },
  findings: FINDINGS,
  timeline: TIMELINE,
  schedule: {
    kind: "warmup-cosine",
    warmupSteps: 30,
    peak: 6e-4,
    final: 6e-5,
    totalSteps: 1000,
    fit: 0.998,
    power: null,
    phases: [],
    changes: [{ step: 400, from: 3e-4, to: 6e-4 }],
    text: both("Schedule read as linear warmup 30 → cosine to 6e-5", "识别出的计划：线性预热 30 步"),
    curve: { step: [0, 30, 1000], value: [0, 6e-4, 6e-5] },
  },
  earlyStopping: null,
  forecast: null,
  review: [],
  trend: { step: STEPS, value: STEPS.map((step) => 2 + 3 / (1 + step / 100)), noise: 0.01 },
  pointsJudged: 100,
  rhythm: { msPerStep: 500, msPerRecord: 5000 },
};

const RUN: ReportRun = {
  name: "lr6e4-bs512",
  project: "atlas-lm",
  host: "gpu-07",
  path: "/home/mei/atlas-lm/lr6e4-bs512.log",
  state: "finished",
  step: 1000,
  maxSteps: 1000,
  stepSource: "printed",
  msPerStep: 500,
  format: "hf-trainer",
  linesRead: 130,
  linesParsed: 102,
  end: { kind: "finished", line: 130, text: "{'train_runtime': 500}" },
  last: {
    [METRIC.trainLoss]: { step: 1000, value: 2.27 },
    [METRIC.evalLoss]: { step: 1000, value: 2.44 },
    [METRIC.learningRate]: { step: 1000, value: 6e-5 },
    [METRIC.tokensPerSecond]: { step: 1000, value: 398_000 },
  },
  bestEval: { step: 1000, value: 2.44 },
  timeline: TIMELINE,
  diagnosis: DIAGNOSIS,
  metrics: [
    { name: METRIC.trainLoss, points: 100 },
    { name: METRIC.evalLoss, points: 2 },
    { name: METRIC.learningRate, points: 100 },
  ],
  attempts: [{ attempt: 1, fromStep: 10 }],
  gaps: [],
};

export const NOW = Date.UTC(2025, 10, 19, 11, 26);

/** The run, changed in some fields; `diagnosis` in some of its own. */
export function reportInput(
  run: Partial<Omit<ReportRun, "diagnosis">> = {},
  diagnosis: Partial<DiagnosisView> = {},
): ReportInput {
  const timeline = run.timeline ?? TIMELINE;
  return {
    run: { ...RUN, ...run, diagnosis: { ...DIAGNOSIS, timeline, ...diagnosis } },
    series: SERIES,
    alerts: [],
    now: NOW,
    version: "0.1.0",
  };
}

/** What the log of a run tells that only printed its loss, twice. */
export function bareInput(): ReportInput {
  const metrics = [{ name: METRIC.trainLoss, points: 2 }];
  const reading = { ...DIAGNOSIS.verdict, name: "reading", severity: null, sinceStep: null, confidence: 0 } as const;
  const input = reportInput(
    {
      host: "",
      state: "quiet",
      step: 2,
      maxSteps: null,
      stepSource: "ordinal",
      msPerStep: null,
      format: null,
      end: null,
      last: { [METRIC.trainLoss]: { step: 2, value: 3 } },
      bestEval: null,
      timeline: [segment("reading", 1, null)],
      metrics,
    },
    {
      verdict: {
        ...reading,
        reason: both("2 of 48 loss records seen.", "已读取 2 / 48 条损失记录。"),
        advice: both(""),
      },
      findings: [],
      schedule: null,
      trend: { step: [], value: [], noise: null },
    },
  );
  return {
    ...input,
    series: [
      seriesOf(METRIC.trainLoss, [
        [1, 3.2],
        [2, 3],
      ]),
    ],
  };
}
