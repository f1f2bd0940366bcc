import fc from "fast-check";
import { expect, test } from "vitest";
import { normalNoise } from "#lib/core/index.ts";
import { DiagnosisEngine } from "./engine.ts";
import type { Observation } from "./observation.ts";
import { expectSameHoweverSplit } from "./split-expectation.ts";

const METRICS = ["train/loss", "eval/loss", "learning_rate", "grad_norm", "epoch", "accuracy"];

/** Any number at all, the awkward ones often. */
const anyNumber = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -5, max: 5, noNaN: true }) },
  { weight: 1, arbitrary: fc.double() },
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 1e308, -1e308, 5e-324, 1e30),
);

const wildRun = fc.array(
  fc.record({
    step: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -20, max: 400 }) }, { weight: 1, arbitrary: anyNumber }),
    at: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 0, max: 1e12 })),
    attempt: fc.integer({ min: 0, max: 2 }),
    values: fc.array(fc.tuple(fc.constantFrom(...METRICS), anyNumber), { maxLength: 4 }),
  }),
  { maxLength: 200 },
) as fc.Arbitrary<Observation[]>;

/** Training-like runs, long enough to get a verdict, with swings, failures and restarts in them. */
const trainingRun = fc
  .record({
    seed: fc.nat(),
    length: fc.integer({ min: 60, max: 500 }),
    power: fc.double({ min: 0, max: 0.6, noNaN: true }),
    noise: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
    swing: fc.double({ min: 0, max: 6, noNaN: true }),
    swingFrom: fc.integer({ min: 0, max: 500 }),
    failAt: fc.integer({ min: 0, max: 900 }),
    restartAt: fc.integer({ min: 0, max: 900 }),
    rateKnown: fc.boolean(),
  })
  .map((shape): Observation[] => {
    const noise = normalNoise(shape.seed);
    return Array.from({ length: shape.length }, (_, i) => {
      const restarted = i >= shape.restartAt;
      const swing = i >= shape.swingFrom ? shape.swing * Math.sin(i / 3) : 0;
      const loss = i === shape.failAt ? Number.NaN : 8 * (i + 1) ** -shape.power + swing + shape.noise * noise();
      const values: [string, number][] = [
        ["train/loss", loss],
        ["grad_norm", Math.exp(noise() / 5)],
      ];
      if (shape.rateKnown) values.push(["learning_rate", 1e-3 * (1 - i / 1000)]);
      if (i % 50 === 49) values.push(["eval/loss", 5 + noise()]);
      return { step: restarted ? i - Math.min(i, 40) : i, at: 1000 * i, attempt: restarted ? 1 : 0, values };
    });
  });

const anyRun = fc.oneof(wildRun, trainingRun);

test("no numbers make the engine throw, and its view stays JSON", () => {
  fc.assert(
    fc.property(wildRun, (run) => {
      const engine = DiagnosisEngine.fresh();
      engine.observe(run);
      const view = engine.view();
      expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    }),
    { numRuns: 200 },
  );
});

test("however a run is split, and wherever it is saved and restored, findings, view and state are the same", () => {
  fc.assert(
    fc.property(
      anyRun,
      fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.boolean()), { maxLength: 30 }),
      expectSameHoweverSplit,
    ),
    { numRuns: 120 },
  );
});

test("what is said at a step does not depend on what comes after it", () => {
  fc.assert(
    fc.property(trainingRun, fc.double({ min: 0, max: 1, noNaN: true }), (run, share) => {
      const cut = Math.floor(run.length * share);
      const prefix = DiagnosisEngine.fresh().observe(run.slice(0, cut));
      const all = DiagnosisEngine.fresh().observe(run);
      expect(all.slice(0, prefix.length)).toEqual(prefix);
      for (const finding of all) expect(run.some(({ step }) => step === finding.saidAtStep)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("scale and offset of the loss change no verdict", () => {
  const verdicts = (run: Observation[]) => {
    const engine = DiagnosisEngine.fresh();
    const findings = engine.observe(run);
    return findings.map(({ rule, saidAtStep, alert }) => [rule, saidAtStep, alert]);
  };
  const scale = fc.constantFrom(0.001, 0.25, 1, 3, 1000);
  fc.assert(
    fc.property(trainingRun, scale, fc.integer({ min: -30, max: 30 }), (run, k, offset) => {
      const scaled = run.map((observation) => ({
        ...observation,
        values: [...observation.values].map(
          ([name, value]) => [name, name.endsWith("/loss") ? k * (value + offset) : value] as const,
        ),
      }));
      expect(verdicts(scaled)).toEqual(verdicts(run));
    }),
    { numRuns: 60 },
  );
});

test("state and view stay small after 200 000 points", () => {
  const engine = DiagnosisEngine.fresh();
  const noise = normalNoise(1);
  for (let from = 0; from < 200_000; from += 1000) {
    engine.observe(
      Array.from({ length: 1000 }, (_, k): Observation => {
        const i = from + k;
        const wild =
          i % 997 === 0 ? Number.NaN : 2 + 6 * (i + 1) ** -0.3 + 0.1 * noise() + (i % 40_000 < 9000 ? 3 * noise() : 0);
        const values: [string, number][] = [
          ["train/loss", wild],
          ["learning_rate", 1e-3 * Math.abs(Math.cos(i / 7000)) * (i % 5000 < 9 ? 7 : 1)],
          ["grad_norm", i % 501 === 0 ? Number.NaN : Math.exp(noise())],
          ["eval/loss", 2 + noise()],
        ];
        return { step: i % 70_000, at: i, attempt: Math.floor(i / 70_000), values };
      }),
    );
  }
  expect(engine.save().length).toBeLessThan(32_768);
  expect(JSON.stringify(engine.view()).length).toBeLessThan(30_000);
});
