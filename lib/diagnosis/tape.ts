import { significant } from "#lib/core/index.ts";
import type { LrTape, LrView, Schedule, TimelineSegment, VerdictName } from "#lib/protocol/index.ts";
import { ratePrior } from "./cause/prior.ts";
import { rateIsKnown, rateRises } from "./curve/loss-curve.ts";
import { rateNow } from "./learning-rate.ts";
import { type SiblingEvidence, siblingJudgement } from "./siblings/index.ts";
import type { EngineState } from "./state.ts";

/**
 * The learning-rate tape (design/README.md §7.3): what is known of single rates, in the order it is believed, gives zones
 * whose borders lie half way, on the logarithmic scale, between the nearest rates known to differ. So the zone of the rate in
 * force never contradicts what is said of it, and an advised rate is always in the healthy one.
 */
export type TapeFacts = {
  verdict: VerdictName;
  lr: Pick<LrView, "judgement" | "confidence" | "next">;
  /** The rate judged, null where the log does not tell it; the one in force, and the peak so far; whether a warm-up is
   * under way. */
  now: number | null;
  inForce: number;
  peak: number;
  rises: boolean;
  /** The usual range of a peak; null where nothing is usual. */
  usual: { low: number; high: number } | null;
  siblings: SiblingEvidence | null;
  timeline: readonly Pick<TimelineSegment, "verdict" | "fromStep" | "toStep">[];
  changes: Schedule["changes"];
};

type Zone = LrTape["zones"][number]["name"];
type Known = { rate: number; zone: Zone };

const ORDER: readonly Zone[] = ["too_slow", "healthy", "oscillating", "diverging"];
/** A judgement that is less likely than not moves no zone. */
const BELIEVED = 0.5;
/** From ten times the usual peak the review calls a rate critical (DIAGNOSIS.md §6.3, hp.lr.high). */
const CRITICAL_TIMES = 10;
/** Regret up to which a sibling's rate counts as well chosen, above the best one and below it (DIAGNOSIS.md §7.1). */
const FINE_ABOVE = 0.1;
const FINE_BELOW = 0.25;

export function lrTape(state: EngineState, lr: LrView, schedule: Schedule | null): LrTape | null {
  const { curve, context, standing, timeline } = state;
  return tapeOf({
    verdict: standing.verdict,
    lr,
    now: rateIsKnown(curve) ? rateNow(state) : null,
    inForce: curve.rate,
    peak: curve.peakRate,
    rises: rateRises(curve),
    usual: ratePrior(state).range,
    siblings: context.siblings,
    timeline,
    changes: schedule?.changes ?? [],
  });
}

/** @returns null where nothing tells a single border, or what is usual speaks against what is said of this run */
export function tapeOf(facts: TapeFacts): LrTape | null {
  return siblingsTape(facts) ?? runTape(facts);
}

/** By peaks, which is what runs of one schedule are compared by. */
function siblingsTape({ siblings, peak, usual, lr }: TapeFacts): LrTape | null {
  if (siblings === null || siblingJudgement(siblings) === null || !(peak > 0)) return null;
  const { best, curve } = siblings;
  const zoneOf = ({ rate, level, regret }: SiblingEvidence["curve"][number]): Zone | null => {
    if (level === null) return rate > best.rate ? "diverging" : null;
    if (rate > best.rate) return (regret ?? 0) > FINE_ABOVE ? "oscillating" : "healthy";
    return (regret ?? 0) > FINE_BELOW ? "too_slow" : "healthy";
  };
  const own = nearestTo(peak, curve);
  const judged = JUDGED[siblings.judgement] ?? "healthy";
  const others = curve
    .filter((point) => point !== own)
    .sort((a, b) => distance(a.rate, best.rate) - distance(b.rate, best.rate))
    .flatMap((point) => {
      const zone = zoneOf(point);
      return zone === null ? [] : [{ rate: point.rate, zone }];
    });
  const known: Known[] = [
    { rate: peak, zone: own?.level === null ? "diverging" : judged },
    { rate: best.rate, zone: "healthy" },
    ...others,
  ];
  return draw({ known, usual, now: peak, at: "peak", basis: "siblings", next: lr.next });
}

const JUDGED: Partial<Record<LrView["judgement"], Zone>> = {
  too_high: "oscillating",
  too_low: "too_slow",
  fine: "healthy",
};

function runTape({ verdict, lr, now, inForce, peak, rises, usual, timeline, changes }: TapeFacts): LrTape | null {
  if (now === null || !(now > 0)) return null;
  const zone = zoneNow(verdict, lr);
  if (zone === "unclear") return null;
  // A rate on its way up is compared with nothing yet.
  if (zone === null && rises) return null;
  const known: Known[] = [];
  if (zone !== null) {
    known.push({ rate: now, zone });
    if (lr.next !== null) known.push({ rate: lr.next, zone: "healthy" });
    known.push(...lessons(zone, timeline, changes));
  }
  // What is usual is said of peaks; here the schedule may be lower.
  const scale = peak > 0 ? now / peak : 1;
  const ends = usual === null ? null : { low: usual.low * scale, high: usual.high * scale };
  return draw({ known, usual: ends, now, at: now > inForce ? "peak" : "now", basis: "run", next: lr.next });
}

