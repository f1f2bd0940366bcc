import { expect, test } from "vitest";
import type { Features } from "./features.ts";
import type { Scores } from "./scores.ts";
import { isSure, judgeLook, type Look, newLookMachine, quietLooks, restartLooks } from "./states.ts";

const calm = { noise: 0.1, progress: 5, relativeRate: 1, halfDrop: 1, halfDropError: 0.01 };

/** A judgement at `points` with these scores; step = points. */
function judgement(points: number, scores: Partial<Scores>, known = true, maxSteps: number | null = null) {
  const { high = 0 } = scores;
  const full: Scores = {
    high,
    sureHigh: high,
    low: 0,
    diverging: 0,
    noProgress: false,
    restlessFrom: null,
    signs: [],
    ...scores,
  };
  const features = { ...calm, points } as Features;
  const likely = { high: 1, low: 1 };
  return { features, scores: full, likely, step: points, rateKnown: known, rateRises: false, maxSteps };
}

/** The point at which a machine that sees these scores from `from` on enters another state. */
function entersAt(
  scores: Partial<Scores>,
  { machine = newLookMachine(), from = 1, known = true, maxSteps = null as number | null } = {},
) {
  const before = machine.look;
  for (let points = from; points < 5000; points++) {
    judgeLook(machine, judgement(points, scores, known, maxSteps));
    if (machine.look !== before) return [machine.look, points];
  }
  return [machine.look, null];
}

test("each look has an earliest point", () => {
  expect(entersAt({ diverging: 1 })).toEqual(["diverging", 48]);
  expect(entersAt({ high: 1 })).toEqual(["oscillating", 64]);
  expect(entersAt({ low: 1 })).toEqual(["too_slow", 100]);
  expect(entersAt({ low: 1 }, { known: false })).toEqual(["too_slow", 150]);
  expect(entersAt({ low: 1 }, { maxSteps: 10_000 })).toEqual(["too_slow", 800]);
  expect(entersAt({})).toEqual(["healthy", 48]);
});

test("later, a look must be wanted for a share of the run", () => {
  const healthy = () => ({ ...newLookMachine(), look: "healthy" as Look });
  // held ≥ 6 % of the points at its entry: from 1000 until n with n − 1000 ≥ .06 n.
  expect(entersAt({ high: 0.71 }, { machine: healthy(), from: 1000 })).toEqual(["oscillating", 1064]);
  expect(entersAt({ diverging: 0.71 }, { machine: healthy(), from: 1000 })).toEqual(["diverging", 1021]);
  expect(entersAt({ high: 0.69 }, { machine: healthy(), from: 1000 })).toEqual(["healthy", null]);
});

test("a state is left only well below the bar it was entered at", () => {
  const swinging = () => ({ ...newLookMachine(), look: "oscillating" as Look });
  expect(entersAt({ high: 0.36 }, { machine: swinging(), from: 500 })).toEqual(["oscillating", null]);
  expect(entersAt({ high: 0.34 }, { machine: swinging(), from: 500 })).toEqual(["healthy", 556]);
});

test("diverging goes before oscillating, oscillating before too slow", () => {
  expect(entersAt({ diverging: 0.8, high: 1, low: 1 }, { from: 300 })[0]).toBe("diverging");
  expect(entersAt({ high: 0.9, low: 0.9 }, { from: 300 })[0]).toBe("oscillating");
});

test("a restart gives 64 points' grace, and takes a state back with its stretch", () => {
  const kept = { ...newLookMachine(), look: "healthy" as Look };
  restartLooks(kept, 400, false);
  expect(kept.look).toBe("healthy");
  expect(entersAt({ diverging: 1 }, { machine: kept, from: 401 })).toEqual(["diverging", 474]);
  const gone = { ...newLookMachine(), look: "oscillating" as Look };
  restartLooks(gone, 400, true);
  expect(gone.look).toBe("warming_up");
});

test("a look about the rate needs the model's consent", () => {
  const machine = newLookMachine();
  for (let points = 1; points < 3000; points++) {
    judgeLook(machine, { ...judgement(points, { low: 1 }), likely: { high: 0, low: 0.2 } });
  }
  expect(machine.look).toBe("healthy");
});

test("sure means sure for as long as it takes to enter, and not just after the rate has jumped", () => {
  const machine = { ...newLookMachine(), look: "oscillating" as Look };
  const see = (from: number, to: number, high: number) => {
    for (let points = from; points <= to; points++) judgeLook(machine, judgement(points, { high }));
  };
  see(1000, 1200, 0.75);
  expect(isSure(machine, 1200, true)).toBe(false);
  see(1201, 1260, 0.85);
  expect(isSure(machine, 1260, true)).toBe(false);
  see(1261, 1300, 0.85);
  expect(isSure(machine, 1300, true)).toBe(true);
  // Without the rate, twice as long.
  expect(isSure(machine, 1300, false)).toBe(false);
  quietLooks(machine, 1300);
  expect([1301, 1338, 1339].map((points) => isSure(machine, points, true))).toEqual([false, false, true]);
});
