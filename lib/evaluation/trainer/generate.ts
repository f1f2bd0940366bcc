import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { families } from "./families/index.ts";
import type { Family } from "./family.ts";
import type { Label } from "./label.ts";
import { type SetName, type StoredRun, trainGroup } from "./ladder.ts";

/**
 * Writes `dev.jsonl.gz`, for fitting, and `fresh.jsonl.gz`, for testing: other seeds, other widths and settings, and families
 * that dev does not have. One run a line, as in shared/sweeps. The same options give the same files.
 */
const USAGE = "generate --out DIR [--set dev|fresh] [--groups PER_FAMILY] [--only FAMILY] [--seed S]";

const FIRST_SEED: Record<SetName, number> = { dev: 1, fresh: 2 };
/** Of an ordinary family. */
const GROUPS: Record<SetName, number> = { dev: 5, fresh: 1 };

type Tally = {
  family: Family;
  wanted: number;
  groups: number;
  dropped: string[];
  runs: number;
  steps: number;
  seconds: number;
  labels: Map<Label, number>;
};

function main(): void {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      set: { type: "string" },
      groups: { type: "string" },
      only: { type: "string" },
      seed: { type: "string" },
    },
  });
  const { out, only } = values;
  if (out === undefined) throw new Error(`no --out given: ${USAGE}`);
  const sets = (["dev", "fresh"] as const).filter((set) => values.set === undefined || values.set === set);
  const jobs = sets.map((set) => {
    const groups = Number(values.groups ?? GROUPS[set]);
    const tallies = families
      .filter(({ name, unseen }) => (only ?? name) === name && (set === "fresh" || unseen === undefined))
      .map((family) => emptyTally(family, Math.max(1, Math.round(groups * family.share))));
    return { set, seed: Number(values.seed ?? FIRST_SEED[set]), tallies, runs: [] as StoredRun[] };
  });
  if (jobs.every(({ tallies }) => tallies.length === 0)) {
    throw new Error(`no family ${only}; there are ${families.map(({ name }) => name).join(", ")}`);
  }
  // Family by family once around, then again: a file is of use from the first round on.
  for (let round = 0, trained = true; trained; round++) {
    trained = false;
    for (const { set, seed, tallies, runs } of jobs) {
      const due = tallies.filter(({ groups, wanted }) => groups < wanted && round < 3 * wanted);
      for (const tally of due) runs.push(...addGroup(tally, set, seed * 1000 + round));
      if (due.length > 0) write(join(out, `${set}.jsonl.gz`), runs);
      trained ||= due.length > 0;
    }
  }
  for (const { set, tallies } of jobs) for (const tally of tallies) process.stderr.write(`${lineOf(set, tally)}\n`);
}

function emptyTally(family: Family, wanted: number): Tally {
  return { family, wanted, groups: 0, dropped: [], runs: 0, steps: 0, seconds: 0, labels: new Map() };
}

/** Trains one more group of the family; nothing when its ladder says nothing about rates. */
function addGroup(tally: Tally, set: SetName, seed: number): StoredRun[] {
  const started = performance.now();
  const { runs, labels, unfit } = trainGroup(tally.family, set, seed);
  const seconds = (performance.now() - started) / 1000;
  const { task, opt, sched, steps } = runs[0]!.cfg;
  const outcome = unfit === null ? labels.join(" ") : `dropped, ${unfit}`;
  process.stderr.write(`${set} ${seed} ${task} ${opt} ${sched} ${steps} steps, ${seconds.toFixed(1)} s: ${outcome}\n`);
  tally.seconds += seconds;
  if (unfit !== null) {
    tally.dropped.push(unfit);
    return [];
  }
  tally.groups++;
  tally.runs += runs.length;
  for (const run of runs) tally.steps += run.loss.length;
  for (const name of labels) tally.labels.set(name, (tally.labels.get(name) ?? 0) + 1);
  return runs;
}

function lineOf(set: SetName, { family, groups, dropped, runs, steps, seconds, labels }: Tally): string {
  const classes = (["LOW", "LOW?", "OK", "HIGH?", "HIGH", "DIV"] as const).map(
    (name) => `${name} ${labels.get(name) ?? 0}`,
  );
  const left = dropped.length === 0 ? "" : `; dropped ${dropped.join(", ")}`;
  return `${set} ${family.name.padEnd(22)} ${groups} groups, ${runs} runs: ${classes.join(", ")}; ${steps} steps, ${seconds.toFixed(0)} s${left}`;
}

/** Whole or not at all: readers may be waiting for the file. */
function write(path: string, runs: readonly StoredRun[]): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(`${path}.part`, gzipSync(runs.map((run) => `${JSON.stringify(run)}\n`).join("")));
  renameSync(`${path}.part`, path);
}

if (import.meta.main) main();
