import { mean, median } from "#lib/core/index.ts";
import { bucketMean } from "../curve/history.ts";
import type { LossCurve } from "../curve/loss-curve.ts";
import type { Look } from "./states.ts";

/**
 * Curves that will never have many points, such as one per epoch: a rule of its own for 20 to 60 of them, modest in what
 * it says (DIAGNOSIS.md §2.8). The start of a long run is no short curve; whoever asks must know that it stays short.
 */
const SHORT_MIN = 20;
export const SHORT_MAX = 60;

const EXPONENTS = [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.1, 1.4, 1.8];

/** The look of a short curve; null when it has too few points, or too many for this rule. */
export function shortLook(curve: LossCurve): Exclude<Look, "warming_up" | "stalled" | "diverging"> | null {
  const { history } = curve;
  if (history.width !== 1 || history.count < SHORT_MIN || history.count > SHORT_MAX) return null;
  const y = Array.from({ length: history.count }, (_, i) => bucketMean(history, i));
  const last = y.length - 1;
  const bends = y.slice(2).map((value, i) => Math.abs(value - 2 * y[i + 1]! + y[i]!));
  const largest = Math.max(...y.map(Math.abs));
  const noise = Math.max((1.4826 * median(bends)) / Math.sqrt(6), 1e-9 * largest, 1e-300);
  const smooth = y.map((value, i) => (i === 0 || i === last ? value : median(y.slice(i - 1, i + 2))));
  const best = Math.min(...smooth);
  const start = y[0]!;
  const progress = start - best;
  const top = Math.max(...y);
  if (progress <= 2 * noise) {
    const exploded = top - start > 6 * noise && top - start > 0.1 * Math.abs(start);
    return exploded ? "oscillating" : "no_progress";
  }
  let lowest = start;
  let climb = 0;
  for (const value of smooth.slice(1)) {
    lowest = Math.min(lowest, value);
    climb = Math.max(climb, value - lowest);
  }
  const gap = mean(smooth, last - 1) - best;
  if (climb > 0.3 * progress && climb > 4 * noise) return "oscillating";
  if (gap > 0.25 * progress && gap > 4 * noise) return "oscillating";
  let rises = 0;
  for (let i = 1; i < y.length; i++) if (y[i]! > y[i - 1]!) rises++;
  const bend = straightness(y, history.columns.area);
  const straight = bend?.falls === true && bend.exponent >= 0.55 && bend.r2 > 0.8;
  return straight && rises / last < 0.36 ? "too_slow" : "healthy";
}

/** The exponent of `a − c·S^β` that fits best, over cumulative rate S. */
function straightness(
  y: readonly number[],
  area: ArrayLike<number>,
): { exponent: number; r2: number; falls: boolean } | null {
  const n = y.length;
  const end = area[n - 1]!;
  if (!(end > 0)) return null;
  const my = mean(y);
  const total = y.reduce((sum, value) => sum + (value - my) ** 2, 0);
  let best: { exponent: number; error: number; falls: boolean } | null = null;
  for (const exponent of EXPONENTS) {
    const x = y.map((_, i) => (area[i]! / end) ** exponent);
    const mx = mean(x);
    let sxx = 0;
    let sxy = 0;
    for (let i = 0; i < n; i++) {
      sxx += (x[i]! - mx) ** 2;
      sxy += (x[i]! - mx) * (y[i]! - my);
    }
    if (!(sxx > 0)) continue;
    const error = total - (sxy * sxy) / sxx;
    if (best === null || error < best.error) best = { exponent, error, falls: sxy < 0 };
  }
  if (best === null || !(total > 0)) return null;
  return { exponent: best.exponent, r2: 1 - best.error / total, falls: best.falls };
}
