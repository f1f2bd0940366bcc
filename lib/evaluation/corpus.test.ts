import { describe, expect, test } from "vitest";
import { METRIC } from "#lib/protocol/index.ts";
import { type CorpusCurve, corpusCurves } from "./corpus.ts";
import { noShared } from "./curves.ts";

const missing = noShared === null ? "" : ` (skipped: ${noShared})`;

describe.skipIf(noShared !== null)(`the corpus of real curves${missing}`, () => {
  const curves = noShared === null ? corpusCurves() : [];

  /** The records of a curve as [attempt, step, values]. */
  const recordsOf = (id: string) =>
    curves
      .find((curve) => curve.id === id)!
      .observations.map(({ attempt, step, values }) => [attempt, step, Object.fromEntries(values)] as const);

  // The manifest counts a line of validation progress among its losses.
  const miscounted = "th-fairseq-301";

  test("every curve has as many values as its manifest counts", () => {
    const counts = curves.map((curve) => ({
      id: curve.id,
      points: valuesOf(curve, METRIC.trainLoss).length,
      evalPoints: curve.evalPoints === null ? null : valuesOf(curve, METRIC.evalLoss).length,
    }));
    expect(counts).toHaveLength(117);
    const told = curves.map(({ id, points, evalPoints }) => ({ id, points, evalPoints }));
    expect(counts).toEqual(told.map((curve) => (curve.id === miscounted ? { ...curve, points: 10 } : curve)));
  });

  test("every number its label rests on is found in the curve: ends, extremes and their places, non-finite values", () => {
    const checked = curves.filter(({ id }) => id !== miscounted).flatMap(quotes);
    // Of 116 curves the non-finite values, of the 112 that are not all so the ends and extremes, of 55 the evaluations.
    expect(checked).toHaveLength(116 + 3 * 112 + 2 * 55);
    expect(checked.filter(({ holds }) => !holds)).toEqual([]);
  });

  test("steps are non-negative whole numbers that go back only where an attempt begins", () => {
    const wrong = curves.flatMap(({ id, observations }) =>
      observations
        .filter(({ attempt, step }, i) => {
          const last = observations[i - 1] ?? { attempt: 1, step: 0 };
          return !Number.isSafeInteger(step) || step < 0 || (step < last.step && attempt === last.attempt);
        })
        .map(({ step }) => [id, step]),
    );
    expect(wrong).toEqual([]);
  });

  test("what is no loss is marked", () => {
    const marked = curves.filter(({ kind }) => kind !== "loss").map(({ id, kind }) => [id, kind]);
    expect(marked).toEqual([
      ["ds-sft-ppl", "perplexity"],
      ["dp-cucl", "error"],
      ["th-opennmt-431", "perplexity"],
      ["th-dl4j-1411", "score"],
      ["th-imagenet-torch-70", "error"],
    ]);
  });

  test("evaluations stand where the log has them", () => {
    expect(recordsOf("th-nanogpt-215").slice(7, 11)).toEqual([
      [1, 2990, { "train/loss": 3.8853 }],
      [1, 3000, { "eval/loss": 4.0427 }],
      [1, 3000, { "train/loss": 4.249 }],
      [1, 3010, { "train/loss": Number.NaN }],
    ]);
    expect(recordsOf("hf-dnabert2").slice(1, 3)).toEqual([
      [1, 200, { "train/loss": 0.3215, learning_rate: 2.8026490066225165e-5, epoch: 0.43 }],
      [1, 200, { "eval/loss": 0.31392547488212585, epoch: 0.43 }],
    ]);
    expect(recordsOf("algo-ga0-criteo").slice(0, 3)).toEqual([
      [1, 0, { "train/loss": 0.56073946, learning_rate: 0, grad_norm: 6.1318216 }],
      [1, 1, { "eval/loss": 0.5540026790172319 }],
      [1, 1, { "train/loss": 0.56063086, learning_rate: 0.0018280745, grad_norm: 6.136097 }],
    ]);
  });

  test("a step that begins anew with each epoch goes on, one that begins anew in the file begins an attempt", () => {
    expect(recordsOf("th-fairseq-301")[0]).toEqual([
      1,
      9 * 8223 + 2000,
      { "train/loss": 1.27, learning_rate: 0.001, grad_norm: 2.1427, epoch: 10 },
    ]);
    expect(recordsOf("th-zsd-24").map(([, step]) => step)).toEqual([50, 100, 150, 200]);
    expect(recordsOf("th-dl4j-1411").map(([attempt, step]) => [attempt, step])).toEqual([
      ...[60, 80].map((step) => [1, step]),
      ...[0, 20, 40, 60, 80].map((step) => [2, step]),
      [3, 0],
    ]);
    expect(recordsOf("cyc-candy-g").slice(22, 24)).toEqual([
      [1, 2300, { "train/loss": 0.174, epoch: 3 }],
      [2, 100, { "train/loss": 0.147, epoch: 1 }],
    ]);
  });

  test("every spelling of the non-finite is read", () => {
    expect(recordsOf("th-paddleocr-11054")[0]![2]["train/loss"]).toBeNaN();
    expect(recordsOf("th-ipex-llm-1486")[2]).toEqual([
      1,
      45459,
      { "train/loss": Number.POSITIVE_INFINITY, learning_rate: 0.046281366472703075, epoch: 64 },
    ]);
    expect(recordsOf("th-gemma-pytorch-24")[2]).toEqual([
      1,
      3,
      { "train/loss": 153318.95, learning_rate: 0.0002, grad_norm: Number.NaN, epoch: 0.09 },
    ]);
  });
});

