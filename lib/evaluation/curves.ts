import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Observation } from "#lib/diagnosis/index.ts";
import { METRIC } from "#lib/protocol/index.ts";

/** Real curves to measure the diagnosis on, from the `shared` folder beside the repository, in one shape. */
const SHARED = new URL("../../../shared/", import.meta.url);

export const sharedFile = (path: string): URL => new URL(path, SHARED);

/** Why what needs the folder is skipped; null where it is there. */
export const noShared = existsSync(sharedFile("sweeps/README.md"))
  ? null
  : "the folder `shared` with the real curves is not beside the repository";

/** What the rate was, judged by what other rates reached on the same task. `null` in the grey zones between. */
export type Truth = "HIGH" | "OK" | "LOW" | null;

export type Curve = {
  id: string;
  /** Kind of task: whole families are left out when a fit is validated. */
  family: string;
  /** Runs that differ in the learning rate alone; null where a run stands alone. */
  group: string | null;
  truth: Truth;
  /** (end − best end of the group) / (start − best end). */
  regret: number | null;
  peakRate: number;
  /** The plan, as a log would tell it; null when it does not. */
  maxSteps: number | null;
  step: ArrayLike<number>;
  loss: ArrayLike<number>;
  rate: ArrayLike<number> | null;
  gradNorm: ArrayLike<number> | null;
  /** Evaluations as [index of the loss before it, value]. */
  evals: (readonly [number, number])[];
};

/** How a curve is shown to the engine: as it is, or as a poorer log would tell it. */
export type Variant = { every?: number; mean?: boolean; rate?: boolean; norm?: boolean; plan?: boolean };

/** The records of a curve, in the order of its log. */
export function* observationsOf(curve: Curve, variant: Variant = {}): Generator<Observation> {
  const { every = 1, mean = false, rate = true, norm = true } = variant;
  let nextEval = 0;
  let sum = 0;
  let summed = 0;
  for (let i = 0; i < curve.loss.length; i++) {
    sum += curve.loss[i]!;
    summed++;
    if (i % every === every - 1) {
      const values: [string, number][] = [[METRIC.trainLoss, mean ? sum / summed : curve.loss[i]!]];
      if (rate && curve.rate !== null && i < curve.rate.length) values.push([METRIC.learningRate, curve.rate[i]!]);
      if (norm && curve.gradNorm !== null && i < curve.gradNorm.length) {
        values.push([METRIC.gradNorm, curve.gradNorm[i]!]);
      }
      yield { step: curve.step[i]!, at: Number.NaN, attempt: 0, values };
      sum = 0;
      summed = 0;
    }
    for (; nextEval < curve.evals.length && curve.evals[nextEval]![0] <= i; nextEval++) {
      const values: [string, number][] = [[METRIC.evalLoss, curve.evals[nextEval]![1]]];
      yield { step: curve.step[i]!, at: Number.NaN, attempt: 0, values };
    }
  }
}

type RawSweepRun = {
  loss: (number | string)[];
  gn: (number | string)[];
  lr: number[];
  ev?: [number, number | string][];
  cfg: { gid: number | string; task: string; family?: string; opt: string; lr: number; steps: number };
};

/** The runs of a sweep file, each with what is true of it by DIAGNOSIS.md §7.1. */
export function sweepCurves(path: string | URL, name: string): Curve[] {
  const curves = jsonLines<RawSweepRun>(path).map(({ loss, gn, lr, ev, cfg }, i): Curve & { complete: boolean } => ({
    id: `${name}-${i}`,
    family: cfg.family ?? cfg.task.replace(/_noisy$/, ""),
    group: `${name}-${cfg.gid}`,
    truth: null,
    regret: null,
    peakRate: cfg.lr,
    maxSteps: cfg.steps,
    step: loss.map((_, k) => k + 1),
    loss: Float64Array.from(loss, Number),
    rate: lr,
    gradNorm: Float64Array.from(gn, Number),
    evals: (ev ?? []).map(([at, value]) => [at, Number(value)] as const),
    complete: loss.length === cfg.steps,
  }));
  for (const group of Map.groupBy(curves, (curve) => curve.group).values()) labelGroup(group);
  return curves;
}

function labelGroup(group: (Curve & { complete: boolean })[]): void {
  const ranked = group.map((curve) => ({ curve, end: curve.complete ? endOf(curve) : Number.POSITIVE_INFINITY }));
  ranked.sort((a, b) => a.curve.peakRate - b.curve.peakRate);
  const start = ranked.map(({ curve }) => curve.loss[0]!).sort((a, b) => a - b)[ranked.length >> 1]!;
  const best = ranked.reduce((a, b) => (b.end < a.end ? b : a));
  for (const { curve, end } of ranked) {
    const regret = (end - best.end) / (start - best.end);
    const above = curve.peakRate > best.curve.peakRate;
    curve.regret = regret;
    if (end > 1.05 * start) curve.truth = "HIGH";
    else if (regret <= 0.05) curve.truth = "OK";
    else if (above && regret > 0.1) curve.truth = "HIGH";
    else if (!above && regret > 0.25) curve.truth = "LOW";
  }
}

