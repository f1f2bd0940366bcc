import fc from "fast-check";
import { expect, test } from "vitest";
import { type Plain, packState, unpackState } from "#lib/core/index.ts";
import { type RuleDraft, ruleDraftSchema } from "#lib/protocol/index.ts";
import { newSeriesState, passTime, pushPoint, type SeriesChange, type SeriesState } from "./evaluator.ts";
import type { RulePoint } from "./tests.ts";

const rule = (more: { test: unknown } & Record<string, unknown>): RuleDraft =>
  ruleDraftSchema.parse({ name: "r", metric: "m", ...more });
const above = (value: number, more: Record<string, unknown> = {}): RuleDraft =>
  rule({ test: { kind: "threshold", op: ">", value }, ...more });

/** A point a step and a second. */
const points = (values: readonly number[]): RulePoint[] =>
  values.map((value, i) => ({ step: i + 1, at: 1000 * (i + 1), attempt: 1, value }));

function told(drafted: RuleDraft, given: readonly RulePoint[], state: SeriesState = newSeriesState(drafted)): string[] {
  return given.flatMap((point) => pushPoint(drafted, state, point)).map(said);
}
const said = ({ kind, from, step, at }: SeriesChange): string =>
  kind === "began" ? `${from.step}…${step}` : `over ${step} ${at / 1000}s`;

test("a threshold fires where it is crossed and is over where it is not", () => {
  expect(told(above(5), points([1, 6, 7, 5, 6]))).toEqual(["2…2", "over 4 4s", "5…5"]);
  const op = (name: string, value: number) => rule({ test: { kind: "threshold", op: name, value } });
  expect(told(op("<=", 0), points([1, 0]))).toEqual(["2…2"]);
  expect(told(op("!=", 1), points([1, 2]))).toEqual(["2…2"]);
  expect(told(op("=", 2), points([1, 2]))).toEqual(["2…2"]);
});

test("NaN is neither above nor below nor other than anything; who asks for what is not finite gets it", () => {
  for (const name of [">", ">=", "<", "<=", "=", "!="])
    expect(told(rule({ test: { kind: "threshold", op: name, value: 0 } }), points([Number.NaN]))).toEqual([]);
  const bad = rule({ test: { kind: "threshold", op: "nonfinite" } });
  expect(told(bad, points([1, Number.NaN, Number.NEGATIVE_INFINITY, 2]))).toEqual(["2…2", "over 4 4s"]);
  expect(told(above(5), points([Number.POSITIVE_INFINITY]))).toEqual(["1…1"]);
});

test("it has to hold: so many points in a row, or so many seconds", () => {
  const three = above(5, { hold: { unit: "points", amount: 3 } });
  expect(told(three, points([6, 6, 1, 6, 6, 6, 6]))).toEqual(["4…6"]);
  const seconds = above(5, { hold: { unit: "seconds", amount: 2 } });
  expect(told(seconds, points([6, 6, 6, 1]))).toEqual(["1…3", "over 4 4s"]);
});

test("without times nothing is known to have lasted, and nothing is made to wait", () => {
  const untimed = points([6, 6, 6, 6, 1, 6]).map((point) => ({ ...point, at: Number.NaN }));
  expect(told(above(5, { hold: { unit: "seconds", amount: 1 } }), untimed)).toEqual([]);
  const patient = above(5, { keepFiring: { unit: "seconds", amount: 9 }, cooldown: 9 });
  expect(told(patient, untimed).map((text) => text.replace(/ [^ ]*$/, ""))).toEqual(["1…1", "over 5", "6…6"]);
});

test("it stays for a while, and then keeps quiet for a while", () => {
  const keeps = above(5, { keepFiring: { unit: "points", amount: 2 } });
  expect(told(keeps, points([6, 1, 1, 6, 1, 1, 1]))).toEqual(["1…1", "over 7 7s"]);
  const seconds = above(5, { keepFiring: { unit: "seconds", amount: 2 } });
  expect(told(seconds, points([6, 1, 1, 1]))).toEqual(["1…1", "over 4 4s"]);
  const cools = above(5, { cooldown: 3 });
  expect(told(cools, points([6, 1, 6, 6, 6, 6]))).toEqual(["1…1", "over 2 2s", "3…5"]);
});

