import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { METRIC } from "#lib/protocol/index.ts";
import type { Observation } from "./observation.ts";

/**
 * Real curves for tests, from the `shared` folder beside the repository: sweeps with known cause, Trainer logs, public runs
 * that ended well. They are not part of the repository; tests that want them say so and are skipped without.
 */
const ROOT = new URL("../../../shared/", import.meta.url);

export const SHARED_MISSING = existsSync(new URL("sweeps/README.md", ROOT))
  ? null
  : "the data folder `shared` is not beside the repository";

function linesOf<T>(path: string): T[] {
  const bytes = readFileSync(new URL(path, ROOT));
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  // Python's JSON writes NaN and Infinity bare.
  const spelled = text.replace(/(?<=[[\s,:])(NaN|-?Infinity)(?=[\],}\s])/g, '"$1"');
  return spelled
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

const numbers = (values: (number | string)[]): number[] => values.map(Number);

export type Training = {
  id: string;
  cfg: { steps: number; log?: number };
  label: string[] | null;
  events?: { nanStep?: number; lrJumpStep?: number };
  schedule?: { kind: string; warmupSteps: number; peak: number; total: number };
};

export const trainings = (): Training[] => linesOf("trainings/manifest.jsonl");

/** A Trainer's console log, read crudely: the i-th dict with a loss belongs to step i × logging interval. */
export function trainingLog({ id, cfg }: Training): Observation[] {
  const text = gunzipSync(readFileSync(new URL(`trainings/logs/${id}.log.gz`, ROOT))).toString();
  const every = cfg.log ?? 1;
  // With a logging interval the first step comes on top.
  let record = every > 1 ? -1 : 0;
  let step = 0;
  return [...text.matchAll(/\{'(?:loss|eval_loss)': [^}]*\}/g)].map(([dict]) => {
    const values = new Map<string, number>();
    for (const [, key, value] of dict.matchAll(/'(\w+)': '?([-+.\w]+)'?/g)) {
      values.set(key!, Number(value!.replace("nan", "NaN").replace("inf", "Infinity")));
    }
    const evalLoss = values.get("eval_loss");
    if (evalLoss !== undefined) return { step, at: Number.NaN, attempt: 0, values: [[METRIC.evalLoss, evalLoss]] };
    record += 1;
    step = Math.max(1, record * every);
    values.set(METRIC.trainLoss, values.get("loss")!);
    return { step, at: Number.NaN, attempt: 0, values };
  });
}

export type SweepRun = {
  loss: number[];
  gn: number[];
  lr: number[];
  steps: number;
  /** Against the other rates of its group; null in the grey zones between. */
  truth: "HIGH" | "OK" | "LOW" | null;
};

/** The runs of a sweep with what is true of each, by DIAGNOSIS.md §7.1. */
export function sweep(name: "a" | "b"): SweepRun[] {
  type Raw = {
    loss: (number | string)[];
    gn: (number | string)[];
    lr: number[];
    cfg: { gid: number; lr: number; steps: number };
  };
  const groups = new Map<number, { run: SweepRun; rate: number; end: number }[]>();
  for (const { loss, gn, lr, cfg } of linesOf<Raw>(`sweeps/${name}.jsonl.gz`)) {
    const run: SweepRun = { loss: numbers(loss), gn: numbers(gn), lr, steps: cfg.steps, truth: null };
    const tail = run.loss.slice(-Math.max(20, Math.floor(cfg.steps / 20)));
    const mean = tail.reduce((sum, value) => sum + value, 0) / tail.length;
    const end = run.loss.length === cfg.steps && Number.isFinite(mean) ? mean : Number.POSITIVE_INFINITY;
    const group = groups.get(cfg.gid) ?? [];
    groups.set(cfg.gid, [...group, { run, rate: cfg.lr, end }]);
  }
  for (const group of groups.values()) {
    group.sort((a, b) => a.rate - b.rate);
    const start = group.map(({ run }) => run.loss[0]!).sort((a, b) => a - b)[group.length >> 1]!;
    const best = group.reduce((a, b) => (b.end < a.end ? b : a));
    for (const entry of group) {
      const regret = (entry.end - best.end) / (start - best.end);
      const above = entry.rate > best.rate;
      if (entry.end > 1.05 * start) entry.run.truth = "HIGH";
      else if (regret <= 0.05) entry.run.truth = "OK";
      else if (above && regret > 0.1) entry.run.truth = "HIGH";
      else if (!above && regret > 0.25) entry.run.truth = "LOW";
    }
  }
  return [...groups.values()].flatMap((group) => group.map(({ run }) => run));
}

export type PublicRun = { workload: string; step: number[]; loss: number[]; gn: number[] };

export function publicGoodRuns(): PublicRun[] {
  type Raw = { workload: string; step: number[]; loss: (number | string)[]; gn: (number | string)[] };
  return linesOf<Raw>("public-good/good.jsonl.gz").map((run) => ({
    ...run,
    loss: numbers(run.loss),
    gn: numbers(run.gn),
  }));
}
