import fc from "fast-check";
import { expect, test } from "vitest";
import { DiagnosisEngine } from "./engine.ts";
import type { Observation } from "./observation.ts";
import { scenario } from "./scenario.ts";
import type { SiblingEvidence } from "./siblings/index.ts";
import { type TapeFacts, tapeOf } from "./tape.ts";

const nothing: TapeFacts = {
  verdict: "healthy",
  lr: { judgement: "unknown", confidence: 0, next: null },
  now: 4e-4,
  inForce: 4e-4,
  peak: 4e-4,
  rises: false,
  usual: null,
  siblings: null,
  timeline: [],
  changes: [],
};
const tooHigh = { judgement: "too_high", confidence: 0.9, next: 2e-4 } as const;
const names = (facts: TapeFacts) => tapeOf(facts)?.zones.map(({ name }) => name) ?? null;
const zone = (facts: TapeFacts, name: string) => tapeOf(facts)?.zones.find((one) => one.name === name);

test("where nothing tells a border there is no tape", () => {
  expect(tapeOf(nothing)).toBeNull();
  expect(tapeOf({ ...nothing, now: null, usual: { low: 1e-4, high: 1e-3 } })).toBeNull();
});

test("a swing that the rate is not known to cause gets no tape, whatever is usual", () => {
  expect(tapeOf({ ...nothing, verdict: "oscillating", usual: { low: 1e-4, high: 1e-3 } })).toBeNull();
  expect(tapeOf({ ...nothing, verdict: "nan", usual: { low: 1e-4, high: 1e-3 } })).toBeNull();
});

test("a rate too high and the one advised are in different zones, the border half way between", () => {
  const tape = tapeOf({ ...nothing, verdict: "oscillating", lr: tooHigh });
  expect(tape).toEqual({
    zones: [
      { name: "healthy", from: null, to: 2.83e-4 },
      { name: "oscillating", from: 2.83e-4, to: null },
    ],
    now: 4e-4,
    at: "now",
    basis: "run",
    usualEnds: false,
  });
});

test("a run that was well before a jump says where well ends; the usual range adds the outer ends", () => {
  const facts: TapeFacts = {
    ...nothing,
    verdict: "oscillating",
    lr: { ...tooHigh, next: 2.25e-4 },
    now: 4.49e-4,
    inForce: 4.49e-4,
    peak: 6.54e-4,
    usual: { low: 1e-4, high: 5e-4 },
    timeline: [
      { verdict: "healthy", fromStep: 700, toStep: 31_700 },
      { verdict: "oscillating", fromStep: 31_700, toStep: null },
    ],
    changes: [{ step: 31_200, from: 3.27e-4, to: 6.54e-4 }],
  };
  expect(names(facts)).toEqual(["too_slow", "healthy", "oscillating", "diverging"]);
  expect(zone(facts, "healthy")).toMatchObject({ from: 6.87e-5, to: 3.83e-4 });
  expect(tapeOf(facts)).toMatchObject({ basis: "run", usualEnds: true });
});

test("what is usual is said to be usual, and a rate that goes well is well wherever it lies", () => {
  const usual = { low: 1e-4, high: 1e-3 };
  const fine = { judgement: "fine", confidence: 0.9, next: null } as const;
  expect(tapeOf({ ...nothing, usual, lr: fine })).toMatchObject({ basis: "usual", usualEnds: true });
  expect(zone({ ...nothing, usual, lr: fine, now: 3e-3, inForce: 3e-3, peak: 3e-3 }, "healthy")).toEqual({
    name: "healthy",
    from: 1e-4,
    to: null,
  });
});

test("a warm-up under way is held against nothing that is usual", () => {
  const facts = { ...nothing, verdict: "reading", now: 1e-6, usual: { low: 1e-4, high: 1e-3 } } as const;
  expect(tapeOf({ ...facts, rises: true })).toBeNull();
});

test("where the schedule has come down, the peak is what is judged", () => {
  expect(tapeOf({ ...nothing, verdict: "plateau", lr: tooHigh, inForce: 1e-6 })?.at).toBe("peak");
});

const point = (rate: number, level: number | null, regret: number | null): SiblingEvidence["curve"][number] => ({
  id: `r${rate}`,
  name: `lr ${rate}`,
  rate,
  level,
  regret,
  verdict: "healthy",
});
const siblings: SiblingEvidence = {
  rank: 3,
  of: 5,
  regret: 0.3,
  level: 3,
  best: { id: "r0.001", name: "lr 0.001", rate: 1e-3, level: 2 },
  judgement: "too_high",
  confidence: 0.9,
  atStep: 1000,
  curve: [point(1e-5, 4, 0.6), point(1e-4, 2.1, 0.03), point(1e-3, 2, 0), point(1e-2, 3, 0.3), point(1e-1, null, null)],
};

