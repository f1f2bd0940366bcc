import { expect, test } from "vitest";
import { toAscii } from "#lib/core/index.ts";
import type { ReviewItem } from "#lib/protocol/index.ts";
import { type Localised, METRIC } from "#lib/protocol/index.ts";
import { reportModel, type ToldAlert } from "./model.ts";
import {
  bareInput,
  both,
  DIAGNOSIS,
  FINDINGS,
  finding,
  NOW,
  reportInput,
  SERIES,
  segment,
  seriesOf,
} from "./testing.ts";

const sentence = ({ before, word, after }: { before: Localised; word: Localised; after: Localised }): string =>
  toAscii(`${before.en} ${word.en}${after.en}`);

test("a run that recovered: how it ended, what happened and for how long", () => {
  const report = reportModel(reportInput());
  expect(sentence(report.outcome)).toBe(
    "Finished Healthy at loss 2.27. One incident on the way; the longest stretch, oscillating, lasted from step 400 to 600 (20.2% of the run).",
  );
  expect(report.incidents).toMatchObject([{ number: 1, rule: "oscillating", step: 400, ended: { step: 600 } }]);
  expect(report.figure?.story.text.en).toBe("oscillating was seen at step 400\u00a0(1). Healthy again at step 600.");
  expect(report.figure?.marks).toEqual([{ number: 1, severity: "caution", step: 400 }]);
});

test("key figures are those that are known", () => {
  const names = (input: Parameters<typeof reportModel>[0]) => reportModel(input).keyFigures.map(({ name }) => name);
  expect(names(reportInput())).toEqual(["finalLoss", "bestEval", "steps", "peakRate", "time", "throughput"]);
  expect(names(bareInput())).toEqual(["finalLoss", "records"]);
  const texts = reportModel(reportInput()).keyFigures.map(({ text, note }) => [
    toAscii(text.en),
    note && toAscii(note.en),
  ]);
  expect(texts).toEqual([
    ["2.27", "trend"],
    ["2.44", "step 1000"],
    ["1000", "all planned"],
    ["6e-4", "warmup 30"],
    ["8m 20s", "at its median pace"],
    ["398k", "tok/s at the end"],
  ]);
});

test("a bare log gives a bare report", () => {
  const report = reportModel(bareInput());
  expect(sentence(report.outcome)).toBe(
    "The log stops at log record 2, no end seen: Reading at loss 3.00. 2 of 48 loss records seen.",
  );
  expect(report).toMatchObject({ schedule: null, incidents: [], settings: [], next: [], failure: null });
  expect(report.run.host).toBeNull();
});

test("what the review could not judge is counted, after what is known", () => {
  const item = (rule: string, status: ReviewItem["status"], value: number | null): ReviewItem => ({
    ...{
      rule,
      status,
      value,
      source: "a source",
      name: both(`Name of ${rule}`),
      advice: { en: "Advice.", "zh-CN": "建议。" },
    },
  });
  const review = [
    item("hp.wd.range", "note", 0),
    item("hp.beta1", "not_judged", null),
    item("hp.fp16", "not_judged", null),
  ];
  const { settings } = reportModel(reportInput({}, { review }));
  expect(settings.slice(-2).map(({ name, status, value }) => [name.en, status, value.en])).toEqual([
    ["Name of hp.wd.range", "note", "0"],
    ["Not judged", "not_judged", "2 checks"],
  ]);
});

const nan = {
  verdict: {
    ...DIAGNOSIS.verdict,
    name: "nan",
    severity: "critical",
    confidence: 1,
    sinceStep: 700,
    advice: both("Stop. Resume from the last good checkpoint with LR 1.5e-4."),
    evidence: [{ name: "learning_rate", value: 6e-4, unit: "", label: both("LR") }],
  },
  lr: { judgement: "unknown", confidence: 0, next: 1.5e-4, because: [] },
  findings: [
    ...FINDINGS,
    finding("nan.loss", 700, { severity: "critical", text: both("Loss is NaN from step 700.") }),
    finding("nan", 700, { severity: "critical", text: both("Loss is NaN from step 700. Stop.") }),
  ],
} as const satisfies Parameters<typeof reportInput>[1];

const nanRun: Parameters<typeof reportInput>[0] = {
  timeline: [...reportInput().run.timeline.slice(0, 3), segment("healthy", 600, 700), segment("nan", 700, null)],
  last: { ...reportInput().run.last, [METRIC.trainLoss]: { step: 1000, value: "NaN" } },
};

const nanLoss = seriesOf(
  METRIC.trainLoss,
  Array.from({ length: 100 }, (_, i) => [i * 10 + 10, i >= 69 ? Number.NaN : 2.5]),
);

