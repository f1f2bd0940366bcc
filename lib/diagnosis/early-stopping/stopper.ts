import { direction, type StoppingConfig } from "./config.ts";

/**
 * Counts as the framework's own callback does, check by check. After keras `callbacks/early_stopping.py`, lightning
 * `callbacks/early_stopping.py`, transformers `trainer_callback.py` (`EarlyStoppingCallback`) with `trainer.py`
 * (`_determine_best_metric`, which runs after the callback), and torch `lr_scheduler.py` (`ReduceLROnPlateau`). A threshold
 * as a share of the best is taken of its size: for a negative metric `best·(1 − share)` would be easier than the best.
 */
export type Stopper = {
  checks: number;
  /** The value that improvements are measured from; null before the first. */
  best: number | null;
  /** Checks without an improvement. */
  wait: number;
  /** Checks that will not count yet. */
  cooldown: number;
  /** Whether the last check asks to stop, and why. */
  fires: "not_finite" | "reached" | "diverged" | "patience" | null;
};

export const newStopper = (): Stopper => ({ checks: 0, best: null, wait: 0, cooldown: 0, fires: null });

export function checkStopper(stopper: Stopper, config: StoppingConfig, value: number): void {
  const check = stopper.checks++;
  stopper.fires = null;
  if (check < config.start_from) return;
  const sign = direction(config);
  const { stopping_threshold: reached, divergence_threshold: diverged } = config;
  if (config.check_finite && !Number.isFinite(value)) stopper.fires = "not_finite";
  else if (reached !== null && sign * value < sign * reached) stopper.fires = "reached";
  else if (diverged !== null && sign * value > sign * diverged) stopper.fires = "diverged";
  else if (takeValue(stopper, config, sign * value, check)) stopper.fires = "patience";
}

/** @param value smaller is better */
function takeValue(stopper: Stopper, config: StoppingConfig, value: number, check: number): boolean {
  switch (config.dialect) {
    case "hf":
      return likeTrainer(stopper, config, value);
    case "torch_plateau":
      return likePlateau(stopper, config, value);
    default:
      return likeKeras(stopper, config, value, check);
  }
}

/** Keras, Lightning, and ours: the best moves only by improvements that count. Keras never stops at its first epoch. */
function likeKeras(stopper: Stopper, config: StoppingConfig, value: number, check: number): boolean {
  const baseline = config.baseline === null ? null : direction(config) * config.baseline;
  stopper.wait++;
  if (beats(value, stopper.best, config)) {
    stopper.best = value;
    if (baseline === null || beats(value, baseline, config)) stopper.wait = 0;
    return false;
  }
  return stopper.wait >= config.patience && (config.dialect !== "keras" || check > 0);
}

/** The Trainer's best moves by any improvement, once the callback has looked: a slow drift never counts. */
function likeTrainer(stopper: Stopper, config: StoppingConfig, value: number): boolean {
  const { best } = stopper;
  const improves = best === null || (value < best && Math.abs(value - best) > delta(config, best));
  stopper.wait = improves ? 0 : stopper.wait + 1;
  if (best === null) stopper.best = Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  else if (value < best) stopper.best = value;
  return stopper.wait >= config.patience;
}

/** The rate is cut when patience is exceeded, not when it is reached; then the count begins anew. */
function likePlateau(stopper: Stopper, config: StoppingConfig, value: number): boolean {
  if (beats(value, stopper.best, config)) {
    stopper.best = value;
    stopper.wait = 0;
  } else stopper.wait++;
  if (stopper.cooldown > 0) {
    stopper.cooldown--;
    stopper.wait = 0;
  }
  if (stopper.wait <= config.patience) return false;
  stopper.cooldown = config.cooldown;
  stopper.wait = 0;
  return true;
}

const beats = (value: number, best: number | null, config: StoppingConfig): boolean =>
  best === null ? value < Number.POSITIVE_INFINITY : value + delta(config, best) < best;

function delta({ min_delta, min_delta_mode }: StoppingConfig, best: number): number {
  if (min_delta_mode === "abs") return min_delta;
  return Number.isFinite(best) ? min_delta * Math.abs(best) : 0;
}