test("siblings at other rates draw all four zones, and go before the run's own course", () => {
  const facts = { ...nothing, peak: 1e-2, now: 5e-3, siblings, lr: { ...tooHigh, next: 1e-3 } };
  expect(tapeOf(facts)).toEqual({
    zones: [
      { name: "too_slow", from: null, to: 3.16e-5 },
      { name: "healthy", from: 3.16e-5, to: 3.16e-3 },
      { name: "oscillating", from: 3.16e-3, to: 3.16e-2 },
      { name: "diverging", from: 3.16e-2, to: null },
    ],
    now: 1e-2,
    at: "peak",
    basis: "siblings",
    usualEnds: false,
  });
});

test("a rate between two that were well is well too, though it went badly itself", () => {
  const curve = [point(1e-4, 2.1, 0.02), point(3e-4, 2.6, 0.5), point(1e-3, 2, 0), point(1e-2, 3, 0.3)];
  const facts = { ...nothing, peak: 1e-4, siblings: { ...siblings, judgement: "fine" as const, curve } };
  expect(zone(facts, "healthy")).toMatchObject({ from: null, to: 3.16e-3 });
});

const rates = fc.double({ min: 1e-7, max: 10, noNaN: true });
const anyFacts: fc.Arbitrary<TapeFacts> = fc
  .record({
    verdict: fc.constantFrom(
      "healthy",
      "oscillating",
      "too_slow",
      "plateau",
      "spike",
      "overfitting",
      "diverging",
      "nan",
      "reading",
    ),
    judgement: fc.constantFrom("too_high", "too_low", "fine", "unknown"),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    now: fc.option(rates),
    above: fc.double({ min: 1, max: 20, noNaN: true }),
    low: fc.option(rates),
    rises: fc.boolean(),
    changes: fc.array(fc.record({ step: fc.integer({ min: 0, max: 100 }), from: rates, to: rates }), { maxLength: 3 }),
    before: fc.constantFrom("healthy", "oscillating", "diverging"),
    siblings: fc.option(
      fc.record({
        judgement: fc.constantFrom("too_high", "too_low", "fine"),
        best: rates,
        curve: fc.array(fc.record({ rate: rates, regret: fc.option(fc.double({ min: 0, max: 1, noNaN: true })) })),
      }),
    ),
  })
  .map(({ now, judgement, confidence, above, low, before, siblings: others, ...rest }): TapeFacts => {
    const factor = { too_high: 0.5, too_low: 3, fine: null, unknown: null }[judgement];
    return {
      ...rest,
      now,
      inForce: now ?? Number.NaN,
      peak: (now ?? 0) * above,
      lr: { judgement, confidence, next: now === null || factor === null ? null : now * factor },
      usual: low === null ? null : { low, high: 8 * low },
      timeline: [{ verdict: before, fromStep: 0, toStep: 50 }],
      siblings:
        others === null
          ? null
          : {
              ...siblings,
              judgement: others.judgement,
              best: { ...siblings.best, rate: others.best },
              curve: others.curve.map(({ rate, regret }) => point(rate, regret, regret)),
            },
    };
  });

test("whatever is known, the zones ascend without overlap and agree with what is said of the rate", () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const tape = tapeOf(facts);
      if (tape === null) return;
      const order = ["too_slow", "healthy", "oscillating", "diverging"];
      for (const [i, one] of tape.zones.entries()) {
        const after = tape.zones[i + 1];
        if (one.from !== null && one.to !== null) expect(one.from).toBeLessThanOrEqual(one.to);
        if (after) {
          expect(order.indexOf(one.name)).toBeLessThan(order.indexOf(after.name));
          expect(one.to).toBe(after.from);
          expect(one.to).not.toBeNull();
        }
      }
      const holds = (rate: number): string[] =>
        tape.zones
          .filter(({ from, to }) => (from === null || rate >= from * 0.99) && (to === null || rate <= to * 1.01))
          .map(({ name }) => name);
      if (facts.lr.next !== null) expect(holds(facts.lr.next)).toContain("healthy");
      if (facts.siblings !== null) return;
      if (facts.verdict === "oscillating" && facts.lr.judgement === "too_high") {
        expect(holds(tape.now)).toContain("oscillating");
      }
      if (facts.lr.judgement === "too_low" && facts.lr.confidence >= 0.5) expect(holds(tape.now)).toContain("too_slow");
    }),
    { numRuns: 2000 },
  );
});

function viewOf(observations: Observation[]) {
  const engine = DiagnosisEngine.fresh();
  engine.observe(observations);
  return engine.view();
}

test("a run that begins to swing has its rate in the oscillating zone and the advised one in the healthy", () => {
  const { verdict, lr } = viewOf(
    scenario({ "train/loss": "8/0.25x300~0.03 2.3x150~0.05^4.2/20", learning_rate: "5e-4x450" }),
  );
  expect(verdict.name).toBe("oscillating");
  expect(lr.tape).toMatchObject({ basis: "run", now: 5e-4 });
  expect(lr.tape?.zones.map(({ name }) => name)).toEqual(["healthy", "oscillating"]);
  expect(lr.next).toBeLessThan(lr.tape!.zones[0]!.to!);
});

test("without the rate in the log there is no tape", () => {
  const { verdict, lr } = viewOf(scenario({ "train/loss": "8/0.25x300~0.03 2.3x150~0.05^4.2/20" }));
  expect(verdict.name).toBe("oscillating");
  expect(lr.tape).toBeNull();
});