test("a run that ended in NaN: since when, the last good value, and what to change", () => {
  const input = { ...reportInput(nanRun, nan), series: [nanLoss, ...SERIES.slice(1)] };
  const report = reportModel(input);
  expect(sentence(report.outcome)).toBe(
    "Finished NaN from step 700 on, 30.3% of the run. The last finite loss was 2.50, at step 690. One incident came before that.",
  );
  expect(report.keyFigures[0]).toMatchObject({ value: "NaN", note: { en: "last finite 2.50" } });
  // The loss rule and the verdict say the same thing: it is one incident.
  expect(report.incidents.map(({ rule, ended }) => [rule, ended])).toEqual([
    ["oscillating", { step: 600 }],
    ["nan", "lasted"],
  ]);
  expect(report.next[0]?.change).toEqual({ name: "learning_rate", from: "6e-4", to: "1.5e-4" });
});

test("a loss that its trainer hid as 0 is not told as a loss of 0", () => {
  const last = { ...reportInput().run.last, [METRIC.trainLoss]: { step: 1000, value: 0 } };
  const report = reportModel(reportInput({ ...nanRun, last }, nan));
  expect(report.keyFigures[0]?.value).toBe("NaN");
  expect(sentence(report.outcome)).not.toContain("loss 0");
});

test("a verdict that was taken back covers no steps, and is no incident", () => {
  const timeline = [
    segment("reading", 10, 400),
    segment("diverging", 400, 400),
    segment("oscillating", 400, 450),
    segment("diverging", 450, 450),
    segment("oscillating", 450, null),
  ];
  const findings = ["diverging", "oscillating"].flatMap((rule) => [finding(rule, 400), finding(rule, 450)]);
  const verdict = { ...DIAGNOSIS.verdict, name: "oscillating", severity: "caution" } as const;
  const report = reportModel(reportInput({ timeline }, { findings, verdict }));
  expect(report.timeline.map((row) => [row.verdict, row.fromStep, row.toStep])).toEqual([
    ["reading", 10, 400],
    ["oscillating", 400, 1000],
  ]);
  expect(report.incidents.map(({ rule, step }) => [rule, step])).toEqual([["oscillating", 400]]);
});

const alert = (subject: string, step: number | null, rest: Partial<ToldAlert> = {}): ToldAlert => ({
  subject,
  step,
  severity: "caution",
  text: both(`${subject} it was. More.`),
  channel: "Slack",
  toldAt: NOW - 60_000,
  endedAt: null,
  ...rest,
});

test("who was told stands with the incident; what only the server saw has its own row", () => {
  const alerts = [
    alert("oscillating", 400),
    alert("run.lost", 800, { endedAt: NOW }),
    alert("run.finished", 1000, { severity: "good" }),
  ];
  const { incidents } = reportModel({ ...reportInput(), alerts });
  expect(incidents.map(({ rule, told, ended }) => [rule, told.length, ended])).toEqual([
    ["oscillating", 1, { step: 600 }],
    ["run.lost", 1, { at: NOW }],
  ]);
});

test("a crash is an incident, with its line; a calm curve before it is called that", () => {
  const end = { kind: "failed", line: 519, text: "ValueError: bad" } as const;
  const timeline = [segment("reading", 10, 100), segment("healthy", 100, null)];
  const run = { state: "failed", step: 500, end, timeline } as const;
  const report = reportModel(reportInput(run, { findings: FINDINGS.slice(0, 1) }));
  expect(sentence(report.outcome)).toBe(
    "Crashed at step 500 of 1000: Healthy at loss 2.27. The curve gave no sign of it.",
  );
  expect(report.failure).toEqual({ line: 519, text: "ValueError: bad" });
  expect(report.incidents).toMatchObject([{ rule: "run.failed", step: 500, severity: "critical" }]);
  expect(report.next[0]?.title.en).toBe("Fix the error and resume");
});

test("an advised rate never replaces one it does not follow from", () => {
  const verdict = { ...DIAGNOSIS.verdict, name: "oscillating", severity: "caution" } as const;
  const lr = { judgement: "too_high", confidence: 0.9, next: 3e-4, because: [] } as const;
  const timeline = [segment("oscillating", 10, null)];
  const { next } = reportModel(reportInput({ timeline }, { verdict, lr: { ...lr, because: [] } }));
  // 6e-5 at the end of the schedule is below the advice; the peak is what is halved.
  expect(next[0]?.change).toEqual({ name: "learning_rate", from: "6e-4", to: "3e-4" });
});
