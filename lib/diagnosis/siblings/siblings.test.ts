import fc from "fast-check";
import { expect, test } from "vitest";
import { normalNoise } from "#lib/core/index.ts";
import { DiagnosisEngine } from "../engine.ts";
import { scenario } from "../scenario.ts";
import { areSiblings, compareSiblings, type SiblingCurve, type SiblingEvidence } from "./index.ts";

type Shape = {
  rate?: number | null;
  /** Where the loss is heading, from 5. */
  floor?: number;
  steps?: number;
  plan?: number | null;
  noise?: number;
  failAt?: number;
  warmup?: number;
  config?: Record<string, string | number>;
};

const PLAN = 1000;

function engineOf({
  rate = 1e-3,
  floor = 2,
  steps = PLAN,
  plan = PLAN,
  noise = 0.01,
  ...rest
}: Shape): DiagnosisEngine {
  const { failAt = Number.POSITIVE_INFINITY, warmup = 1, config = {} } = rest;
  const white = normalNoise(Math.round(1000 * floor));
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps: plan, stepSource: "printed", config });
  for (let step = 1; step <= steps; step++) {
    const loss = step >= failAt ? Number.NaN : floor + (5 - floor) / Math.sqrt(step) + noise * white();
    const values: [string, number][] = [["train/loss", loss]];
    if (rate !== null) values.push(["learning_rate", rate * Math.min(1, step / warmup)]);
    engine.observe([{ step, at: Number.NaN, attempt: 0, values }]);
    if (step > failAt + 5) break;
  }
  return engine;
}

const curveOf = (id: string, shape: Shape): SiblingCurve => engineOf(shape).siblingCurve(id, id)!;

/** By rate: what is lost at a tenth and at ten times the best one. */
const LADDER: Record<string, SiblingCurve> = {
  low: curveOf("low", { rate: 1e-4, floor: 3.5 }),
  good: curveOf("good", { rate: 1e-3, floor: 2 }),
  near: curveOf("near", { rate: 2e-3, floor: 2.1 }),
  high: curveOf("high", { rate: 1e-2, floor: 2.9 }),
  nan: curveOf("nan", { rate: 1e-1, floor: 2.5, failAt: 40 }),
};

const among = (id: string, curves = LADDER) => compareSiblings(curves[id]!, Object.values(curves));

test("the runs of a ladder are told apart by what they lose against the best of it", () => {
  const said = Object.keys(LADDER).map((id) => [id, among(id)!.judgement, among(id)!.rank]);
  expect(said).toEqual([
    ["low", "too_low", 4],
    ["good", "fine", 1],
    ["near", "fine", 2],
    ["high", "too_high", 3],
    ["nan", "too_high", 5],
  ]);
  const { best, of, curve, atStep, regret } = among("high")!;
  expect([best.id, best.rate, of, atStep]).toEqual(["good", 1e-3, 5, PLAN]);
  expect(regret).toBeCloseTo(0.3, 1);
  expect(curve.map(({ id }) => id)).toEqual(["low", "good", "near", "high", "nan"]);
  expect(curve.at(-1)).toMatchObject({ level: null, regret: null, verdict: "nan" });
});

test("levels are compared at the step that the run has reached, whatever others did later", () => {
  const half = curveOf("half", { rate: 1e-2, floor: 2.5, steps: 500 });
  const short = (id: string) => curveOf(id, { rate: LADDER[id]!.peakRate, floor: id === "low" ? 3.5 : 2, steps: 500 });
  const whole = compareSiblings(half, [LADDER.low!, LADDER.good!])!;
  const then = compareSiblings(half, [short("low"), short("good")])!;
  expect(whole.atStep).toBe(500);
  expect(whole.best.level).toBeCloseTo(then.best.level, 2);
  expect(whole.regret).toBeCloseTo(then.regret!, 2);
});

