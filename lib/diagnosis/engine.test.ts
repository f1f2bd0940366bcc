import { deflateRawSync, inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Finding, VerdictName } from "#lib/protocol/index.ts";
import { DiagnosisEngine } from "./engine.ts";
import type { Observation, RunContext } from "./observation.ts";
import { type ScenarioOptions, scenario } from "./scenario.ts";

const RATE = "learning_rate";

function diagnose(observations: Observation[], context: Partial<RunContext> = {}) {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps: null, stepSource: "printed", ...context });
  const findings = engine.observe(observations);
  return { engine, findings, view: engine.view() };
}

function run(loss: string, rate: string, options: Partial<ScenarioOptions> = {}) {
  return scenario({ "train/loss": loss, [RATE]: rate }, options);
}

const opened = (engine: DiagnosisEngine) => JSON.parse(inflateRawSync(Buffer.from(engine.save(), "base64")).toString());
const closed = (state: unknown) => deflateRawSync(JSON.stringify(state)).toString("base64");

const said = (findings: Finding[]) => findings.map((finding) => finding.rule);
const pushed = (findings: Finding[]) => said(findings.filter((finding) => finding.alert));

test("before there are enough records the verdict is reading, and it says how long it will take", () => {
  const { view } = diagnose(run("9/0.3x30~0.02", "5e-4x30", { msPerStep: 2000 }));
  expect(view.verdict).toMatchObject({ name: "reading", severity: null, sinceStep: null, evidence: [] });
  expect(view.verdict.reason.en).toBe("30 of 48 loss records seen.");
  expect(view.verdict.advice).toEqual({ en: "First verdict in about 36s.", "zh-CN": "约 36秒后给出首个判断。" });
  expect(view.rhythm).toEqual({ msPerStep: 2000, msPerRecord: 2000 });
});

test("nothing read at all is reading too", () => {
  const view = DiagnosisEngine.fresh().view();
  expect(view.verdict.name).toBe("reading");
  expect([view.schedule, view.earlyStopping, view.trend.step, view.pointsJudged]).toEqual([null, null, [], 0]);
});

test("a curve that bends early and stays calm is healthy, and nothing is pushed", () => {
  const { view, findings } = diagnose(run("9/0.3x1000~0.05", "5e-4x1000"));
  expect(view.verdict).toMatchObject({ name: "healthy", severity: "good", cause: null, also: [] });
  expect(view.lr).toMatchObject({ judgement: "fine", next: null });
  expect(view.verdict.evidence.map((tile) => tile.name)).toEqual(["slope", "swing"]);
  expect(pushed(findings)).toEqual([]);
});

test("a healthy run that begins to swing is oscillating within 150 records, and NaN at the very next one", () => {
  const healthy = run("8/0.25x300~0.03", "5e-4x300");
  // Progress made by then is about 6; the swing is ±70 % of it, 20 steps long.
  const swinging = run("2.3x150~0.05^4.2/20", "5e-4x150", { from: 301 });
  const engine = DiagnosisEngine.fresh();
  engine.observe(healthy);
  expect(engine.view().verdict.name).toBe("healthy");
  const findings = engine.observe(swinging);
  const { verdict, lr } = engine.view();
  expect(verdict.name).toBe("oscillating");
  expect(verdict.sinceStep).toBeGreaterThan(295);
  expect(verdict.sinceStep).toBeLessThan(310);
  expect(findings.find((finding) => finding.rule === "oscillating")).toMatchObject({ severity: "caution" });
  expect(pushed(findings)).toEqual(["oscillating"]);
  expect(lr).toMatchObject({ judgement: "too_high", next: 2.5e-4 });
  expect(verdict.advice.en).toBe("Set LR to 2.5e-4. Half of now; change nothing else.");

  const [nan] = engine.observe(run("nan", "5e-4", { from: 451 })).filter((finding) => finding.rule === "nan");
  expect(nan).toMatchObject({ step: 451, saidAtStep: 451, severity: "critical", alert: true });
  expect(engine.view().verdict).toMatchObject({ name: "nan", sinceStep: 451, also: ["oscillating"] });
});

