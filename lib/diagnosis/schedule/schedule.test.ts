import { expect, test } from "vitest";
import { identifySchedule } from "./identify.ts";
import { newJumpWatch, type RateChange, watchJump } from "./jump-watch.ts";
import { newRateKnots, pushRate } from "./knots.ts";

type Rate = (t: number) => number;
const warm =
  (steps: number, after: Rate): Rate =>
  (t) =>
    t < steps ? t / steps : after(t);
const linear =
  (from: number, to: number, floor = 0): Rate =>
  (t) =>
    Math.max(floor, 1 - ((1 - floor) * (t - from)) / (to - from));
const cosine =
  (from: number, to: number, floor = 0): Rate =>
  (t) => {
    const share = Math.min(1, (t - from) / (to - from));
    return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * share));
  };
const held: Rate = () => 1;

/** A log of `rate` from its first step to `last`, four digits as the Hugging Face Trainer prints them. */
function log(rate: Rate, last: number, { peak = 3e-4, every = 1 } = {}) {
  const points: [step: number, rate: number][] = [];
  for (let step = every; step <= last; step += every)
    points.push([step, Number((peak * rate(step - 1)).toPrecision(4))]);
  return points;
}

function identify(points: [number, number][], maxSteps: number | null, changes: RateChange[] = []) {
  const knots = newRateKnots();
  for (const [step, rate] of points) pushRate(knots, step, rate);
  return identifySchedule(knots, changes, maxSteps)!;
}

function jumps(points: [number, number][], maxSteps: number | null = null): RateChange[] {
  const watch = newJumpWatch();
  for (const [step, rate] of points) watchJump(watch, step, rate, maxSteps);
  return watch.changes;
}

const cases: [kind: string, rate: Rate, warmupSteps: number, final: number | null][] = [
  ["constant", held, 0, null],
  ["linear", linear(0, 1000), 0, 0],
  ["cosine", cosine(0, 1000), 0, 0],
  ["warmup-constant", warm(50, held), 50, null],
  ["warmup-linear", warm(50, linear(50, 1000)), 50, 0],
  ["warmup-cosine", warm(50, cosine(50, 1000)), 50, 0],
  ["warmup-cosine", warm(100, cosine(100, 1000, 0.1)), 100, 3e-5],
];

for (const every of [1, 10]) {
  test.each(cases)(`%s, every ${every} steps, is read at the end and on the way`, (kind, rate, warmupSteps, final) => {
    for (const last of [1000, 600]) {
      for (const maxSteps of [1000, null]) {
        const schedule = identify(log(rate, last, { every }), maxSteps);
        const where = `to ${last}, total ${maxSteps}`;
        expect(schedule.kind, where).toBe(kind);
        expect(Math.abs(schedule.warmupSteps - warmupSteps), where).toBeLessThanOrEqual(1);
        expect(schedule.peak, where).toBeCloseTo(3e-4, 6);
        expect(schedule.fit, where).toBeGreaterThan(0.995);
        if (final === null) expect(schedule.totalSteps).toBeNull();
        else if (maxSteps !== null) {
          expect(schedule.totalSteps).toBe(1000);
          expect(Math.abs(schedule.final! - final)).toBeLessThanOrEqual(0.03 * final);
        } else expect(Math.abs(schedule.totalSteps! - 1000), where).toBeLessThan(25);
      }
    }
  });
}

test("while the rate still rises, or fits nothing known, the schedule is unknown", () => {
  expect(identify(log(warm(100, held), 60), 1000)).toMatchObject({ kind: "unknown", curve: { step: [] } });
  expect(
    identify(
      log((t) => 1 + 0.5 * Math.sin(t / 30), 500),
      null,
    ).kind,
  ).toBe("unknown");
  expect(identifySchedule(newRateKnots(), [], 1000)).toBeNull();
});

test("the drawn curve runs through to the planned end in at most 64 knots", () => {
  const { curve } = identify(log(warm(50, cosine(50, 1000)), 400), 1000);
  expect([curve.step[0], curve.step.at(-1)]).toEqual([1, 1000]);
  expect(curve.step.length).toBeLessThanOrEqual(64);
  curve.step.forEach((step, i) => {
    expect(Math.abs(curve.value[i]! - 3e-4 * warm(50, cosine(50, 1000))(step - 1))).toBeLessThan(3e-6);
  });
});

