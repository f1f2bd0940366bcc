import { readFileSync } from "node:fs";
import { AttemptCounter } from "#lib/core/index.ts";
import type { Observation } from "#lib/diagnosis/index.ts";
import { lineRecords } from "./corpus/lines.ts";
import type { LogRecord } from "./corpus/records.ts";
import { tableRecords } from "./corpus/tables.ts";
import { sharedFile } from "./curves.ts";

/** A real curve of the folder `shared/corpus`, labelled by hand; its README says how. */
export type CorpusCurve = {
  id: string;
  repo: string;
  /** The primary label first. */
  label: string[];
  confidence: "high" | "medium" | "low";
  /** The numbers and words the label rests on. */
  reason: string;
  /** What stands in for `train/loss`: not every log prints a loss. */
  kind: "loss" | "perplexity" | "error" | "score";
  /** Values of `train/loss`, and of `eval/loss` where the manifest tells, to check a reading against. */
  points: number;
  evalPoints: number | null;
  /** In the order of the file; a step that goes back begins a new attempt, as it does for a monitor. */
  observations: Observation[];
};

/** Every curve of the corpus, with the primary metric of each as `train/loss`. Needs the folder `shared` (`noShared`). */
export function corpusCurves(): CorpusCurve[] {
  return readFileSync(sharedFile("corpus/manifest.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Entry)
    .map((entry) => ({
      id: entry.id,
      repo: entry.repo,
      label: entry.label,
      confidence: entry.label_confidence,
      reason: entry.label_reason,
      kind: KINDS[entry.primary_metric] ?? "loss",
      points: entry.points,
      evalPoints: entry.eval_points ?? null,
      observations: [...observe(recordsOf(entry))],
    }));
}

type Entry = {
  id: string;
  repo: string;
  file: string;
  format: string;
  primary_metric: string;
  points: number;
  eval_points?: number;
  label: string[];
  label_confidence: CorpusCurve["confidence"];
  label_reason: string;
};

/** Primary metrics that are no loss by their name. */
const KINDS: Record<string, CorpusCurve["kind"]> = {
  ppl: "perplexity",
  rmse_trn: "error",
  Err: "error",
  score: "score",
};

function recordsOf({ id, file, format, primary_metric }: Entry): LogRecord[] {
  const text = readFileSync(sharedFile(`corpus/${file}`), "utf8");
  const records = tableRecords(format, text, primary_metric) ?? lineRecords(format, text, primary_metric);
  if (records === null) throw new Error(`${id}: no reader for the format ${format}`);
  return records;
}

function* observe(records: LogRecord[]): Generator<Observation> {
  const attempts = new AttemptCounter();
  for (const { step, values } of records) {
    const names = values.map(([name]) => name);
    yield { step, at: Number.NaN, attempt: attempts.next(names, step), values };
  }
}
