import fc from "fast-check";
import { expect, test } from "vitest";
import { normalNoise } from "#lib/core/index.ts";
import { diagnoseKnownCause, knownCauses } from "../evaluation/generated/known-causes.ts";
import { DiagnosisEngine } from "./engine.ts";
import type { Observation } from "./observation.ts";
import { expectSameHoweverSplit } from "./split-expectation.ts";

/** A run in which every trouble of the event rules may begin, flicker and end. */
const troubledRun = fc
  .record({
    seed: fc.nat(),
    length: fc.integer({ min: 80, max: 400 }),
    troubles: fc.array(
      fc.record({
        kind: fc.constantFrom(
          "nan",
          "inf",
          "zero",
          "constant",
          "absent",
          "norm-nan",
          "norm-zero",
          "scale",
          "jump",
          "slow",
        ),
        from: fc.integer({ min: 20, max: 380 }),
        length: fc.integer({ min: 1, max: 90 }),
        /** Every so manyth record is as it should be. */
        flicker: fc.integer({ min: 2, max: 40 }),
      }),
      { maxLength: 4 },
    ),
    restartAt: fc.integer({ min: 60, max: 900 }),
  })
  .map(({ seed, length, troubles, restartAt }): Observation[] => {
    const noise = normalNoise(seed);
    let at = 1.7e12;
    return Array.from({ length }, (_, i) => {
      const has = (kind: string): boolean =>
        troubles.some((t) => t.kind === kind && i >= t.from && i < t.from + t.length && i % t.flicker !== 0);
      at += has("slow") ? 9000 : 4000;
      const usual = 2 + 6 * (i + 1) ** -0.4 + 0.05 * noise() + (has("jump") ? 5 : 0);
      const loss = has("nan") ? Number.NaN : has("inf") ? Infinity : has("zero") ? 0 : has("constant") ? 2.5 : usual;
      const norm = has("norm-nan") ? Number.NaN : has("norm-zero") ? 0 : Math.exp(noise() / 5);
      const values: [string, number][] = [
        ["learning_rate", 1e-3],
        ["loss_scale", has("scale") ? 2 ** (16 - (i % 17)) : 65536],
        ["epoch", (i + 1) / 60],
      ];
      if (!has("absent")) values.push(["train/loss", loss]);
      if (i % 97 !== 0) values.push(["grad_norm", norm]);
      const restarted = i >= restartAt;
      return { step: restarted ? i - Math.min(i, 30) : i, at, attempt: restarted ? 1 : 0, values };
    });
  });

test("what the event rules say does not depend on how a run is split, nor on saving and restoring in between", () => {
  fc.assert(
    fc.property(
      troubledRun,
      fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.boolean()), { maxLength: 12 }),
      expectSameHoweverSplit,
    ),
    { numRuns: 60 },
  );
});

test("however values flicker, an episode is one finding: none comes back within 16 records, whatever the id", () => {
  const once = [
    "nan.loss",
    "inf.loss",
    "nan.grad_only",
    "nan.grad_unscaled",
    "fp16.",
    "zero.",
    "const.",
    "missing.",
    "nan.late",
  ];
  fc.assert(
    fc.property(troubledRun, (run) => {
      const engine = DiagnosisEngine.fresh();
      const restart = run.findIndex(({ attempt }) => attempt > 0);
      const last = new Map<string, number>();
      run.forEach((observation, record) => {
        if (record === restart) last.clear();
        for (const { rule } of engine.observe([observation])) {
          if (!once.some((id) => rule.startsWith(id))) continue;
          expect(record - (last.get(rule) ?? -100), `${rule} at ${record}`).toBeGreaterThanOrEqual(16);
          last.set(rule, record);
        }
      });
    }),
    { numRuns: 80 },
  );
});

test("no finding comes per step: a troubled run of 400 records says no more than a page holds", () => {
  fc.assert(
    fc.property(troubledRun, (run) => {
      const findings = DiagnosisEngine.fresh().observe(run);
      expect(findings.length).toBeLessThanOrEqual(30);
      for (const { text, evidence } of findings) {
        expect(text.en).not.toMatch(/undefined|\bnull\b(?! for)|Infinity/);
        expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
      }
    }),
    { numRuns: 60 },
  );
});

test("a hang is told at the same tick however the state was saved and restored on the way", () => {
  const [cause] = knownCauses(1).filter(({ kind }) => kind === "hang");
  const expected = diagnoseKnownCause(cause!);
  let engine = DiagnosisEngine.fresh();
  engine.observe(cause!.observations.slice(0, 30));
  const findings = [];
  let read = 30;
  for (const { now, gpus } of cause!.ticks) {
    const next = cause!.observations.filter(({ at }, i) => i >= read && at <= now);
    read += next.length;
    findings.push(...engine.observe(next), ...engine.tick(now, gpus));
    engine = DiagnosisEngine.restore(engine.save());
  }
  expect(findings.filter(({ rule }) => rule === "run.hang")).toEqual(
    expected.filter(({ rule }) => rule === "run.hang"),
  );
});