test.each([60, 80, 100].flatMap((percent) => [10, 20, 40].map((period) => ({ percent, period }))))(
  "swings of $percent % of the progress, $period steps long, are found within 150 records",
  ({ percent, period }) => {
    const swing = ((6 * percent) / 100).toFixed(2);
    const { view, findings } = diagnose(run(`8/0.25x300~0.03 2.3x150~0.05^${swing}/${period}`, "5e-4x450"));
    expect(view.verdict.name).toBe("oscillating");
    expect(pushed(findings)).toContain("oscillating");
  },
);

test("a straight descent is too slow; the advice is more rate or more steps, never that the rate is wrong", () => {
  const { view, findings } = diagnose(run("10-0.001x1000~0.05", "1e-5x1000"), { maxSteps: 2000 });
  expect(view.verdict).toMatchObject({ name: "too_slow", severity: "note", sinceStep: 1 });
  expect(view.lr).toMatchObject({ judgement: "too_low", next: 3e-5 });
  expect(view.lr.because).toContain("straightness");
  expect(view.verdict.reason.en).toContain("still in a straight line: a higher learning rate or more steps would help");
  expect(view.verdict.advice.en).toBe("Raise LR to 3e-5 over 40 steps, or plan more steps.");
  expect(pushed(findings)).toEqual(["too_slow"]);
});

test("without the rate in the log a slow descent is shown but not pushed", () => {
  const { view, findings } = diagnose(scenario({ "train/loss": "10-0.001x1000~0.05" }));
  expect(view.verdict.name).toBe("too_slow");
  expect(view.verdict.advice.en).toBe("Raise the learning rate to three times now, or plan more steps.");
  expect(pushed(findings)).toEqual([]);
});

test("a curve that was healthy for long and then descends straight is shown as too slow, but not pushed", () => {
  const { view, findings } = diagnose(run("3/0.02x600~0.01 2.64-0.001x2400~0.01", "1e-6x600 1e-4x2400"));
  expect(view.verdict).toMatchObject({ name: "too_slow", confidence: 1 });
  expect(view.verdict.sinceStep).toBeGreaterThan(600);
  expect(pushed(findings)).not.toContain("too_slow");
});

test("a loss that runs away is diverging, since its best", () => {
  const { view, findings } = diagnose(run("8/0.25x400~0.03 2+0.05x120~0.05", "5e-4x520"));
  expect(view.verdict).toMatchObject({ name: "diverging", severity: "critical" });
  expect(view.verdict.sinceStep).toBeGreaterThan(390);
  expect(view.verdict.sinceStep).toBeLessThan(420);
  expect(view.lr).toMatchObject({ judgement: "too_high", next: 1.25e-4 });
  expect(pushed(findings)).toContain("diverging");
});

test("a loss that leaves its scale is diverging at the second record, however young the run", () => {
  const { view, findings } = diagnose(run("0.6/0.5x40~0.01 0.5 4e8 5e9 3e9", "1e-3x44"));
  expect(view.verdict).toMatchObject({ name: "diverging", confidence: 0.95 });
  expect(view.verdict.sinceStep).toBe(39); // the best loss before it
  expect(findings.at(-1)).toMatchObject({ rule: "diverging", saidAtStep: 43, alert: true });
  expect(view.lr.next).toBe(1e-4);
});

test("a loss that never moved is a plateau without progress, and the first advice is not the rate", () => {
  const { view, findings } = diagnose(run("2.303x400~0.02", "1e-3x400"));
  expect(view.verdict).toMatchObject({ name: "plateau", cause: "no_progress", sinceStep: 1, severity: "note" });
  expect(view.lr.judgement).not.toBe("fine");
  expect(view.verdict.advice.en).toMatch(/^Check labels/);
  expect(pushed(findings)).toEqual([]);
});

test("flat for half the run in heavy noise under a full rate is a plateau that has stalled", () => {
  const { view } = diagnose(run("4/0.6x200~0.7 0.17x3000~0.7", "1e-3x3200"));
  expect(view.verdict).toMatchObject({ name: "plateau", cause: "stalled" });
});

