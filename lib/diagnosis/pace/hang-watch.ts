import { quantileOfSorted } from "#lib/core/index.ts";
import type { Rhythm } from "../rhythm.ts";

/**
 * A run that has gone silent, seen from outside: no record for far longer than it ever paused, and GPUs that tell why.
 * Busy at low power is a collective that waits for a rank that will not come; idle is a data loader that is stuck or a process
 * that is dead. Silence alone tells nothing: an evaluation or a checkpoint is silent too, but its GPUs work.
 */
export type HangWatch = {
  /** Epoch ms of the newest record, NaN before. */
  lastAt: number;
  /** The longest pause between two records that ended by itself, ms. */
  longestPause: number;
  /** A tick found the run in its rhythm since its (re)start: its records come as they are written, not from the past. */
  live: boolean;
  /** What each GPU draws while records flow, at most 16. */
  power: { uuid: string; watts: number; readings: number }[];
  /** What the GPUs have shown since the silence is too long, since when, and in how many ticks. */
  sign: HangKind | null;
  signSince: number;
  ticks: number;
  /** The hang that was told and lasts; and the last one that ended: by the record that ended it, and its length. */
  told: HangKind | null;
  ended: { at: number; ms: number } | null;
};

/** `stuck`: busy at low power; `idle`: nothing runs. */
export type HangKind = "stuck" | "idle";

/** As nvidia-smi reads it: `utilization.gpu` in percent and `power.draw` in watts; NaN where it tells none. */
export type GpuReading = { uuid: string; utilization: number; powerWatts: number };

export type Hang = {
  kind: HangKind;
  silentMs: number;
  pauseMs: number;
  utilization: number;
  powerShare: number | null;
};

/** Silence is too long after ten times the run's rhythm, five minutes, and half as much again as its longest pause. */
const RHYTHMS = 10;
const LEAST_SILENCE_MS = 5 * 60_000;
const PAUSES = 1.5;
const LEAST_INTERVALS = 16;
/** A record this young, or within twice the rhythm, is one of a run at work. */
const FLOWING_MS = 10_000;
/** The GPUs must show the same thing in so many ticks and for so long. */
const TICKS = 3;
const SIGN_MS = 30_000;
const BUSY_PERCENT = 90;
const WORKING_PERCENT = 50;
const IDLE_PERCENT = 5;
/** A collective that waits spins at far less power than one that computes. */
const LOW_POWER = 0.6;
const LEAST_READINGS = 8;
const MOST_GPUS = 16;

export function newHangWatch(): HangWatch {
  return {
    lastAt: Number.NaN,
    longestPause: 0,
    live: false,
    power: [],
    sign: null,
    signSince: Number.NaN,
    ticks: 0,
    told: null,
    ended: null,
  };
}

/** Takes the time of a record (epoch ms, NaN where none was printed). */
export function pushHangWatch(watch: HangWatch, at: number): void {
  if (!Number.isFinite(at)) return;
  const pause = at - watch.lastAt;
  if (watch.told !== null) {
    watch.ended = { at, ms: Math.max(0, pause) };
    watch.told = null;
  } else if (pause > watch.longestPause) {
    watch.longestPause = pause;
  }
  watch.lastAt = at;
  watch.sign = null;
}

/** A restart ends a hang and its silence; what the GPUs draw and how long pauses are stays known. */
export function restartHangWatch(watch: HangWatch): void {
  Object.assign(watch, newHangWatch(), { longestPause: watch.longestPause, power: watch.power });
}

/**
 * Looks at the run at a moment between records.
 *
 * @param now epoch ms, on the clock that the records' times come from
 * @param gpus the run's own GPUs as of now
 * @returns a hang that begins to be one with this tick, once
 */
export function tickHangWatch(watch: HangWatch, rhythm: Rhythm, now: number, gpus: readonly GpuReading[]): Hang | null {
  const silentMs = now - watch.lastAt;
  const intervals = Float64Array.from(rhythm.msPerRecord).sort();
  if (!Number.isFinite(silentMs) || intervals.length < LEAST_INTERVALS || watch.told !== null) return null;
  const usual = quantileOfSorted(intervals, 0.95);
  if (silentMs <= Math.max(2 * usual, FLOWING_MS)) {
    watch.live = true;
    for (const gpu of gpus) learnPower(watch, gpu);
  }
  const limit = Math.max(RHYTHMS * usual, LEAST_SILENCE_MS, PAUSES * watch.longestPause);
  const sign = watch.live && silentMs > limit ? signOf(watch, gpus) : null;
  if (sign !== watch.sign) Object.assign(watch, { sign, signSince: now, ticks: 0 });
  watch.ticks = Math.min(watch.ticks + 1, TICKS);
  if (sign === null || watch.ticks < TICKS || now - watch.signSince < SIGN_MS) return null;
  watch.told = sign;
  const known = gpus.filter(({ utilization }) => Number.isFinite(utilization));
  return {
    kind: sign,
    silentMs,
    pauseMs: Math.max(usual, watch.longestPause),
    utilization: Math.max(...known.map(({ utilization }) => utilization)),
    powerShare: lowestShare(watch, known),
  };
}

/** Adds a reading of a GPU at work to what it usually draws. */
function learnPower({ power }: HangWatch, { uuid, utilization, powerWatts }: GpuReading): void {
  if (!(utilization >= WORKING_PERCENT && powerWatts > 0)) return;
  let usual = power.find((entry) => entry.uuid === uuid);
  if (usual === undefined) {
    if (power.length >= MOST_GPUS) return;
    usual = { uuid, watts: powerWatts, readings: 0 };
    power.push(usual);
  }
  usual.readings = Math.min(usual.readings + 1, 32);
  usual.watts += (powerWatts - usual.watts) / usual.readings;
}

/** What the GPUs say of a silent run. One that works as usual speaks against a hang, whatever the others do. */
function signOf(watch: HangWatch, gpus: readonly GpuReading[]): HangKind | null {
  const known = gpus.filter(({ utilization }) => Number.isFinite(utilization));
  if (known.length === 0) return null;
  const busy = known.filter(({ utilization }) => utilization > IDLE_PERCENT);
  if (busy.length === 0) return "idle";
  const waits = (gpu: GpuReading): boolean => gpu.utilization >= BUSY_PERCENT && powerShare(watch, gpu) < LOW_POWER;
  return busy.every(waits) ? "stuck" : null;
}

/** Power as a share of the usual; NaN while that is not known. */
function powerShare({ power }: HangWatch, { uuid, powerWatts }: GpuReading): number {
  const usual = power.find((entry) => entry.uuid === uuid);
  return usual === undefined || usual.readings < LEAST_READINGS ? Number.NaN : powerWatts / usual.watts;
}

function lowestShare(watch: HangWatch, gpus: readonly GpuReading[]): number | null {
  const shares = gpus.map((gpu) => powerShare(watch, gpu)).filter(Number.isFinite);
  return shares.length === 0 ? null : Math.min(...shares);
}
