import { expect, test } from "vitest";
import type { LrTape } from "#lib/protocol/index.ts";
import { tapeScene } from "./tape-scene.ts";

const tape: LrTape = {
  zones: [
    { name: "too_slow", from: null, to: 1.3e-4 },
    { name: "healthy", from: 1.3e-4, to: 3.1e-4 },
    { name: "oscillating", from: 3.1e-4, to: 8.2e-4 },
    { name: "diverging", from: 8.2e-4, to: null },
  ],
  now: 4.49e-4,
  at: "now",
  basis: "run",
  usualEnds: false,
};

test("equal factors are equal distances, and the zones fill the tape", () => {
  const { zones, now, advised } = tapeScene(tape, 2.245e-4);
  expect(zones[0]!.from).toBe(0);
  expect(zones.at(-1)!.to).toBe(1);
  expect(now.zone).toBe("oscillating");
  expect(zones[2]!.from).toBeLessThan(now.at);
  expect(zones[1]!.from).toBeLessThan(advised!.at);
  const factor = (zones[1]!.to - zones[1]!.from) / Math.log(3.1 / 1.3);
  expect((now.at - advised!.at) / Math.log(2)).toBeCloseTo(factor, 6);
});

test("two boxes never cover each other nor leave the tape", () => {
  for (const next of [1e-5, 1e-4, 4e-4, 4.4e-4, 5e-4, 1e-3]) {
    const { now, advised } = tapeScene(tape, next);
    expect(Math.abs(now.box - advised!.box)).toBeGreaterThanOrEqual(0.2 - 1e-9);
    for (const box of [now.box, advised!.box]) expect(box).toBeGreaterThanOrEqual(0.1 - 1e-9);
    for (const box of [now.box, advised!.box]) expect(box).toBeLessThanOrEqual(0.9 + 1e-9);
  }
});

test("an end of the healthy zone that is not known fades", () => {
  const open: LrTape = {
    ...tape,
    zones: [
      { name: "healthy", from: null, to: 3e-4 },
      { name: "oscillating", from: 3e-4, to: null },
    ],
  };
  expect(tapeScene(open, null).zones.map(({ fades }) => fades)).toEqual(["left", null]);
});
