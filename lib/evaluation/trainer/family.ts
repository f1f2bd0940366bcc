import { OPTIMISERS, type OptimiserName } from "./optimisers.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import type { Problem, Settings } from "./training.ts";

/** One task ready to be trained at many rates. */
export type Draft = {
  /** Which task of its family. */
  task: string;
  batch: number;
  settings: Settings;
  build(random: Random): Problem;
};

/** A kind of task: what is left out as a whole when a judge of curves is tested. */
export type Family = {
  name: string;
  /** Kept out of the development set, so that it stands for tasks nobody has seen. */
  unseen?: true;
  /** Groups of it for each group of an ordinary family. */
  share: number;
  draw(random: Random, fresh: boolean): Draft;
};

export type SettingsWish = {
  steps: readonly [number, number];
  /** Transformers are trained with Adam's relatives and clipping, most of the time. */
  like: "transformer" | "any";
  /** Instead of those of the kind. */
  optimisers?: readonly OptimiserName[];
};

/** Optimiser, schedule, warm-up and clipping, drawn as people choose them; fresh sets draw other numbers. */
export function drawSettings(random: Random, fresh: boolean, { steps, like, optimisers }: SettingsWish): Settings {
  const transformer = like === "transformer";
  const usual: readonly OptimiserName[] = transformer
    ? ["adamw", "adamw", "adamw", "adamw", "lion", "adafactor", "muon", "adam"]
    : ["adamw", "adamw", ...OPTIMISERS, "momentum", "sgd"];
  const name = random.pick(optimisers ?? usual);
  const schedules: readonly Schedule[] = transformer
    ? ["cosine", "cosine", "cosine10", "linear", "wsd", "const", "rsqrt"]
    : ["const", "const", "cosine", "cosine10", "linear", "wsd", "rsqrt", "step"];
  const beta2 = random.pick(fresh ? [0.96, 0.98, 0.995, 0.999] : [0.95, 0.95, 0.99, 0.999, 0.999]);
  const decays = fresh ? [0, 0.02, 0.05] : [0, 0.01, 0.1];
  const decoupled = name === "adamw" || name === "lion" || name === "muon";
  return {
    optimiser: {
      name,
      beta2: name === "rmsprop" ? Math.min(beta2, 0.99) : beta2,
      epsilon: random.pick([1e-8, 1e-8, 1e-6]),
      weightDecay: decoupled ? random.pick(decays) : 0,
    },
    schedule: random.pick(schedules),
    steps: 10 * Math.round(random.between(...steps) / 10),
    warmup: random.chance(transformer ? 0.8 : 0.4)
      ? random.pick(fresh ? [0.015, 0.04, 0.08] : [0.01, 0.02, 0.05, 0.1])
      : 0,
    clip: random.chance(transformer ? 0.8 : 0.2) ? 1 : 0,
  };
}