test("a calm end at a low rate is a late plateau, which is healthy", () => {
  const { view } = diagnose(run("4/0.6x200~0.02 0.17x1500~0.02", "1e-3-5.8e-7x1700"));
  expect(view.verdict.name).toBe("healthy");
  expect(view.verdict.reason.en).toMatch(/^Loss (has levelled off|falls)/);
});

test("the start of a warm-up is straight, and no reason to call the run too slow", () => {
  const start = run("10-0.001x400~0.01", "0+1e-6x400");
  expect(said(diagnose(start, { maxSteps: 10_000 }).findings)).not.toContain("too_slow");
  expect(said(diagnose(start).findings)).not.toContain("too_slow");
});

test("a single spike changes no verdict", () => {
  const { view, findings } = diagnose(run("8/0.25x500~0.03 9 7 4 1.7x500~0.03", "5e-4x1003"));
  expect(view.verdict.name).toBe("healthy");
  expect(pushed(findings)).toEqual([]);
});

test("what is healthy again is said to be so", () => {
  const loss = "8/0.25x300~0.03 2.3x200~0.05^4/20 1.5x1500~0.03";
  const { findings, view } = diagnose(run(loss, "5e-4x500 1e-4x1500"));
  expect(view.verdict.name).toBe("healthy");
  const recovered = findings.at(-1);
  expect(recovered).toMatchObject({ rule: "healthy", severity: "good", alert: false });
  expect(recovered?.text.en).toMatch(/^Healthy again at step/);
});

test("the timeline has no holes: each stretch ends where the next begins", () => {
  const { view } = diagnose(run("8/0.25x300~0.03 2.3x200~0.05^4/20 nan", "5e-4x501"));
  // What is said of the rate changes within a stretch too.
  const names = view.timeline
    .map((segment): VerdictName => segment.verdict)
    .filter((name, i, all) => name !== all[i - 1]);
  expect(names).toEqual(["reading", "healthy", "oscillating", "nan"]);
  view.timeline.forEach((segment, i) => {
    expect(segment.toStep).toBe(view.timeline[i + 1]?.fromStep ?? null);
    expect(segment.saidAtStep).toBeGreaterThanOrEqual(segment.fromStep);
  });
});

test("per-epoch records are judged by the rule for short curves, and never pushed", () => {
  const epochs = (loss: string) => scenario({ "train/loss": loss, epoch: "1+1x30" }, { every: 500 });
  expect(diagnose(epochs("5/0.6x30~0.01")).view.verdict.name).toBe("healthy");
  const { view, findings } = diagnose(epochs("5/0.6x15~0.01 1 1.6 2.4 3 2.2 1.5 2.4 3.2 2.5 1.8 2.6 3.1 2.5 2.6 2.8"));
  expect(view.verdict.name).toBe("oscillating");
  expect(pushed(findings)).toEqual([]);
  // The same 30 records at the start of a long run are no short curve.
  expect(diagnose(scenario({ "train/loss": "5/0.6x30~0.01" })).view.verdict.name).toBe("reading");
});

test("a resume keeps what was learnt and is given time before it is judged", () => {
  const engine = DiagnosisEngine.fresh();
  engine.observe(run("8/0.25x500~0.03", "5e-4x500"));
  const before = engine.view();
  // Back to step 400; repeated data looks too good at first, then returns.
  const again = run("1.5x30~0.03 1.78x40~0.03", "5e-4x70", { from: 400, attempt: 1 });
  expect(pushed(engine.observe(again))).toEqual([]);
  const after = engine.view();
  expect(after.verdict.name).toBe("healthy");
  expect(after.pointsJudged).toBeLessThan(before.pointsJudged);
  expect(after.trend.step.every((step, i) => i === 0 || step > after.trend.step[i - 1]!)).toBe(true);
});

