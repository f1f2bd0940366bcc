import { median } from "#lib/core/index.ts";
import type { DiagnosisView } from "#lib/protocol/index.ts";

/** The run's own pace: the last 64 intervals between records that carry a time. */
export type Rhythm = {
  /** The last timed record; NaN before. */
  step: number;
  at: number;
  msPerStep: number[];
  msPerRecord: number[];
};

const KEPT = 64;

export function newRhythm(): Rhythm {
  return { step: Number.NaN, at: Number.NaN, msPerStep: [], msPerRecord: [] };
}

/** Takes the step and time (epoch ms or NaN) of a record. Intervals backwards in time or step are no pace. */
export function pushRhythm(rhythm: Rhythm, step: number, at: number): void {
  if (!Number.isFinite(at)) return;
  const elapsed = at - rhythm.at;
  const steps = step - rhythm.step;
  if (elapsed >= 0 && steps >= 0) {
    keep(rhythm.msPerRecord, elapsed);
    if (steps > 0) keep(rhythm.msPerStep, elapsed / steps);
  }
  rhythm.step = step;
  rhythm.at = at;
}

/** A restart's pause is no pace either. */
export function restartRhythm(rhythm: Rhythm): void {
  rhythm.step = Number.NaN;
  rhythm.at = Number.NaN;
}

export function rhythmView(rhythm: Rhythm): DiagnosisView["rhythm"] {
  const pace = (values: readonly number[]) => (values.length === 0 ? null : median(values));
  return { msPerStep: pace(rhythm.msPerStep), msPerRecord: pace(rhythm.msPerRecord) };
}

function keep(values: number[], value: number): void {
  values.push(value);
  if (values.length > KEPT) values.shift();
}