test("a change is held against the value that there was", () => {
  const up = (over: object) => rule({ test: { kind: "change", percent: 50, direction: "up", over } });
  const series = points([1, 1, 1, 1.4, 1.6, 1.6, 1.6, 1.6]);
  expect(told(up({ unit: "points", amount: 2 }), series)).toEqual(["5…5", "over 6 6s"]);
  expect(told(up({ unit: "steps", amount: 4 }), series)).toEqual(["5…5", "over 8 8s"]);
  expect(told(up({ unit: "seconds", amount: 4 }), series)).toEqual(["5…5", "over 8 8s"]);
  const down = rule({ test: { kind: "change", percent: 50, direction: "down", over: { unit: "points", amount: 1 } } });
  expect(told(down, points([-1, -1.4, -2.2, 0, -1]))).toEqual(["3…3", "over 4 4s"]);
  const either = rule({
    test: { kind: "change", percent: 50, direction: "either", over: { unit: "points", amount: 1 } },
  });
  expect(told(either, points([4, 1, Number.NaN, 1]))).toEqual(["2…2", "over 4 4s"]);
});

test("a long span is remembered in few values, none of them more than a little older than asked for", () => {
  const test_ = { kind: "change", percent: 10, direction: "up", over: { unit: "steps", amount: 50_000 } };
  const drafted = rule({ test: test_ });
  const state = newSeriesState(drafted);
  const ramp = Array.from({ length: 120_000 }, (_, i) => ({ step: i, at: i, attempt: 1, value: i < 60_000 ? 1 : 1.2 }));
  expect(told(drafted, ramp, state)).toEqual(["60000…60000", expect.stringMatching(/^over 1(?:09|10)\d{3}/)]);
  expect(state.memory.samples.length).toBeLessThan(140);
});

test("a z-score is of the run's own spread, and one outlier does not change it", () => {
  const far = rule({ test: { kind: "zscore", deviations: 6, direction: "up", window: 32 } });
  const calm = Array.from({ length: 100 }, (_, i) => 2 + Math.sin(i * 1.7) / 10);
  expect(told(far, points([...calm, 9, ...calm.slice(0, 20), 9]))).toEqual(["101…101", "over 102 102s", "122…122"]);
  expect(told(far, points([...calm, 1.5, 2.4, ...calm]))).toEqual([]);
  expect(told(far, points(calm.slice(0, 31).concat(9)))).toEqual([]);
  // Where nothing has ever varied there is no spread to be far off in.
  expect(told(far, points([...Array<number>(64).fill(1), 5]))).toEqual([]);
});

test("an absence is counted from the last point, by the run's clock, whenever it is looked at", () => {
  const gone = rule({ test: { kind: "absence", seconds: 60 }, hold: { unit: "seconds", amount: 30 } });
  const at = (second: number): RulePoint => ({ step: second, at: 1000 * second, attempt: 1, value: 1 });
  const looked = newSeriesState(gone);
  pushPoint(gone, looked, at(10));
  expect(passTime(gone, looked, 99_999)).toEqual([]);
  expect(passTime(gone, looked, 130_000)).toMatchObject([{ kind: "began", step: 10, at: 100_000 }]);
  expect(passTime(gone, looked, 140_000)).toEqual([]);
  expect(pushPoint(gone, looked, at(150))).toMatchObject([{ kind: "ended", step: 150 }]);
  // Nobody looked: the next point tells the same.
  const state = newSeriesState(gone);
  expect(told(gone, [at(10), at(150)], state)).toEqual(["10…10", "over 150 150s"]);
  // Before its first point nothing is missing, and where no line tells a time nothing is known.
  expect(passTime(gone, newSeriesState(gone), 1e12)).toEqual([]);
});

test("an absence that comes back while its alert still stays is the same alert", () => {
  const gone = rule({ test: { kind: "absence", seconds: 10 }, keepFiring: { unit: "seconds", amount: 30 } });
  const at = (second: number): RulePoint => ({ step: second, at: 1000 * second, attempt: 1, value: 1 });
  const state = newSeriesState(gone);
  expect(told(gone, [at(0), at(15)], state)).toEqual(["0…0"]);
  expect(passTime(gone, state, 100_000)).toEqual([]);
  expect(told(gone, [at(101), ...Array.from({ length: 40 }, (_, i) => at(102 + i))], state)).toEqual(["over 130 131s"]);
});