test("nothing is said with fewer than three rates, without a rate, and before anything was learnt", () => {
  const { low, good, near } = LADDER as { [id in keyof typeof LADDER]: SiblingCurve };
  const again = curveOf("again", { rate: 1e-3, floor: 2 });
  expect(compareSiblings(good!, [low!])).toBeNull();
  expect(compareSiblings(good!, [low!, again])).toBeNull();
  expect(compareSiblings(good!, [low!, near!])).not.toBeNull();
  expect(compareSiblings(curveOf("blind", { rate: null }), [low!, good!, near!])).toBeNull();
  const flat = [1e-4, 1e-3, 1e-2].map((rate) => curveOf(`flat${rate}`, { rate, floor: 5, noise: 0.5 }));
  expect(compareSiblings(flat[0]!, flat)?.judgement ?? "unknown").not.toBe("too_low");
});

test("the only run that is left has nobody to be better than", () => {
  const failed = [1e-2, 1e-1].map((rate) => curveOf(`nan${rate}`, { rate, floor: 2, failAt: 40 }));
  expect(compareSiblings(LADDER.low!, failed)?.judgement).toBe("unknown");
  expect(compareSiblings(failed[0]!, [LADDER.low!, failed[1]!])?.judgement).toBe("too_high");
  const lowest = curveOf("lowest", { rate: 1e-5, floor: 2, failAt: 40 });
  expect(compareSiblings(lowest, [LADDER.low!, LADDER.good!])?.judgement).toBe("unknown");
});

test("a run that failed in its warm-up is placed by the rate it was heading for", () => {
  const warmup = 400;
  const runs = [
    curveOf("good", { rate: 1e-3, floor: 2, warmup }),
    curveOf("low", { rate: 5e-4, floor: 3, warmup }),
    curveOf("nan", { rate: 1e-2, floor: 2, warmup, failAt: 30 }),
  ];
  const { curve, judgement } = compareSiblings(runs[2]!, runs)!;
  expect(curve.map(({ id }) => id)).toEqual(["low", "good", "nan"]);
  expect(curve[2]!.rate).toBeGreaterThan(5e-3);
  expect(judgement).toBe("too_high");
});

test("a lead within the noise decides nothing against a run", () => {
  const runs = [1e-4, 1e-3, 1e-2].map((rate) => curveOf(`${rate}`, { rate, floor: rate === 1e-3 ? 2 : 2.5 }));
  const said = (noise: number) => {
    const noisy = runs.map((run) => ({ ...run, noise }));
    return noisy.map((run) => compareSiblings(run, noisy)!.judgement);
  };
  expect(said(0.1)).toEqual(["too_low", "fine", "too_high"]);
  expect(said(1.5)).toEqual(["unknown", "fine", "unknown"]);
});

test("siblings start alike, follow one plan and schedule, and differ in the rate alone", () => {
  const config = { lr: 1e-3, batch_size: 32, lr_scheduler_type: "cosine", output_dir: "a" };
  const run = curveOf("run", { config });
  const other = (shape: Shape) => areSiblings(run, curveOf("other", { rate: 3e-3, config, ...shape }));
  expect(other({})).toBe(true);
  expect(other({ floor: 3, config: { ...config, lr: 3e-3, output_dir: "b" } })).toBe(true);
  expect(other({ config: {} })).toBe(true);
  expect(other({ config: { ...config, batch_size: 64 } })).toBe(false);
  expect(other({ config: { ...config, lr_scheduler_type: "linear" } })).toBe(false);
  expect(other({ plan: 2000 })).toBe(false);
  expect(other({ plan: null })).toBe(true);
  expect(other({ warmup: 500 })).toBe(false);
  const elsewhere = { ...run, start: 9, best: 6 };
  expect(areSiblings(run, elsewhere)).toBe(false);
});