test("a sentence names shape, lengths and fit, up to the jump where there was one", () => {
  const points = log(warm(200, cosine(200, 6000, 0.1)), 3000, { peak: 6e-4, every: 10 });
  expect(identify(points, 6000).text.en).toBe(
    "Schedule read as linear warmup 200 → cosine to 6e-5 at step 6\u2009000, fits 100.0%",
  );
  const jumped = points.map(([step, rate]): [number, number] => [step, step > 2000 ? rate * 2 : rate]);
  const changes = jumps(jumped);
  expect(identify(jumped, 6000, changes)).toMatchObject({ kind: "warmup-cosine", warmupSteps: 200, changes });
  expect(identify(jumped, 6000, changes).text.en).toContain("up to step 2\u2009010");
});

test("memory is bounded, and long schedules keep their shape", () => {
  const knots = newRateKnots();
  for (const [step, rate] of log(warm(2000, cosine(2000, 100_000)), 100_000)) pushRate(knots, step, rate);
  expect(knots.count).toBeLessThanOrEqual(knots.step.length);
  expect(identifySchedule(knots, [], 100_000)).toMatchObject({
    kind: "warmup-cosine",
    warmupSteps: 2000,
    totalSteps: 100_000,
  });
});

test.each([
  ["constant", held],
  ["warm-up and linear", warm(30, linear(30, 1000))],
  ["warm-up of three steps", warm(3, linear(3, 1000))],
  ["warm-up and cosine", warm(100, cosine(100, 1000))],
  ["cosine to a floor that is held", cosine(0, 600, 0.1)],
  ["stable, then 1 − √t", warm(50, (t) => (t < 800 ? 1 : 1 - Math.sqrt((t - 800) / 200)))],
  ["stable, then linear", warm(50, (t) => (t < 800 ? 1 : 1 - (t - 800) / 200))],
  ["inverse square root", warm(100, (t) => Math.sqrt(100 / t))],
  ["exponential", (t: number) => 0.99 ** t],
  ["polynomial of power one half", (t: number) => Math.sqrt(1 - t / 1001)],
  ["steps of a tenth", (t: number) => 0.1 ** Math.floor(t / 300)],
  ["halved by a plateau scheduler", (t: number) => (t < 410 ? 1 : t < 760 ? 0.5 : 0.25)],
  ["cosine with hard restarts", (t: number) => cosine(0, 250)(t % 250)],
  ["one cycle", (t: number) => (t < 300 ? 0.04 + (0.96 * t) / 300 : cosine(300, 1000)(t))],
  ["triangles", (t: number) => 0.1 + 0.9 * Math.abs(((t / 100) % 2) - 1)],
])("no jump in a schedule of its own: %s", (_, rate) => {
  for (const every of [1, 5, 20]) {
    expect(jumps(log(rate, 1000, { every })), `every ${every}`).toEqual([]);
    expect(jumps(log(rate, 1000, { every }), 1000), `every ${every}`).toEqual([]);
  }
});

test.each([
  ["tenfold on a line", warm(30, linear(30, 1000)), 10],
  ["to a tenth on a line", warm(30, linear(30, 1000)), 0.1],
  ["doubled on a cosine", warm(30, cosine(30, 1000)), 2],
  ["halved on a cosine", warm(30, cosine(30, 1000)), 0.5],
  ["doubled on a constant", held, 2],
])("a jump is found where it happened: %s", (_, rate, factor) => {
  for (const every of [1, 5]) {
    const at = 400;
    const points = log((t) => rate(t) * (t + 1 > at ? factor : 1), 1000, { every });
    expect(
      jumps(points, 1000).map((change) => change.step),
      `every ${every}`,
    ).toEqual([at + every]);
  }
});

test("a single stray value is no jump", () => {
  const points = log(linear(0, 1000), 1000);
  points[500] = [501, 0];
  expect(jumps(points)).toEqual([]);
});
