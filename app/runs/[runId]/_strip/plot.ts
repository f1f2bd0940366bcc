import type { StripScene } from "#lib/charts/index.ts";

/** Where an x lies across the plot area, in percent of its width. */
export function across({ x }: StripScene, value: number): number {
  return ((value - x.min) / (x.max - x.min)) * 100;
}

/** A stretch as left and width in percent, kept inside the plot; null when none of it is seen. */
export function stretch(scene: StripScene, from: number, to: number): { left: number; width: number } | null {
  const left = Math.max(0, across(scene, from));
  const right = Math.min(100, across(scene, to));
  return right > left ? { left, width: right - left } : null;
}