/** Where the rate lies by what is said of it; null where nothing is said, "unclear" where something is wrong and the rate may
 * or may not be why. */
function zoneNow(verdict: VerdictName, { judgement, confidence }: TapeFacts["lr"]): Zone | null | "unclear" {
  if (judgement === "too_high" && verdict !== "healthy") {
    return verdict === "diverging" || verdict === "nan" ? "diverging" : "oscillating";
  }
  if (judgement !== "unknown" && confidence >= BELIEVED) return JUDGED[judgement] ?? null;
  if (judgement === "too_low" && verdict === "too_slow") return "too_slow";
  if (verdict === "healthy") return judgement === "unknown" || judgement === "fine" ? "healthy" : null;
  return verdict === "reading" || verdict === "plateau" || verdict === "overfitting" || verdict === "spike"
    ? null
    : "unclear";
}

/** What a change of the rate has taught: before it the run was well and now it is not, or the other way round. */
function lessons(now: Zone, timeline: TapeFacts["timeline"], changes: Schedule["changes"]): Known[] {
  return [...changes].reverse().flatMap(({ step, from, to }): Known[] => {
    if (!(from > 0 && to > 0)) return [];
    const before = timeline.findLast(({ fromStep }) => fromStep < step)?.verdict;
    const isBad = now === "oscillating" || now === "diverging";
    if (isBad && to > from && before === "healthy") return [{ rate: from, zone: "healthy" }];
    const wasBad = before === "oscillating" || before === "diverging";
    return now === "healthy" && to < from && wasBad ? [{ rate: from, zone: before }] : [];
  });
}

type Sketch = Pick<LrTape, "now" | "at" | "basis"> & {
  known: readonly Known[];
  usual: { low: number; high: number } | null;
  next: number | null;
};

function draw({ known, usual, now, at, basis, next }: Sketch): LrTape | null {
  const rates = accepted(known);
  const borders = bordersOf(rates, usual);
  const zones = zonesBetween(borders).map(({ name, from, to }) => ({ name, from: short(from), to: short(to) }));
  if (zones.length < 2) return null;
  const healthy = zones.find(({ name }) => name === "healthy");
  if (next !== null && !(healthy && within(next, healthy))) return null;
  const learnt = borders.some((border) => border !== null && !border.usual);
  return {
    zones,
    now: significant(now, 3),
    at,
    basis: learnt ? basis : "usual",
    usualEnds: borders.some((border) => border?.usual),
  };
}

/** What comes later and does not fit what was believed before is left out. */
function accepted(known: readonly Known[]): Known[] {
  const kept: Known[] = [];
  for (const one of known) {
    const fits = kept.every(({ rate, zone }) => {
      const [a, b] = [ORDER.indexOf(zone), ORDER.indexOf(one.zone)];
      return a === b || (a < b ? rate < one.rate : rate > one.rate);
    });
    if (one.rate > 0 && fits) kept.push(one);
  }
  return kept;
}

type Border = { rate: number; usual: boolean } | null;

/** Between too slow and healthy, healthy and too high, and too high and diverging. */
function bordersOf(known: readonly Known[], usual: Sketch["usual"]): [Border, Border, Border] {
  const of = (...zones: Zone[]): number[] => known.filter(({ zone }) => zones.includes(zone)).map(({ rate }) => rate);
  const between = (below: number[], above: number[], rate: number | undefined): Border => {
    const [lower, upper] = [Math.max(...below), Math.min(...above)];
    if (below.length > 0 && above.length > 0) return { rate: Math.sqrt(lower * upper), usual: false };
    return rate !== undefined && rate > lower && rate < upper ? { rate, usual: true } : null;
  };
  const high = usual?.high;
  const first = between(of("too_slow"), of("healthy", "oscillating", "diverging"), usual?.low);
  const second = between(of("too_slow", "healthy"), of("oscillating", "diverging"), high);
  const third = between(
    of("too_slow", "healthy", "oscillating"),
    of("diverging"),
    high === undefined ? undefined : CRITICAL_TIMES * high,
  );
  return [first, second, third];
}

function zonesBetween([low, high, lost]: [Border, Border, Border]): LrTape["zones"] {
  const [from, to] = [low?.rate ?? null, high?.rate ?? null];
  const zones: LrTape["zones"] = [];
  if (from !== null) zones.push({ name: "too_slow", from: null, to: from });
  zones.push({ name: "healthy", from, to });
  if (to === null) return zones;
  const last = lost !== null && lost.rate > to ? lost.rate : null;
  // Where what is known to diverge comes right after what is known to be well, nothing lies between.
  const none = lost !== null && lost.rate <= to;
  if (!none) zones.push({ name: "oscillating", from: to, to: last });
  if (none || last !== null) zones.push({ name: "diverging", from: none ? to : last, to: null });
  return zones;
}

const within = (rate: number, { from, to }: LrTape["zones"][number]): boolean =>
  (from === null || rate >= from) && (to === null || rate <= to);

const short = (rate: number | null): number | null => (rate === null ? null : significant(rate, 3));
const distance = (a: number, b: number): number => Math.abs(Math.log(a / b));

function nearestTo(rate: number, curve: SiblingEvidence["curve"]): SiblingEvidence["curve"][number] | undefined {
  return [...curve].sort((a, b) => distance(a.rate, rate) - distance(b.rate, rate))[0];
}
