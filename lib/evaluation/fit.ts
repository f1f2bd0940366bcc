import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { FEATURE_NAMES, type FeatureName, type Forest, logOdds, probability } from "#lib/diagnosis/index.ts";
import { boost, type Options, type Table } from "./boosting.ts";
import { type Curve, noShared, publicCurves, sharedFile, sweep, sweepCurves, trainingCurves } from "./curves.ts";
import { type Row, rowsOf, WIDTH } from "./rows.ts";
import { macroF1, rounded as threeDigits } from "./scores.ts";

/**
 * Fits what tells whether the learning rate is the cause (DIAGNOSIS.md A.7): two forests, one for too high and one for too
 * low, on sweeps, Trainer runs and generated tasks, with full-size public runs that ended well as negatives. Says how the
 * fit holds on families that were left out whole and on tasks it never saw, and writes lib/diagnosis/cause/model.json.
 *
 *     node lib/evaluation/trainer/generate.ts --out DIR
 *     for f in gpt-char llama-char gpt-lora gpt-finetune; do
 *       node lib/evaluation/trainer/generate.ts --out DIR/$f --set dev --only $f --groups 24 --seed 3; done
 *     npm run fit -- --fresh DIR/fresh.jsonl.gz DIR/dev.jsonl.gz DIR/*\/dev.jsonl.gz
 */
const MODEL = new URL("../diagnosis/cause/model.json", import.meta.url);
const SHARES = [0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1];
const CHECKED = [0.3, 0.5, 0.75, 1];
const PUSH = 0.9;
/** Families are left out whole, several at a time. */
const FOLDS = 8;

/** A sign of trouble may only raise the odds that it is a sign of: what holds in no task can't be learnt from a few. */
const DIRECTION: Record<"high" | "low", Partial<Record<FeatureName, 1 | -1>>> = {
  high: { give_back: 1, coarse_give_back: 1, gap: 1, overshoot: 1, noise: 1, not_finite: 1 },
  low: { give_back: -1, coarse_give_back: -1, gap: -1, straightness: 1, not_finite: -1 },
};

export type Model = { high: Forest; low: Forest };

export function fitModel(rows: readonly Row[]): Model {
  const forest = (side: "high" | "low"): Forest => {
    const options: Options = {
      rounds: 150,
      rate: 0.1,
      leafShare: 0.002,
      ridge: 1,
      direction: FEATURE_NAMES.map((name) => DIRECTION[side][name] ?? 0),
    };
    return rounded(boost(tableOf(rows, side), options));
  };
  return { high: forest("high"), low: forest("low") };
}

/** What a model says of a row. */
export function judged({ high, low }: Model, { features }: Row): { said: "HIGH" | "OK" | "LOW"; sure: number } {
  const [h, l] = [probability(logOdds(high, features)), probability(logOdds(low, features))];
  const said = h >= 0.5 && h >= l ? "HIGH" : l >= 0.5 ? "LOW" : "OK";
  return { said, sure: said === "LOW" ? l : said === "HIGH" ? h : 1 - Math.max(h, l) };
}

function tableOf(rows: readonly Row[], side: "high" | "low"): Table {
  const yes = Uint8Array.from(rows, ({ curve }) => (curve.truth === side.toUpperCase() ? 1 : 0));
  const features = new Float64Array(rows.length * WIDTH);
  rows.forEach((row, i) => {
    features.set(row.features, i * WIDTH);
  });
  // A family counts by the square root of its size, so that many runs of one kind do not drown the other kinds; yes and no
  // count the same.
  const size = new Map<string, number>();
  for (const { curve } of rows) size.set(curve.family, (size.get(curve.family) ?? 0) + 1);
  const weight = Float64Array.from(rows, ({ curve }) => size.get(curve.family)! ** -0.5);
  for (const kind of [0, 1]) {
    const total = weight.reduce((sum, w, i) => sum + (yes[i] === kind ? w : 0), 0);
    for (let i = 0; i < rows.length; i++) if (yes[i] === kind) weight[i]! *= rows.length / 2 / total;
  }
  return { features, width: WIDTH, yes, weight };
}

/** Four digits: what the model file says is what is measured. */
function rounded({ bias, trees }: Forest): Forest {
  const short = (value: number): number => Number(value.toPrecision(4));
  return {
    bias: short(bias),
    trees: trees.map((tree) => ({
      ...tree,
      threshold: tree.threshold.map((t) => (Number.isFinite(t) ? short(t) : 1e9)),
      value: tree.value.map(short),
    })),
  };
}

export type Held = {
  family: string;
  variant: string;
  f1: (number | null)[];
  good: number;
  pushed: number;
  recall: number | null;
};

