import { formatAxisStep, formatDuration, formatStep } from "#lib/core/index.ts";
import type { Language } from "#lib/protocol/index.ts";
import { formatTick } from "./axis.ts";
import type { StripScene } from "./strip-scene.ts";

/** The labels of an x axis, one per tick: short, and as long as it takes to tell neighbours apart. */
export function xLabels(
  { kind, ticks, origin }: Pick<StripScene["x"], "kind" | "ticks" | "origin">,
  language: Language,
) {
  if (kind === "epoch") return ticks.map((tick) => formatTick(tick, ticks));
  if (kind !== "time") return distinct(ticks, formatAxisStep) ?? ticks.map(formatStep);
  const passed = ticks.map((tick) => tick - origin);
  return passed.every(isTwoUnits)
    ? passed.map((ms) => (ms === 0 ? "0" : formatDuration(ms, language)))
    : passed.map(formatClock);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Whether the two largest units of a duration are all of it. */
function isTwoUnits(ms: number): boolean {
  const smallest = ms >= DAY ? HOUR : ms >= HOUR ? MINUTE : ms >= MINUTE ? SECOND : 1;
  return Math.abs(ms - Math.round(ms / smallest) * smallest) < 1;
}

/** The labels, unless two of them read the same or one does not say where its tick is. */
function distinct(ticks: readonly number[], format: (tick: number) => string): string[] | null {
  const labels = ticks.map(format);
  return new Set(labels).size === labels.length && ticks.every((tick, i) => isExact(tick, labels[i]!)) ? labels : null;
}

const SUFFIX: Record<string, number> = { k: 1e3, M: 1e6, B: 1e9, T: 1e12 };

/** Whether a label of a count is the count. */
function isExact(tick: number, label: string): boolean {
  const parts = /^([\d.]+)([kMBT]?)$/.exec(label);
  if (!parts) return true;
  return Math.abs(Number(parts[1]) * (SUFFIX[parts[2]!] ?? 1) - tick) <= Math.abs(tick) * 1e-6;
}

/** 27:42, or 27:42:05 where seconds count. */
function formatClock(ms: number, _index: number, all: readonly number[]): string {
  const seconds = all.some((tick) => Math.round(tick / SECOND) % 60 !== 0);
  const total = Math.round(ms / SECOND);
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = `${Math.floor(total / 3600)}:${two(Math.floor(total / 60) % 60)}`;
  return seconds ? `${clock}:${two(total % 60)}` : clock;
}