test("a verdict that rests only on what a resume took back is taken back with it", () => {
  const engine = DiagnosisEngine.fresh();
  engine.observe(run("8/0.25x300~0.03 2.3x100~0.05^4.2/20 nan", "5e-4x401"));
  expect(engine.view().verdict.name).toBe("nan");
  engine.observe(run("2.3x10~0.03", "2e-4x10", { from: 250, attempt: 1 }));
  const { verdict, timeline } = engine.view();
  expect(verdict.name).toBe("reading");
  expect(verdict.reason.en).toBe("10 of 64 loss records seen since the restart.");
  expect(timeline.map((segment) => [segment.verdict, segment.fromStep])).toEqual([
    ["reading", 1],
    ["healthy", 48],
    ["reading", 250],
  ]);
  // A loss that fails again is a failure of its own.
  expect(said(engine.observe(run("nan", "2e-4", { from: 260, attempt: 1 })))).toEqual(["nan.loss", "nan"]);
});

test("a restart from the beginning is read anew", () => {
  const engine = DiagnosisEngine.fresh();
  engine.observe(run("8/0.25x500~0.03", "5e-4x500"));
  engine.observe(run("8/0.25x20~0.03", "5e-4x20", { attempt: 1 }));
  expect(engine.view()).toMatchObject({ verdict: { name: "reading" }, pointsJudged: 20 });
});

test("a rate logged on lines of its own counts like one beside the loss", () => {
  const observations = run("10-0.001x600~0.05", "1e-5x600").flatMap(({ values, ...rest }) =>
    [...values].reverse().map((entry) => ({ ...rest, values: [entry] })),
  );
  expect(diagnose(observations).view.lr.next).toBe(3e-5);
});

test("a rate that appears late is taken for the rate before, too", () => {
  const { view } = diagnose(run("10-0.001x600~0.05", "_x100 1e-5x500"));
  expect(view.verdict.name).toBe("too_slow");
});

test("the view is plain JSON of bounded size, in both languages", () => {
  const loss = "8/0.25x3000~0.03 2.3x900~0.05^4/20 nan inf nan";
  const series = {
    "train/loss": loss,
    grad_norm: "1x3900~0.1 nan inf nan",
    "eval/loss": "5/0.2x3900",
    [RATE]: "5e-4x3903",
  };
  const { view, engine } = diagnose(scenario(series), { maxSteps: 5000 });
  const text = JSON.stringify(view);
  expect(JSON.parse(text)).toEqual(view);
  expect(text.length).toBeLessThan(30_000);
  expect(engine.save().length).toBeLessThan(32_768);
  expect(view.trend.step.length).toBeLessThanOrEqual(129);
  for (const tile of view.verdict.evidence) {
    expect(tile.series?.step.length ?? 0).toBeLessThanOrEqual(64);
    expect(tile.label["zh-CN"]).toMatch(/[\u4e00-\u9fff]/);
  }
});

test("early stopping counts evaluations since the best, and would stop when patience is exhausted", () => {
  const evals = "3 2.5 2.2 2.1 2.3 2.4 2.5 2.6 2.7 2.8";
  const { view } = diagnose(scenario({ "eval/loss": evals }, { from: 100, every: 100 }));
  expect(view.earlyStopping).toEqual({
    metric: "eval/loss",
    best: { step: 400, value: 2.1 },
    evalsSinceBest: 6,
    wouldStop: true,
    patience: 5,
    dialect: "native",
    gl: 33.33,
    pq: null,
    expectedGain: null,
  });
});

test("a saved state of another version or another shape is refused", () => {
  const state = opened(DiagnosisEngine.fresh());
  expect(() => DiagnosisEngine.restore(closed({ ...state, version: 999 }))).toThrow(/version 999/);
  expect(() => DiagnosisEngine.restore(closed({ ...state, curve: null }))).toThrow(RangeError);
  expect(() => DiagnosisEngine.restore("not a state")).toThrow(RangeError);
});

test("a state saved before a rule existed is read on", () => {
  const engine = DiagnosisEngine.fresh();
  engine.observe(run("8/0.25x100~0.03", "5e-4x100"));
  const state = opened(engine);
  delete state.rules["nan.grad_only"];
  const restored = DiagnosisEngine.restore(closed(state));
  const after = restored.observe(scenario({ "train/loss": "2.5", grad_norm: "nan" }, { from: 101 }));
  expect(said(after)).toEqual(["nan.grad_only"]);
});