test("what came before a restart is no past of what comes after", () => {
  const drop = rule({ test: { kind: "change", percent: 50, direction: "up", over: { unit: "points", amount: 1 } } });
  const second = points([9, 9]).map((point) => ({ ...point, attempt: 2 }));
  expect(told(drop, [...points([1, 1]), ...second])).toEqual([]);
  const three = above(5, { hold: { unit: "points", amount: 3 } });
  expect(told(three, [...points([6, 6]), ...second])).toEqual([]);
  // What fires goes on firing until it is seen not to be so.
  expect(told(above(5), [...points([6]), ...second, ...points([1]).map((p) => ({ ...p, attempt: 2 }))])).toEqual([
    "1…1",
    "over 1 1s",
  ]);
});

const span = fc.oneof(
  fc.record({ unit: fc.constant("points"), amount: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ unit: fc.constant("seconds"), amount: fc.integer({ min: 0, max: 20 }) }),
);
const anyTest = fc.oneof(
  fc.record({
    kind: fc.constant("threshold"),
    op: fc.constantFrom(">", "<", "nonfinite"),
    value: fc.integer({ min: -3, max: 3 }),
  }),
  fc.record({
    kind: fc.constant("change"),
    percent: fc.integer({ min: 1, max: 200 }),
    direction: fc.constantFrom("up", "down", "either"),
    over: fc.record({ unit: fc.constantFrom("points", "steps", "seconds"), amount: fc.integer({ min: 1, max: 30 }) }),
  }),
  fc.record({
    kind: fc.constant("zscore"),
    deviations: fc.integer({ min: 1, max: 4 }),
    direction: fc.constantFrom("up", "down", "either"),
    window: fc.constantFrom(16, 32),
  }),
  fc.record({ kind: fc.constant("absence"), seconds: fc.integer({ min: 1, max: 20 }) }),
);
const anyRule = fc
  .record({ test: anyTest, hold: span, keepFiring: span, cooldown: fc.constantFrom(0, 5, 30) })
  .map((drafted) => rule(drafted));
const anySeries = fc
  .array(
    fc.record({
      wait: fc.constantFrom(0, 1, 1, 1, 2, 9, 40),
      value: fc.oneof({ weight: 9, arbitrary: fc.double({ min: -4, max: 4, noNaN: true }) }, fc.constant(Number.NaN)),
      timed: fc.constantFrom(true, true, true, false),
      restarts: fc.constantFrom(false, false, false, false, false, false, false, false, true),
    }),
    { maxLength: 120 },
  )
  .map((given) => {
    let [at, attempt] = [0, 1];
    return given.map(({ wait, value, timed, restarts }, i): RulePoint => {
      at += 1000 * wait;
      if (restarts) attempt++;
      return { step: 3 * i, at: timed ? at : Number.NaN, attempt, value };
    });
  });

test("cut anywhere, saved and restored, and looked at in between: the same changes at the same times", () => {
  fc.assert(
    fc.property(anyRule, anySeries, fc.array(fc.nat(120)), (drafted, series, cuts) => {
      const whole = newSeriesState(drafted);
      const expected = series.flatMap((point) => pushPoint(drafted, whole, point));
      let state = newSeriesState(drafted);
      const changes: SeriesChange[] = [];
      for (const [i, point] of series.entries()) {
        if (cuts.includes(i)) {
          state = unpackState(packState(state as unknown as Plain), null) as unknown as SeriesState;
          // A look between points, at any time up to the next of them.
          const { at } = state.last;
          if (point.at > at) changes.push(...passTime(drafted, state, at + (point.at - at) * 0.7));
        }
        changes.push(...pushPoint(drafted, state, point));
      }
      expect(changes).toEqual(expected);
      expect(packState(state as unknown as Plain)).toBe(packState(whole as unknown as Plain));
    }),
    { numRuns: 400 },
  );
});

test("what begins and what ends take turns", () => {
  fc.assert(
    fc.property(anyRule, anySeries, (drafted, series) => {
      const state = newSeriesState(drafted);
      const kinds = series.flatMap((point) => pushPoint(drafted, state, point)).map(({ kind }) => kind);
      expect(kinds).toEqual(kinds.map((_, i) => (i % 2 === 0 ? "began" : "ended")));
    }),
  );
});
