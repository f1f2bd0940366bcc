import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { METRIC } from "#lib/protocol/index.ts";
import { observationsOf, readText } from "./testing.ts";

/** Real console logs of the Hugging Face Trainer whose every step is known; kept outside the repository. */
const FOLDER = new URL("../../../shared/trainings/", import.meta.url);

type Run = {
  id: string;
  file: string;
  cfg: { steps: number; log?: number; eval?: number };
  points: number;
  evals: number;
  exit: number;
  events?: { nanStep?: number; lastStep?: number };
};

const manifest = new URL("manifest.jsonl", FOLDER);
const runs = existsSync(manifest)
  ? readFileSync(manifest, "utf8")
      .trim()
      .split("\n")
      .map((row): Run => JSON.parse(row))
  : [];
if (runs.length === 0) process.stderr.write("skipped: no real training logs beside the repository\n");

describe.skipIf(runs.length === 0)("every record of the real training logs is at its true step", () => {
  test.each(runs)("$id", (run) => {
    const text = gunzipSync(readFileSync(new URL(run.file, FOLDER))).toString();
    const { points, facts } = readText(text, "train.log");
    const interval = run.cfg.log ?? 1;
    const expectedSteps = Array.from({ length: run.points }, (_, i) => (interval > 1 ? i * interval || 1 : i + 1));

    const losses = observationsOf(points, METRIC.trainLoss);
    expect(losses.map(({ step }) => step)).toEqual(expectedSteps);
    const evals = observationsOf(points, METRIC.evalLoss);
    expect(evals.map(({ step }) => step)).toEqual(expectedEvals(run));

    const nan = losses.find(({ value }) => Number.isNaN(value)) ?? null;
    const nanGradient = observationsOf(points, METRIC.gradNorm).find(({ value }) => Number.isNaN(value)) ?? null;
    const nanStep = run.events?.nanStep;
    if (nanStep !== undefined) expect(nanGradient?.step).toBe(nanStep);
    if (run.id.startsWith("nan-raw")) expect(nan?.step).toBe(nanStep);
    if (nanStep === undefined && run.exit === 0 && !/-(?:1|3|0\.\d+)$/.test(run.id)) expect(nan).toBeNull();

    expect(facts.maxSteps).toBe(run.cfg.steps);
    expect(facts.stepSource).toBe("bar");
    expect(facts.format).toBe("hf-trainer");
    expect(facts.end?.kind).toBe(run.exit === 0 ? "finished" : "failed");
    if (run.exit !== 0) expect(facts.end?.text).toMatch(/^ValueError: expected sequence of length 48 at dim 1/);
    expect(facts.linesRead).toBe(text.trimEnd().split("\n").length);
  });
});

function expectedEvals(run: Run): number[] {
  const every = run.cfg.eval;
  if (every === undefined) return [];
  const steps = Array.from({ length: Math.floor(run.cfg.steps / every) }, (_, i) => (i + 1) * every);
  // The Trainer evaluates once more at the end where the interval does not meet it.
  return steps.length < run.evals ? [...steps, run.cfg.steps] : steps;
}
