import type { LrTape } from "#lib/protocol/index.ts";

/** The learning-rate tape laid out: places are shares of its width, 0 … 1, on a logarithmic scale. */
export type TapeScene = {
  /** An open end of `healthy` is not known and fades; those of the others go on beyond the edge. */
  zones: { name: LrTape["zones"][number]["name"]; from: number; to: number; fades: "left" | "right" | "both" | null }[];
  ticks: { rate: number; at: number; major: boolean }[];
  now: { rate: number; at: number; box: number; zone: LrTape["zones"][number]["name"] | null };
  advised: { rate: number; at: number; box: number } | null;
  /** Whether there is room for an arrow from now to advised. */
  arrow: boolean;
};

/** Beyond the outermost rate, as a factor. */
const MARGIN = 3;
const LEAST_DECADES = 1.4;
/** Width of a box with a rate in it on the narrowest tape, and what an arrow needs beside it. */
const BOX = 0.2;
const ARROW = 0.05;
const MAJORS = [[1, 2, 5], [1, 3], [1]];
const LABELS = 7;

export function tapeScene({ zones, now }: LrTape, next: number | null): TapeScene {
  const rates = [now, ...(next === null ? [] : [next]), ...zones.flatMap(({ from, to }) => [from, to])];
  const known = rates.filter((rate) => rate !== null && rate > 0) as number[];
  const middle = Math.log10(Math.sqrt(Math.min(...known) * Math.max(...known)));
  const reach = Math.max(
    LEAST_DECADES / 2,
    Math.log10((MARGIN * MARGIN * Math.max(...known)) / Math.min(...known)) / 2,
  );
  const low = middle - reach;
  const place = (rate: number): number => (Math.log10(rate) - low) / (2 * reach);
  const at = place(now);
  const goal = next === null ? null : place(next);
  const [box, goalBox] = apart(at, goal);
  return {
    zones: zones.map(({ name, from, to }) => ({
      name,
      from: from === null ? 0 : place(from),
      to: to === null ? 1 : place(to),
      fades: name !== "healthy" ? null : from === null ? (to === null ? "both" : "left") : to === null ? "right" : null,
    })),
    ticks: ticksBetween(low, low + 2 * reach).map((tick) => ({ ...tick, at: place(tick.rate) })),
    now: {
      rate: now,
      at,
      box,
      zone: zones.find(({ from, to }) => (from ?? 0) <= now && now <= (to ?? Infinity))?.name ?? null,
    },
    advised: next === null || goal === null ? null : { rate: next, at: goal, box: goalBox },
    arrow: goal !== null && Math.abs(box - goalBox) >= BOX + ARROW,
  };
}

/** Boxes stand at their rates, inside the tape and beside each other. */
function apart(now: number, goal: number | null): [number, number] {
  const inside = (x: number): number => Math.min(1 - BOX / 2, Math.max(BOX / 2, x));
  if (goal === null) return [inside(now), 0];
  const push = Math.max(0, BOX - Math.abs(now - goal)) / 2;
  const side = now < goal ? -1 : 1;
  const [a, b] = [inside(now + side * push), inside(goal - side * push)];
  if (Math.abs(a - b) >= BOX - 1e-9) return [a, b];
  return a === 1 - BOX / 2 || a === BOX / 2 ? [a, a - side * BOX] : [b + side * BOX, b];
}

function ticksBetween(low: number, high: number): { rate: number; major: boolean }[] {
  const rates: { rate: number; digit: number }[] = [];
  for (let decade = Math.floor(low); decade <= high; decade++) {
    for (let digit = 1; digit < 10; digit++) {
      const rate = Number(`${digit}e${decade}`);
      if (Math.log10(rate) >= low && Math.log10(rate) <= high) rates.push({ rate, digit });
    }
  }
  const digits = MAJORS.find((some) => rates.filter(({ digit }) => some.includes(digit)).length <= LABELS) ?? [1];
  return rates.map(({ rate, digit }) => ({ rate, major: digits.includes(digit) }));
}