function valuesOf({ observations }: CorpusCurve, metric: string): number[] {
  return observations.flatMap(({ values }) => new Map(values).get(metric) ?? []);
}

type Check = { of: string; holds: boolean };

/** Every number the reason of a label quotes in the fixed wording of the corpus, and whether the curve has it. */
function quotes(curve: CorpusCurve): Check[] {
  const { reason } = curve;
  const loss = valuesOf(curve, METRIC.trainLoss);
  const nonfinite = loss.flatMap((value, i) => (Number.isFinite(value) ? [] : [i]));
  const checks = [
    ...series(/(?<!eval )loss (\S+) -> (\S+) over (\d+) points/.exec(reason), loss),
    ...extreme(/over \d+ points, min (\S+) at (\d+)%/.exec(reason), loss, Math.min),
    ...extreme(/, max (\S+) at (\d+)%/.exec(reason), loss, Math.max),
  ];
  const evals = valuesOf(curve, METRIC.evalLoss);
  checks.push(...series(/eval loss (\S+) -> (\S+), min .* of (\d+) evals/.exec(reason), evals));
  checks.push(...extreme(/eval loss \S+ -> \S+, min (\S+) at (\d+)%/.exec(reason), evals, Math.min));
  const some = /(\d+) non-finite values, first at index (\d+)/.exec(reason);
  const all = /all (\d+) logged loss values are non-finite/.exec(reason);
  const expected = some ? [Number(some[1]), Number(some[2])] : all ? [Number(all[1]), 0] : [0, undefined];
  checks.push({ of: "non-finite", holds: nonfinite.length === expected[0] && nonfinite[0] === expected[1] });
  return checks;
}

function series(quoted: RegExpExecArray | null, values: number[]): Check[] {
  if (quoted === null) return [];
  const finite = values.filter(Number.isFinite);
  const [of, first, last, count] = quoted;
  const holds = same(finite[0]!, first!) && same(finite.at(-1)!, last!) && values.length === Number(count);
  return [{ of, holds }];
}

function extreme(quoted: RegExpExecArray | null, values: number[], pick: typeof Math.min): Check[] {
  if (quoted === null) return [];
  const [of, value, percent] = quoted;
  const found = pick(...values.filter(Number.isFinite));
  const at = (100 * values.indexOf(found)) / Math.max(1, values.length - 1);
  return [{ of, holds: same(found, value!) && Math.abs(at - Number(percent)) <= 0.5 + 1e-9 }];
}

/** Equal to the four digits that were quoted. */
function same(value: number, quoted: string): boolean {
  const number = Number(quoted.replace(/[,;]$/, ""));
  return Math.abs(value - number) <= 5.01e-4 * Math.abs(number);
}