function endOf({ loss }: Curve): number {
  let sum = 0;
  const count = Math.max(20, Math.floor(loss.length / 20));
  for (let i = loss.length - count; i < loss.length; i++) sum += loss[i]!;
  return Number.isFinite(sum) ? sum / count : Number.POSITIVE_INFINITY;
}

export const sweep = (name: "a" | "b"): Curve[] => sweepCurves(sharedFile(`sweeps/${name}.jsonl.gz`), name);

export type Training = {
  id: string;
  file: string;
  group: string | null;
  cause: string | null;
  regret: number | null;
  label: string[] | null;
  cfg: { steps: number; log?: number; lr: number; optim?: string };
  events?: { nanStep?: number; spikeStep?: number; width?: number; lrJumpStep?: number; factor?: number };
  schedule?: { kind: string; warmupSteps: number; peak: number; total: number };
};

export const trainings = (): Training[] => jsonLines<Training>(sharedFile("trainings/manifest.jsonl"));

/** Trainer logs whose cause is known: ladders of rates, and runs made to be healthy. */
export function trainingCurves(): Curve[] {
  return trainings()
    .filter(({ group, label }) => group !== null || label?.join() === "healthy")
    .map((training) => {
      const cause = training.cause === "DIV" ? "HIGH" : training.cause;
      const truth = training.group === null ? "OK" : cause;
      return {
        ...trainingCurve(training),
        family: training.group === null ? "trainer-good" : `trainer-${training.group}`,
        group: training.group,
        truth: truth === "HIGH" || truth === "OK" || truth === "LOW" ? truth : null,
        regret: training.regret,
      };
    });
}

/** A Trainer's console log read by its dicts: the i-th one with a loss belongs to step i × logging interval. */
export function trainingCurve({ id, file, cfg }: Training): Curve {
  const text = gunzipSync(readFileSync(sharedFile(`trainings/${file}`))).toString();
  const every = cfg.log ?? 1;
  const [step, loss, rate, norm] = [[], [], [], []] as [number[], number[], number[], number[]];
  const evals: (readonly [number, number])[] = [];
  for (const [dict] of text.matchAll(/\{'(?:loss|eval_loss)': [^}]*\}/g)) {
    const values = new Map([...dict.matchAll(/'(\w+)': '?([-+.\w]+)'?/g)].map(([, k, v]) => [k!, spelled(v!)]));
    const evalLoss = values.get("eval_loss");
    if (evalLoss !== undefined) {
      evals.push([loss.length - 1, evalLoss]);
      continue;
    }
    // With a logging interval the first step comes on top.
    step.push(Math.max(1, (every > 1 ? loss.length : loss.length + 1) * every));
    loss.push(values.get("loss")!);
    rate.push(values.get("learning_rate") ?? Number.NaN);
    norm.push(values.get("grad_norm") ?? Number.NaN);
  }
  const alone = { family: "trainer", group: null, truth: null, regret: null } as const;
  return { id, ...alone, peakRate: cfg.lr, maxSteps: cfg.steps, step, loss, rate, gradNorm: norm, evals };
}

type RawPublicRun = {
  workload: string;
  source: string;
  step: number[];
  loss: (number | string)[];
  gn: (number | string)[];
};

/** Full-size public runs that ended well: whatever is pushed on one of them is wrong. Their logs tell no rate. */
export function publicCurves(): Curve[] {
  return jsonLines<RawPublicRun>(sharedFile("public-good/good.jsonl.gz")).map((run) => ({
    id: run.source,
    family: `public-${run.workload.split("_")[0]}`,
    group: null,
    truth: "OK",
    regret: null,
    peakRate: Number.NaN,
    maxSteps: null,
    step: run.step,
    loss: Float64Array.from(run.loss, Number),
    rate: null,
    gradNorm: Float64Array.from(run.gn, Number),
    evals: [],
  }));
}

function spelled(value: string): number {
  return Number(value.replace("nan", "NaN").replace("inf", "Infinity"));
}

function jsonLines<T>(path: string | URL): T[] {
  const bytes = readFileSync(path);
  const text = (String(path).endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  // Python's JSON writes NaN and Infinity bare.
  const spelledOut = text.replace(/(?<=[[\s,:])(NaN|-?Infinity)(?=[\],}\s])/g, '"$1"');
  return spelledOut
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}
