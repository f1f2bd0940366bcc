import fc from "fast-check";
import { expect, test } from "vitest";
import { type Condition, RULE_LIMITS, type UserRule, userRuleSchema } from "#lib/protocol/index.ts";
import { type RuleObservation, RunRules } from "./run-rules.ts";
import { isInScope } from "./scope.ts";
import { testText } from "./words.ts";

const rule = (id: string, metric: string, test: object, more: object = {}): UserRule =>
  userRuleSchema.parse({ id: id.padEnd(8, "0"), name: `rule ${id}`, metric, test, ...more });
const above = (id: string, metric: string, value: number, more: object = {}): UserRule =>
  rule(id, metric, { kind: "threshold", op: ">", value }, more);

/** One line a second; each gives some metrics. */
const lines = (...given: Record<string, number>[]): RuleObservation[] =>
  given.map((values, ord) => ({
    ord,
    step: ord + 1,
    at: 1000 * (ord + 1),
    attempt: 1,
    values: Object.entries(values),
  }));
const said = (conditions: readonly Condition[]): string[] =>
  conditions.map(({ subject, kind, step }) => `${subject.replace(/0+$/, "")} ${kind} ${step}`);

function using(...rules: UserRule[]): RunRules {
  const run = RunRules.fresh(0);
  run.use(rules);
  return run;
}

test("an alert of a pattern begins with its first series and is over with the last", () => {
  const run = using(above("a", "*/loss", 5));
  const given = lines({ "a/loss": 6 }, { "b/loss": 6, other: 9 }, { "a/loss": 1 }, { "b/loss": 1 });
  expect(said(run.observe(given, 4))).toEqual(["rule:a began 1", "rule:a ended 2"]);
});

test("what it says names the rule, the metric, the number and the condition, in both languages", () => {
  const hold = { unit: "points", amount: 1 };
  const [began] = using(above("a", "train/loss", 5, { hold })).observe(lines({ "train/loss": 6.25 }), 1);
  expect(began).toMatchObject({
    severity: "caution",
    title: { en: "rule a", "zh-CN": "rule a" },
    text: {
      en: "rule a: train/loss is 6.25 at step 1 (above 5, for 1 point).",
      "zh-CN": "rule a：步 1 的 train/loss 为 6.25（高于 5，持续 1 点）。",
    },
  });
  const words = (test: object): string => testText(rule("x", "m", test)).en;
  expect(words({ kind: "change", percent: 12.5, direction: "down", over: { unit: "steps", amount: 5000 } })).toBe(
    "down 12.5% or more over 5\u2009000 steps",
  );
  expect(words({ kind: "zscore", deviations: 6, window: 128 })).toBe(
    "6 deviations or more off the median of the 128 points before",
  );
  expect(words({ kind: "absence", seconds: 600 })).toBe("no point for 10m");
  expect(words({ kind: "threshold", op: "nonfinite" })).toBe("not a finite number");
});

test("an absence is told by what else the run logs, and by its clock alone", () => {
  const gone = rule("a", "eval/loss", { kind: "absence", seconds: 3 });
  const others = lines({ "eval/loss": 1 }, ...Array<Record<string, number>>(5).fill({ "train/loss": 1 }));
  expect(said(using(gone).observe(others, 6))).toEqual(["rule:a began 1"]);
  const silent = using(gone);
  silent.observe(others.slice(0, 1), 1);
  expect(said(silent.tick(3999))).toEqual([]);
  expect(said(silent.tick(4000))).toEqual(["rule:a began 1"]);
  expect(said(silent.tick(9000))).toEqual([]);
});

test("what was judged is not judged again; a rule made later looks at what comes later", () => {
  const run = using(above("a", "m", 5));
  const given = lines({ m: 6 }, { m: 1 }, { m: 6 });
  expect(said(run.observe(given, 3)).length).toBe(3);
  expect(run.observe(given, 3)).toEqual([]);
  run.use([above("a", "m", 5), above("b", "m", 0)]);
  expect(run.observe(given, 3)).toEqual([]);
  expect(said(run.observe([{ ...given[0]!, ord: 3, step: 4 }], 4))).toEqual(["rule:b began 4"]);
});

