import { type OptimiserSettings, optimiser } from "./optimisers.ts";
import { Random } from "./random.ts";
import { rateShare, type Schedule } from "./schedule.ts";
import { Tape, type Tensor } from "./tape.ts";

/** The loss of one batch under the present weights. */
export type Batch = (tape: Tape) => Tensor;

export type Problem = {
  parameters: readonly Tensor[];
  /** The next batch to train on. */
  batch(random: Random): Batch;
  /** Held out, the same at every evaluation. */
  heldOut: Batch;
};

export type Settings = {
  optimiser: OptimiserSettings;
  schedule: Schedule;
  steps: number;
  /** Share of the steps. */
  warmup: number;
  /** Greatest gradient norm that reaches the optimiser; 0 for no limit. */
  clip: number;
};

export type Curve = {
  loss: number[];
  /** Before clipping, as trainers log it. */
  gradNorm: number[];
  rate: number[];
  /** After that many steps, every thirtieth of the run. */
  evals: [step: number, loss: number][];
};

/** Trains the problem's weights where they stand, with the batches of the seed; ends early when a number is not finite. */
export function train(problem: Problem, settings: Settings, peak: number, seed: string): Curve {
  const { schedule, steps, warmup, clip } = settings;
  const random = new Random(seed);
  const [tape, evalTape] = [new Tape(), new Tape()];
  const advance = optimiser(settings.optimiser, problem.parameters);
  const evalEvery = Math.max(1, Math.floor(steps / 30));
  const record: Curve = { loss: [], gradNorm: [], rate: [], evals: [] };
  for (let step = 0; step < steps; step++) {
    tape.clear();
    const loss = problem.batch(random)(tape);
    const rate = peak * rateShare(schedule, step, steps, warmup);
    // Single precision, as trainings have it: what overflows there is infinite here.
    record.loss.push(Math.fround(loss.data[0]!));
    record.rate.push(rate);
    for (const { grad } of problem.parameters) grad!.fill(0);
    if (Number.isFinite(record.loss.at(-1))) tape.backward(loss);
    const norm = Number.isFinite(record.loss.at(-1)) ? gradientNorm(problem.parameters) : Number.NaN;
    record.gradNorm.push(norm);
    if (!Number.isFinite(norm)) break;
    if (clip > 0 && norm > clip) scaleGradients(problem.parameters, clip / norm);
    advance(rate);
    if ((step + 1) % evalEvery === 0) {
      evalTape.clear();
      record.evals.push([step + 1, Math.fround(problem.heldOut(evalTape).data[0]!)]);
    }
  }
  return record;
}

function gradientNorm(parameters: readonly Tensor[]): number {
  let squares = 0;
  for (const { grad } of parameters) for (let i = 0; i < grad!.length; i++) squares += grad![i]! * grad![i]!;
  return Math.sqrt(Math.fround(squares));
}

function scaleGradients(parameters: readonly Tensor[], factor: number): void {
  for (const { grad } of parameters) for (let i = 0; i < grad!.length; i++) grad![i]! *= factor;
}