test("what siblings say comes before what the curve says alone, and is told once", () => {
  const engine = engineOf({ rate: 1e-2, floor: 2.9 });
  const before = engine.view();
  const siblings = compareSiblings(engine.siblingCurve("high", "high")!, Object.values(LADDER))!;
  expect(before.siblings).toBeNull();
  const told = engine.setContext({ siblings });
  expect(told).toMatchObject([{ rule: "lr.siblings", severity: "note", alert: false, step: PLAN, saidAtStep: PLAN }]);
  expect(told[0]!.text).toEqual({
    en: "Run good does better at the same step: 2.10 against 2.97; LR 1e-3 won; 0.1 and above failed.",
    "zh-CN": "运行 good 在同一步数上更好：2.10 对 2.97；学习率 1e-3 胜出；0.1 及以上失败。",
  });
  const { lr, timeline, siblings: shown } = engine.view();
  expect(lr).toMatchObject({ judgement: "too_high", next: 1e-3, confidence: siblings.confidence });
  expect(lr.because[0]).toBe("siblings");
  expect(timeline.at(-1)).toMatchObject({ lr: "too_high", toStep: null });
  expect(shown).toMatchObject({ rank: 3, of: 5, best: { id: "good", rate: 1e-3 } });
  expect(engine.setContext({ siblings })).toEqual([]);
  expect(DiagnosisEngine.restore(engine.save()).view()).toEqual(engine.view());
  engine.setContext({ siblings: null });
  expect(engine.view().lr).toEqual(before.lr);
});

test("a swing at the rate that siblings found best is shown, and not pushed", () => {
  const swinging = scenario({ "train/loss": "8/0.25x300~0.03 2.3x300~0.05^4.2/20", learning_rate: "5e-4x600" });
  const pushed = (siblings: SiblingEvidence | null) => {
    const engine = DiagnosisEngine.fresh();
    engine.setContext({ siblings });
    return engine.observe(swinging).flatMap(({ rule, alert }) => (alert ? [rule] : []));
  };
  const best = compareSiblings(engineOf({ rate: 1e-3, floor: 2 }).siblingCurve("own", "own")!, Object.values(LADDER))!;
  expect(best.judgement).toBe("fine");
  expect(pushed(null)).toContain("oscillating");
  expect(pushed(best)).not.toContain("oscillating");
});

test("training that goes back behind the step of the comparison makes it void", () => {
  const engine = engineOf({ rate: 1e-2, floor: 2.9 });
  engine.setContext({ siblings: compareSiblings(engine.siblingCurve("high", "high")!, Object.values(LADDER)) });
  engine.observe([{ step: 600, at: Number.NaN, attempt: 1, values: [["train/loss", 3]] }]);
  expect(engine.view().siblings).toBeNull();
});

test("any curves can be compared: ranks count up, regrets are not negative, and text, view and state stay JSON", () => {
  const wild = fc.record({
    rate: fc.oneof(fc.constant(null), fc.double({ min: 1e-6, max: 10, noNaN: true })),
    floor: fc.double({ min: -5, max: 6, noNaN: true }),
    steps: fc.integer({ min: 1, max: 150 }),
    plan: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 300 })),
    noise: fc.double({ min: 0, max: 3, noNaN: true }),
    failAt: fc.integer({ min: 2, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(wild, { minLength: 2, maxLength: 6 }), (shapes) => {
      const engines = shapes.map(engineOf);
      const curves = engines.map((engine, i) => engine.siblingCurve(String(i), String(i))!);
      for (const [i, engine] of engines.entries()) {
        const siblings = compareSiblings(curves[i]!, curves);
        engine.setContext({ siblings });
        const view = engine.view();
        expect(JSON.parse(JSON.stringify(view))).toEqual(view);
        expect(DiagnosisEngine.restore(engine.save()).view()).toEqual(view);
        if (siblings === null) continue;
        expect(siblings.rank).toBeLessThanOrEqual(siblings.of);
        expect(siblings.regret ?? 0).toBeGreaterThanOrEqual(0);
        expect(siblings.atStep).toBeLessThanOrEqual(Math.max(...curves.map(({ lastStep }) => lastStep)));
        if (!curves[i]!.failed) expect(siblings.atStep).toBeLessThanOrEqual(curves[i]!.lastStep);
      }
    }),
    { numRuns: 60 },
  );
});
