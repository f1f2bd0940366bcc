/**
 * The measured learning rate in at most 256 knots: a point on the straight line between its neighbours is dropped, unless
 * the neighbours are further apart than a 96th of the run, so that a slow curve keeps its shape (DIAGNOSIS.md §3.1).
 */
export type RateKnots = { count: number; step: Float64Array; rate: Float64Array; peak: number };

const CAPACITY = 256;

export function newRateKnots(): RateKnots {
  return { count: 0, step: new Float64Array(CAPACITY), rate: new Float64Array(CAPACITY), peak: 0 };
}

/** Takes the next point; one at or before the last knot's step replaces what lies beyond it. */
export function pushRate(knots: RateKnots, at: number, value: number): void {
  const { step, rate } = knots;
  while (knots.count > 0 && step[knots.count - 1]! >= at) knots.count--;
  if (knots.count >= CAPACITY) thin(knots);
  step[knots.count] = at;
  rate[knots.count] = value;
  knots.count++;
  knots.peak = Math.max(knots.peak, value);
  const n = knots.count;
  if (n < 3) return;
  const span = step[n - 1]! - step[n - 3]!;
  const flat = offChord(knots, n - 2) <= 1e-6 * knots.peak;
  if (flat && span <= Math.max(2, (at - step[0]!) / 96 + 1)) {
    step[n - 2] = step[n - 1]!;
    rate[n - 2] = rate[n - 1]!;
    knots.count--;
  }
}

/** How far knot `i` lies from the line between its neighbours. */
function offChord({ step, rate }: RateKnots, i: number): number {
  const share = (step[i]! - step[i - 1]!) / (step[i + 1]! - step[i - 1]!);
  return Math.abs(rate[i]! - (rate[i - 1]! + (rate[i + 1]! - rate[i - 1]!) * share));
}

/** Halves the knots: every second one goes, and first those that no bend needs. */
function thin(knots: RateKnots): void {
  const { step, rate } = knots;
  const keep = (every: (i: number) => boolean): void => {
    let kept = 0;
    for (let i = 0; i < knots.count; i++) {
      if (i > 0 && i < knots.count - 1 && !every(i)) continue;
      step[kept] = step[i]!;
      rate[kept++] = rate[i]!;
    }
    knots.count = kept;
  };
  const bends = Array.from({ length: knots.count }, (_, i) =>
    i > 0 && i < knots.count - 1 ? offChord(knots, i) > 1e-3 * knots.peak : true,
  );
  keep((i) => i % 2 === 1 || bends[i]!);
  if (knots.count > (3 * CAPACITY) / 4) keep((i) => i % 2 === 1);
}
