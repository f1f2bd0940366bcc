/**
 * A schedule as numbers: a warm-up or none, then one body. Rates are shares of the measured peak, places are steps; plain
 * data, so that it can be kept in the engine's state.
 */
export type ScheduleModel = {
  /** The highest rate measured. */
  peak: number;
  warmUp: WarmUp | null;
  /** Where the warm-up ends and the body begins. */
  start: number;
  body: Body;
};

export type WarmUp = {
  shape: "linear" | "cosine" | "one-minus-sqrt";
  /** Where it would stand at `base`, and where at the measured peak. */
  zero: number;
  knee: number;
  base: number;
};

/** `floor + height · left((t − start) / (end − start))`, at the top before `start`; `held` when that is a phase of its own. */
export type Decay = {
  shape: "linear" | "cosine" | "one-minus-sqrt" | "polynomial";
  start: number;
  end: number;
  floor: number;
  height: number;
  power: number;
  held: boolean;
};

export type Body =
  | Decay
  | { shape: "constant"; level: number }
  /** `top · e^(−perStep · (t − start))`, never below `floor`. */
  | { shape: "exponential"; start: number; top: number; perStep: number; floor: number; held: boolean }
  /** `1 / √(intercept + slope · t)`. */
  | { shape: "inverse-sqrt"; start: number; intercept: number; slope: number }
  | { shape: "step"; levels: { from: number; share: number }[]; irregular: boolean }
  | { shape: "cosine-restarts"; cycles: Decay[] };

/** The rate the model has at any step, past or to come. */
export function rateAt(model: ScheduleModel, step: number): number {
  const { peak, warmUp, start, body } = model;
  return peak * (warmUp !== null && step < start ? warmUpShare(warmUp, step) : bodyShare(body, step));
}

export function warmUpShare({ shape, zero, knee, base }: WarmUp, step: number): number {
  const p = (step - zero) / (knee - zero);
  // A line goes on to meet the decay: the peak may lie between two records, above both.
  if (shape === "linear") return base + (1 - base) * Math.max(0, p);
  const within = Math.min(1, Math.max(0, p));
  const share = shape === "cosine" ? 0.5 * (1 - Math.cos(Math.PI * within)) : 1 - Math.sqrt(1 - within);
  return base + (1 - base) * share;
}

export function bodyShare(body: Body, step: number): number {
  switch (body.shape) {
    case "constant":
      return body.level;
    case "exponential":
      return Math.max(body.floor, body.top * Math.exp(-body.perStep * Math.max(0, step - body.start)));
    case "inverse-sqrt":
      return 1 / Math.sqrt(body.intercept + body.slope * Math.max(step, body.start));
    case "step":
      return (body.levels.findLast(({ from }) => from <= step) ?? body.levels[0]!).share;
    case "cosine-restarts":
      return decayShare(cycleAt(body.cycles, step), step);
    default:
      return decayShare(body, step);
  }
}

/** The share of the height that is left after a share `p` of the way down. */
function left(shape: Decay["shape"], p: number, power: number): number {
  switch (shape) {
    case "linear":
      return 1 - p;
    case "cosine":
      return 0.5 * (1 + Math.cos(Math.PI * p));
    case "one-minus-sqrt":
      return 1 - Math.sqrt(p);
    case "polynomial":
      return (1 - p) ** power;
  }
}

function decayShare({ shape, start, end, floor, height, power }: Decay, step: number): number {
  const p = Math.min(1, Math.max(0, (step - start) / (end - start)));
  return floor + height * left(shape, p, power);
}

/** The cycle that `step` lies in; those to come are as long as the last one, or longer by the factor seen before. */
export function cycleAt(cycles: readonly Decay[], step: number): Decay {
  const known = cycles.findLast(({ start }) => start <= step) ?? cycles[0]!;
  const last = cycles.at(-1)!;
  // A run that ends with a cycle still has the floor at its last step.
  if (known !== last || step < last.end + 0.5) return known;
  const length = last.end - last.start;
  const before = cycles.at(-2);
  const factor = before === undefined ? 1 : Math.max(1, Math.round(length / (before.end - before.start)));
  let { start, end } = last;
  for (let span = length; step >= end && Number.isFinite(end); ) {
    span *= factor;
    if (factor === 1) start += Math.floor((step - start) / span) * span;
    else start = end;
    end = start + span;
  }
  return { ...last, start, end };
}
