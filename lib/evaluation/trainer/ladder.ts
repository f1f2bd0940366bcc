import type { Family } from "./family.ts";
import { endOf, type Label, label, startOf } from "./label.ts";
import { USUAL_RATE } from "./optimisers.ts";
import { Random } from "./random.ts";
import { Tape } from "./tape.ts";
import { type Problem, train } from "./training.ts";

/** A run as sweeps are stored: one JSON object a line, six digits, numbers that are not finite spelled out. */
export type StoredRun = {
  loss: (number | string)[];
  gn: (number | string)[];
  lr: number[];
  ev: [step: number, value: number | string][];
  cfg: {
    gid: string;
    task: string;
    family: string;
    opt: string;
    sched: string;
    lr: number;
    steps: number;
    batch: number;
    warmup: number;
    clip: number;
    wd: number;
    beta2: number;
    seed: string;
    logEvery: number;
  };
};

export type Group = {
  runs: StoredRun[];
  labels: Label[];
  /** Why the ladder says nothing about rates; null when it does. */
  unfit: string | null;
};

export type SetName = "dev" | "fresh";

const RUNG = 10 ** (1 / 3);
const MOST_RUNGS = 16;

/**
 * Trains one task of the family at rates a third of a decade apart, from too low to divergence (or far beyond the best where
 * nothing diverges). The same seed gives the same bits.
 */
export function trainGroup(family: Family, set: SetName, seed: number): Group {
  const id = `${family.name}-${set}-${seed}`;
  const random = new Random(id);
  const draft = family.draw(random, set === "fresh");
  const problem = draft.build(new Random(id, "data"));
  const initial = problem.parameters.map(({ data }) => data.slice());
  const { settings } = draft;
  const { typical, batches } = typicalStart(problem, id);
  const first = USUAL_RATE[settings.optimiser.name] * RUNG ** (random.float() - 0.5);

  const runAt = (rung: number): StoredRun => {
    problem.parameters.forEach(({ data }, i) => {
      data.set(initial[i]!);
    });
    const rate = digits(first * RUNG ** rung);
    const curve = train(problem, settings, rate, batches);
    const { name, weightDecay, beta2 } = settings.optimiser;
    return {
      loss: curve.loss.map(spelled),
      gn: curve.gradNorm.map(spelled),
      lr: curve.rate.map(digits),
      ev: curve.evals.map(([step, value]) => [step, spelled(value)]),
      cfg: {
        gid: id,
        task: `${family.name}-${draft.task}`,
        family: family.name,
        opt: name,
        sched: settings.schedule,
        lr: rate,
        steps: settings.steps,
        batch: draft.batch,
        warmup: settings.warmup,
        clip: settings.clip,
        wd: weightDecay,
        beta2,
        seed: id,
        logEvery: 1,
      },
    };
  };
  const runs = [runAt(0)];
  let [lowest, highest] = [0, 0];
  for (;;) {
    const want = nextRung(runs);
    if (want === null) break;
    if (want === "above") runs.push(runAt(++highest));
    else runs.unshift(runAt(--lowest));
  }
  return { runs, labels: labelsOf(runs), unfit: whyUnfit(runs, typical) };
}

export const labelsOf = (runs: readonly StoredRun[]): Label[] => label(runs.map(ended)).map((entry) => entry.label);

const ended = ({ loss, cfg }: StoredRun) => ({ lr: cfg.lr, steps: cfg.steps, loss: loss.map(Number) });

/** Up until two rates diverge or five are too high, then down until three are too low. */
function nextRung(runs: readonly StoredRun[]): "above" | "below" | null {
  if (runs.length >= MOST_RUNGS) return null;
  const labels = labelsOf(runs);
  const count = (...names: Label[]): number => labels.filter((name) => names.includes(name)).length;
  const onlyOne = runs.length === 1;
  if (onlyOne || (count("DIV") < 2 && count("DIV", "HIGH") < 5)) return "above";
  return count("LOW") < 3 ? "below" : null;
}

/**
 * A ladder is kept when its best rate learnt something: the loss fell by 2 % and by more than its own scatter over the end,
 * the first batch, which the labels are measured from, was not an odd one, the fine rates lie side by side, and no rate
 * below them seems to diverge for no more than the scatter of its batches.
 */
function whyUnfit(runs: readonly StoredRun[], typical: number): string | null {
  const group = runs.map(ended);
  const best = group.reduce((a, b) => (endOf(b) < endOf(a) ? b : a));
  const [start, end] = [startOf(group), endOf(best)];
  if (!(end < 0.98 * start)) return "nothing learnt";
  const tail = best.loss.slice(-Math.max(20, Math.floor(best.steps / 20)));
  const scatter = Math.sqrt(tail.reduce((sum, value) => sum + (value - end) ** 2, 0) / tail.length / tail.length);
  if (scatter > 0.4 * (start - end)) return "too noisy to tell rates apart";
  if (Math.abs(typical - start) > 0.3 * (start - end)) return "first batch not typical";
  const labels = labelsOf(runs);
  const [firstFine, lastFine] = [labels.indexOf("OK"), labels.lastIndexOf("OK")];
  if (labels.slice(firstFine, lastFine).some((name) => name !== "OK")) return "fine rates apart";
  if (labels.slice(0, firstFine).includes("DIV")) return "start too low to tell what diverged";
  return labels.some((name) => name === "HIGH" || name === "DIV") && labels.includes("LOW") ? null : "one-sided";
}

/**
 * Labels measure from the loss of the first batch, which may be an odd one where batches are small and differ: of many orders of
 * batches the one that begins nearest to the mean is taken.
 */
function typicalStart(problem: Problem, id: string): { typical: number; batches: string } {
  const tape = new Tape();
  const starts = Array.from({ length: 40 }, (_, i) => {
    tape.clear();
    const batches = `${id}-batches-${i}`;
    return { batches, loss: problem.batch(new Random(batches))(tape).data[0]! };
  });
  const typical = starts.reduce((sum, { loss }) => sum + loss, 0) / starts.length;
  const gap = ({ loss }: { loss: number }): number => Math.abs(loss - typical);
  return { typical, batches: starts.reduce((a, b) => (gap(b) < gap(a) ? b : a)).batches };
}

const digits = (value: number): number => Number(value.toPrecision(6));

const spelled = (value: number): number | string => (Number.isFinite(value) ? digits(value) : String(value));