test("a rule that is gone, or asks for something else, ends what it began; a new name does not", () => {
  const run = using(above("a", "m", 5), above("b", "m", 5));
  run.observe(lines({ m: 6 }), 1);
  expect(
    run.use([{ ...above("a", "m", 5), name: "other", severity: "critical" }, above("b", "m", 4)]).map(String),
  ).toHaveLength(1);
  const next = [{ ...lines({ m: 6 })[0]!, ord: 1, step: 2 }];
  expect(said(run.observe(next, 2))).toEqual(["rule:b began 2"]);
  expect(said(run.use([])).toSorted()).toEqual(["rule:a ended 1", "rule:b ended 2"]);
  expect(run.isIdle).toBe(true);
});

test("a pattern watches so many series and no more; names of the language's own are names like others", () => {
  const run = using(above("a", "*", 5));
  const names = ["__proto__", "constructor", ...Array.from({ length: 2 * RULE_LIMITS.series }, (_, i) => `m${i}`)];
  const values = names.map((name): [string, number] => [name, 1]);
  run.observe([{ ord: 0, step: 1, at: 1, attempt: 1, values }], 1);
  const saved = run.save();
  expect(saved.match(/"__proto__"|"constructor"|"m\d+"/g)?.length).toBe(RULE_LIMITS.series);
  expect(RunRules.restore(saved).save()).toBe(saved);
  expect(({} as { firing?: unknown }).firing).toBeUndefined();
});

test("after the end of a run everything begins anew", () => {
  const run = using(above("a", "m", 5));
  run.observe(lines({ m: 6 }), 1);
  run.ended();
  expect(said(run.observe([{ ...lines({ m: 6 })[0]!, ord: 1, step: 2 }], 2))).toEqual(["rule:a began 2"]);
});

test("a scope names a project, a tag or a run, and all that it names must fit", () => {
  const run = { id: "r1", project: "p", tags: ["night"] };
  const fits = (scope: object): boolean => isInScope(above("a", "m", 1, { scope }), run);
  expect([{}, { project: "p" }, { tag: "night", run: "r1" }].map(fits)).toEqual([true, true, true]);
  expect([{ project: "q" }, { tag: "day" }, { run: "r2", project: "p" }].map(fits)).toEqual([false, false, false]);
});

const RULES = [
  above("a", "*", 2, { hold: { unit: "points", amount: 2 }, cooldown: 5 }),
  rule("b", "a", { kind: "zscore", deviations: 3, window: 16 }, { keepFiring: { unit: "points", amount: 1 } }),
  rule("c", "b", { kind: "absence", seconds: 3 }),
  rule("d", "a", { kind: "change", percent: 50, direction: "either", over: { unit: "seconds", amount: 4 } }),
];

test("in one piece, one by one, or cut and restored anywhere: the same alerts", () => {
  const line = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.double({ min: -4, max: 4, noNaN: true }), {
    minKeys: 1,
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 80 }), fc.array(fc.nat(80)), (given, cuts) => {
      const observations = lines(...given);
      const whole = using(...RULES);
      const expected = whole.observe(observations, observations.length);
      let run = using(...RULES);
      const conditions = observations.flatMap((observation, i) => {
        if (cuts.includes(i)) {
          run = RunRules.restore(run.save());
          expect(run.use(RULES)).toEqual([]);
        }
        return run.observe([observation], i + 1);
      });
      expect(conditions).toEqual(expected);
      expect(run.save()).toBe(whole.save());
    }),
    { numRuns: 300 },
  );
});

test("a state of another version or no state at all is refused", () => {
  expect(() => RunRules.restore('{"version":9}')).toThrow(RangeError);
  expect(() => RunRules.restore("x")).toThrow(RangeError);
});
