/**
 * Schedules of every family for tests and measurements, from a seed: 300 – 20 000 steps, warm-up of up to a tenth, a record
 * every 1 – 25 steps, three to six digits (DIAGNOSIS.md §3.2). What is generated is what trainers do: Hugging Face's and
 * PyTorch's formulas, some logged one step late.
 */
export type RatePoint = { step: number; rate: number };

export type SyntheticSchedule = {
  /** As `Schedule.kind` names it. */
  kind: string;
  warmupSteps: number;
  total: number;
  /** Whether the log would tell the total. */
  totalKnown: boolean;
  /** Steps between two records. */
  every: number;
  points: RatePoint[];
};

export type SyntheticJump = SyntheticSchedule & { change: string; jumpStep: number };

export const FAMILIES = [
  "constant",
  "linear",
  "cosine",
  "polynomial",
  "step",
  "reduce-on-plateau",
  "exponential",
  "inverse-sqrt",
  "wsd",
  "cosine-restarts",
] as const;

export const CHANGES = ["×0.1", "×0.5", "×2", "×10", "reset to peak", "to zero"] as const;

type Random = () => number;
/** The rate at scheduler step t, as a share of the peak. */
type Rate = (t: number) => number;
type Digits = readonly number[];

/** Fewer records tell no schedule. */
const RECORDS_MIN = 24;

/** @param digits the log prints one of these many significant digits */
export function syntheticSchedules(count: number, seed: number, digits: Digits = [4, 5, 6]): SyntheticSchedule[] {
  const random = uniform(seed);
  return Array.from({ length: count }, (_, i) => schedule(FAMILIES[i % FAMILIES.length]!, random, digits));
}

/** Schedules whose rate was changed at a random place between a tenth and nine tenths, by at least a twentieth of the peak. */
export function syntheticJumps(count: number, seed: number, digits: Digits = [4, 5, 6]): SyntheticJump[] {
  const random = uniform(seed);
  const jumps: SyntheticJump[] = [];
  for (let i = 0; jumps.length < count; i++) {
    const plain = schedule(FAMILIES[i % FAMILIES.length]!, random, digits);
    const jumped = withJump(plain, pick(CHANGES, random), random);
    if (jumped !== null) jumps.push(jumped);
  }
  return jumps;
}

function schedule(kind: (typeof FAMILIES)[number], random: Random, digits: Digits): SyntheticSchedule {
  const total = Math.round(300 * (20_000 / 300) ** random());
  const every = pick(
    [1, 1, 2, 5, 10, 20, 25].filter((n) => total / n >= RECORDS_MIN),
    random,
  );
  const warmupSteps = random() < 0.3 ? 0 : Math.round(random() * 0.1 * total);
  const rate = warmed(warmupSteps, body(kind, warmupSteps, total, every, random));
  const peak = 10 ** (-5 + 4 * random());
  const late = random() < 0.5 ? 1 : 0;
  const precision = pick(digits, random);
  const points: RatePoint[] = [];
  for (let step = every; step <= total; step += every) {
    points.push({ step, rate: Number((peak * rate(Math.max(0, step - late))).toPrecision(precision)) });
  }
  const name = kind === "constant" || warmupSteps === 0 ? kind : kind;
  return {
    kind: warmupSteps > 0 ? `warmup-${name}` : name,
    warmupSteps,
    total,
    totalKnown: random() < 0.5,
    every,
    points,
  };
}

const warmed =
  (steps: number, after: Rate): Rate =>
  (t) =>
    t < steps ? t / steps : after(t);

function body(kind: (typeof FAMILIES)[number], warm: number, total: number, every: number, random: Random): Rate {
  const floor = random() < 0.5 ? 0 : pick([0.01, 0.05, 0.1, 0.2], random);
  const along = (t: number): number => Math.min(1, (t - warm) / (total - warm));
  switch (kind) {
    case "constant":
      return () => 1;
    case "linear":
      return (t) => floor + (1 - floor) * (1 - along(t));
    case "cosine":
      return (t) => floor + (1 - floor) * cosine(along(t));
    case "polynomial": {
      const power = pick([0.5, 1.5, 2, 3], random);
      return (t) => 1e-4 + (1 - 1e-4) * (1 - along(t)) ** power;
    }
    case "step":
      return steps(warm, total, every, random);
    case "reduce-on-plateau":
      return plateaus(warm, total, every, random);
    case "exponential": {
      const end = pick([0.01, 0.05, 0.1, 0.3], random);
      return (t) => end ** along(t);
    }
    case "inverse-sqrt": {
      const scale = Math.max(warm, 0.02 * total);
      return (t) => Math.sqrt(scale / (t - warm + scale));
    }
    case "wsd":
      return stableThenDecay(total, floor, random);
    case "cosine-restarts":
      return restarts(warm, total, floor, random);
  }
}

