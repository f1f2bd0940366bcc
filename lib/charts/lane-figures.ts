import { quantileOfSorted } from "#lib/core/index.ts";
import type { ReviewItem, Verdict } from "#lib/protocol/index.ts";
import { niceStep } from "./axis.ts";
import type { Sample } from "./samples.ts";
import { placeOfStep, type StepClock } from "./step-clock.ts";

/** What is written on the empty paper of a lane: measured, or given by the run's own settings. `steps` says over or before which. */
export type LaneFigure = {
  name: "now" | "median" | "before" | "clip" | "bestHour" | "highest";
  value: number;
  steps: number | null;
  /** The figure that is out of its usual range. */
  stands: boolean;
};

type Samples = readonly (Sample & { step: number })[];

const SPAN_SHARE = 1 / 40;
const SAMPLES_LATELY = 20;
const FEWEST = 8;
/** How many spans before a change are what it was before. */
const SPANS_BEFORE = 4;
/** As many times what it was before stands out. */
const STANDS_OUT = 2;

/** Now, the usual value lately, what that was before the verdict began, and the clip. */
export function gradNormFigures(samples: Samples, verdict: Verdict, review: readonly ReviewItem[]): LaneFigure[] {
  const now = samples.at(-1);
  if (!now) return [];
  const span = spanOf(samples);
  const median = medianWithin(samples, now.step - span, now.step);
  const { sinceStep, severity } = verdict;
  const changed = severity !== null && severity !== "good" && sinceStep !== null ? sinceStep : null;
  const before = changed === null ? null : medianWithin(samples, changed - span * SPANS_BEFORE, changed - 1);
  const clip = clipOf(review);
  const figures = [figure("now", now.value)];
  if (median !== null) figures.push(figure("median", median, span));
  if (before !== null) figures.push(figure("before", before, changed));
  if (clip !== null) figures.push(figure("clip", clip));
  figures[0]!.stands = median !== null && before !== null && median >= before * STANDS_OUT;
  return figures;
}

/** Now, and the best that an hour had on average; where no hour is known, the usual value lately and the highest. */
export function throughputFigures(samples: Samples, times: StepClock | null): LaneFigure[] {
  const now = samples.at(-1);
  if (!now) return [];
  const span = spanOf(samples);
  const best = times && bestHour(samples, times);
  if (best !== null) return [figure("now", now.value), figure("bestHour", best)];
  const median = medianWithin(samples, now.step - span, now.step);
  const figures = [figure("now", now.value)];
  if (median !== null) figures.push(figure("median", median, span));
  const highest = Math.max(...samples.map(({ value }) => value).filter(Number.isFinite));
  if (Number.isFinite(highest)) figures.push(figure("highest", highest));
  return figures;
}

/** The norm that gradients are clipped at, when the run's settings say; 0 is none. */
export function clipOf(review: readonly ReviewItem[]): number | null {
  const value = review.find(({ rule }) => rule === "hp.clip.none")?.value;
  return typeof value === "number" && value > 0 ? value : null;
}

const figure = (name: LaneFigure["name"], value: number, steps: number | null = null): LaneFigure => ({
  name,
  value,
  steps,
  stands: false,
});

/** The steps that "lately" means: a share of the run, and enough of them to have a usual value. */
function spanOf(samples: Samples): number {
  const step = samples.at(-1)?.step ?? 0;
  return Math.max(10, niceStep(Math.max(step * SPAN_SHARE, (step / samples.length) * SAMPLES_LATELY), 1));
}

function medianWithin(samples: Samples, from: number, to: number): number | null {
  const values = samples.filter(({ step, value }) => step >= from && step <= to && Number.isFinite(value));
  if (values.length < FEWEST) return null;
  return quantileOfSorted(
    values.map(({ value }) => value).sort((a, b) => a - b),
    0.5,
  );
}

const HOUR_MS = 3_600_000;
/** A window this long counts as an hour: samples do not lie exactly an hour apart. */
const NEARLY = 0.95;

function bestHour(samples: Samples, times: StepClock): number | null {
  const timed = samples.flatMap(({ step, value, weight }) => {
    const at = placeOfStep(times, step, null);
    return at === null || !Number.isFinite(value) ? [] : [{ at, value, weight }];
  });
  let best: number | null = null;
  let [first, sum, weight] = [0, 0, 0];
  for (let i = 0; i < timed.length; i++) {
    sum += timed[i]!.value * timed[i]!.weight;
    weight += timed[i]!.weight;
    while (timed[i]!.at - timed[first]!.at > HOUR_MS) {
      sum -= timed[first]!.value * timed[first]!.weight;
      weight -= timed[first]!.weight;
      first++;
    }
    const isHour = timed[i]!.at - timed[first]!.at >= HOUR_MS * NEARLY && i - first >= FEWEST;
    if (isHour && (best === null || sum / weight > best)) best = sum / weight;
  }
  return best;
}