/** How a model does on rows, by the way they were told: macro-F1 at each checked share, false pushes and recall at the end. */
export function holds(model: Model, rows: readonly Row[], family: string): Held[] {
  return [...Map.groupBy(rows, ({ variant }) => variant)].map(([variant, told]) => {
    const f1 = CHECKED.map((share) => {
      const at = told.filter((row) => row.share === share);
      const classes = new Set(at.map(({ curve }) => curve.truth));
      return classes.size < 2
        ? null
        : macroF1(at.map((row) => ({ truth: row.curve.truth!, said: judged(model, row).said })));
    });
    const end = told
      .filter(({ share }) => share === 1)
      .map((row) => ({ truth: row.curve.truth, ...judged(model, row) }));
    const good = end.filter(({ truth }) => truth === "OK");
    const bad = end.filter(({ truth }) => truth !== "OK");
    const caught = bad.filter(({ truth, said, sure }) => said === truth && sure >= PUSH).length;
    return {
      family,
      variant,
      f1,
      good: good.length,
      pushed: good.filter(({ said, sure }) => said !== "OK" && sure >= PUSH).length,
      recall: bad.length === 0 ? null : threeDigits(caught / bad.length),
    };
  });
}

/** Families that share a maker are left out together: Trainer ladders differ in little. */
const kindOf = (family: string): string => (family.startsWith("trainer") ? "trainer" : family);

function main(): void {
  const { values, positionals: dev } = parseArgs({
    allowPositionals: true,
    options: { fresh: { type: "string" }, "skip-folds": { type: "boolean" } },
  });
  if (noShared !== null || dev.length === 0) {
    console.error("fit needs ../shared and generated runs: node lib/evaluation/trainer/generate.ts --out DIR");
    process.exit(2);
  }
  const labelled = (curves: Curve[]): Row[] =>
    curves.filter(({ truth }) => truth !== null).flatMap((curve) => [...rowsOf(curve, SHARES)]);
  const rows = labelled([
    ...sweep("a"),
    ...sweep("b"),
    ...trainingCurves(),
    ...publicCurves(),
    ...dev.flatMap((path, i) => sweepCurves(path, `dev${i}`)),
  ]);
  console.error(`${rows.length} rows`);
  const leftOut = values["skip-folds"] ? [] : holdsOnFolds(rows);
  const model = fitModel(rows);
  const unseen = values.fresh === undefined ? [] : holdsOnUnseen(model, labelled(sweepCurves(values.fresh, "fresh")));
  const files = [...FITTED_ON.map(sharedFile), ...dev];
  const data = Object.fromEntries(files.map((path) => [String(path).split("/").slice(-2).join("/"), hashOf(path)]));
  const facts = { features: FEATURE_NAMES, data, rows: rows.length, leftOut, unseen };
  writeFileSync(MODEL, `${JSON.stringify({ ...facts, ...model })}\n`);
}

/** How the fit does on whole families that it was not fitted on. */
function holdsOnFolds(rows: readonly Row[]): Held[] {
  const kinds = [...new Set(rows.map(({ curve }) => kindOf(curve.family)))];
  return Array.from({ length: FOLDS }, (_, fold) => {
    const out = new Set(kinds.filter((_, i) => i % FOLDS === fold));
    const model = fitModel(rows.filter(({ curve }) => !out.has(kindOf(curve.family))));
    return [...out].flatMap((kind) => {
      const left = rows.filter(({ curve }) => kindOf(curve.family) === kind);
      return shown(holds(model, left, kind));
    });
  }).flat();
}

/** How the model does on tasks that it has never seen: all together, then by family. */
function holdsOnUnseen(model: Model, rows: readonly Row[]): Held[] {
  const full = rows.filter(({ variant }) => variant === "full");
  const byFamily = [...Map.groupBy(full, ({ curve }) => curve.family)];
  return [
    ...shown(holds(model, rows, "all")),
    ...byFamily.flatMap(([family, some]) => shown(holds(model, some, family))),
  ];
}

function shown(held: Held[]): Held[] {
  for (const { family, variant, f1, good, pushed, recall } of held) {
    const scores = f1.map((value) => (value === null ? "  – " : value.toFixed(2))).join(" ");
    const caught = recall === null ? "" : `, recall ${recall.toFixed(2)}`;
    console.log(`${family.padEnd(24)} ${variant.padEnd(15)} ${scores}  good runs pushed ${pushed} of ${good}${caught}`);
  }
  return held;
}

const FITTED_ON = ["sweeps/a.jsonl.gz", "sweeps/b.jsonl.gz", "trainings/manifest.jsonl", "public-good/good.jsonl.gz"];

const hashOf = (path: string | URL): string =>
  createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);

if (import.meta.main) main();