/** StepLR at equal distances, or MultiStepLR at the usual shares of the run. */
function steps(warm: number, total: number, every: number, random: Random): Rate {
  const factor = pick([0.1, 0.2, 0.5, 0.316228], random);
  const most = Math.min(7, Math.floor((total - warm) / (4 * every)) - 1);
  const equal = 1 + Math.floor(random() * most);
  const drops =
    random() < 0.5
      ? Array.from({ length: equal }, (_, i) => warm + Math.round(((i + 1) * (total - warm)) / (equal + 1)))
      : pick(
          [
            [0.5, 0.75],
            [0.3, 0.6, 0.9],
            [0.6, 0.8],
            [0.8, 0.9],
          ],
          random,
        ).map((share) => Math.round(share * total));
  return (t) => factor ** drops.filter((drop) => drop <= t).length;
}

function plateaus(warm: number, total: number, every: number, random: Random): Rate {
  const factor = pick([0.1, 0.5], random);
  const drops: number[] = [];
  let at = warm + 4 * every + Math.round((0.1 + 0.3 * random()) * total);
  while (at < total - 4 * every && drops.length < 6) {
    drops.push(at);
    at += Math.round(4 * every + (0.03 + 0.25 * random()) * total);
  }
  return (t) => factor ** drops.filter((drop) => drop <= t).length;
}

function stableThenDecay(total: number, floor: number, random: Random): Rate {
  const from = Math.round(total * (1 - pick([0.1, 0.15, 0.2, 0.3], random)));
  const shape = pick(["linear", "cosine", "one-minus-sqrt", "exponential"], random);
  const end = Math.max(floor, 0.01);
  return (t) => {
    const p = Math.max(0, (t - from) / (total - from));
    if (shape === "exponential") return end ** p;
    const left = shape === "linear" ? 1 - p : shape === "cosine" ? cosine(p) : 1 - Math.sqrt(p);
    return floor + (1 - floor) * left;
  };
}

/** Hugging Face's hard restarts, or SGDR with cycles that double. */
function restarts(warm: number, total: number, floor: number, random: Random): Rate {
  if (random() < 0.5) {
    const cycles = 2 + Math.floor(random() * 4);
    return (t) => {
      const done = ((t - warm) * cycles) / (total - warm);
      return floor + (1 - floor) * (t < total ? cosine(done % 1) : 0);
    };
  }
  const first = Math.round((total - warm) / pick([3.5, 6, 7], random));
  return (t) => {
    let [begin, length] = [warm, first];
    while (t >= begin + length) [begin, length] = [begin + length, 2 * length];
    return floor + (1 - floor) * cosine((t - begin) / length);
  };
}

function withJump(plain: SyntheticSchedule, change: string, random: Random): SyntheticJump | null {
  const { points, warmupSteps } = plain;
  const at = Math.floor(points.length * (0.1 + 0.8 * random()));
  const place = points[at]!;
  if (place.step <= warmupSteps + plain.every || at < 10) return null;
  const peak = Math.max(...points.map(({ rate }) => rate));
  const top =
    change === "reset to peak" ? peak / place.rate : ({ "×0.1": 0.1, "×0.5": 0.5, "×2": 2, "×10": 10 }[change] ?? 0);
  const jumped = points.map((point, i) =>
    i < at ? point : { step: point.step, rate: Number((top * point.rate).toPrecision(6)) },
  );
  const near = points.slice(at - 2, at + 3).map(({ rate }) => rate);
  // Too small to matter, or at a place where the schedule changes by itself.
  const small = Math.abs(jumped[at]!.rate - place.rate) < 0.05 * peak;
  if (small || Math.max(...near) > 1.3 * Math.min(...near)) return null;
  return { ...plain, points: jumped, change, jumpStep: place.step };
}

const cosine = (p: number): number => 0.5 * (1 + Math.cos(Math.PI * p));

const pick = <T>(from: readonly T[], random: Random): T => from[Math.floor(random() * from.length)]!;

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
function uniform(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
