import { clamp } from "#lib/core/index.ts";
import type { Domain } from "./axis.ts";
import type { StripScene } from "./strip-scene.ts";

/** What zooming may show, in units of the axis: the whole run with what is planned of it, and no less than a few steps. */
export type ZoomLimits = Domain & { shortest: number };

const FEWEST_STEPS = 8;
const AHEAD = 0.04;

export function zoomLimits({ x, now, toX }: StripScene, maxSteps: number | null, step: number | null): ZoomLimits {
  const planned = (maxSteps === null ? null : toX(maxSteps)) ?? now;
  const max = Math.max(planned, now + (now - x.origin) * AHEAD, x.origin + 1e-9);
  const pace = (now - x.origin) / Math.max(step ?? 0, 1);
  return { min: x.origin, max, shortest: Math.min(max - x.origin, Math.max(pace * FEWEST_STEPS, 1e-9)) };
}

/** The view with `at` where it is and everything else `factor` times as far from it, kept within the limits. */
export function zoomed({ min, max }: Domain, at: number, factor: number, limits: ZoomLimits): Domain {
  const span = clamp((max - min) * factor, limits.shortest, limits.max - limits.min);
  const share = clamp((at - min) / (max - min), 0, 1);
  return within(at - share * span, span, limits);
}

export function panned({ min, max }: Domain, by: number, limits: ZoomLimits): Domain {
  return within(min + by, max - min, limits);
}

/** The view in which two places under two fingers, `from`, lie under where the fingers are now, as shares of the width. */
export function pinched(
  places: readonly [number, number],
  shares: readonly [number, number],
  limits: ZoomLimits,
): Domain {
  const apart = shares[1] - shares[0];
  const span = clamp(
    Math.abs(apart) < 1e-3 ? limits.max - limits.min : (places[1] - places[0]) / apart,
    limits.shortest,
    limits.max - limits.min,
  );
  const middle = (places[0] + places[1]) / 2;
  return within(middle - ((shares[0] + shares[1]) / 2) * span, span, limits);
}

function within(min: number, span: number, limits: ZoomLimits): Domain {
  const start = clamp(min, limits.min, Math.max(limits.min, limits.max - span));
  return { min: start, max: start + span };
}
