import fc from "fast-check";
import { expect, test } from "vitest";
import { formatTick, growingEnd, linearAxis, linearTicks, logAxis, niceStep, positionOn, steadyAxis } from "./axis.ts";

const finite = fc.double({ noNaN: true, min: -1e6, max: 1e6 });

test("an axis holds what it was made for, and no tick lies outside it", () => {
  fc.assert(
    fc.property(finite, fc.double({ noNaN: true, min: 1e-6, max: 1e6 }), fc.boolean(), (min, span, fine) => {
      const axis = linearAxis({ min, max: min + span }, 5, { fine });
      expect(axis.min).toBeLessThanOrEqual(min + 1e-9 * Math.abs(min));
      expect(axis.max).toBeGreaterThanOrEqual(min + span - 1e-9 * Math.abs(min + span));
      expect(axis.ticks.length).toBeLessThanOrEqual(8);
      for (const tick of axis.ticks) expect(positionOn(axis, tick)).toBeLessThanOrEqual(1 + 1e-6);
    }),
  );
});

test("a loss is ruled in steps people count in, without binary dust", () => {
  expect(linearTicks({ min: 2.4, max: 3.2 }, 5)).toEqual([2.4, 2.6, 2.8, 3, 3.2]);
  expect(niceStep(1.25, 5)).toBe(0.5);
  expect(niceStep(1.25, 5, true)).toBe(0.25);
});

test("ticks are written with as many decimals as they need, and all alike", () => {
  const ticks = [2, 2.25, 2.5];
  expect(ticks.map((tick) => formatTick(tick, ticks))).toEqual(["2.00", "2.25", "2.50"]);
  expect(formatTick(-1, [-1, 0, 1])).toBe("\u22121");
  expect(formatTick(200_000, [0, 200_000])).toBe("200k");
});

test("a logarithmic axis shows whole decades, and finer ticks when it stays within one", () => {
  expect(logAxis({ min: 0.29, max: 7.8 })).toEqual({ min: 0.1, max: 10, ticks: [0.1, 1, 10], log: true });
  const narrow = logAxis({ min: 2.4, max: 3.8 });
  expect([narrow.min, narrow.max]).toEqual([2, 4]);
  expect(narrow.ticks.length).toBeGreaterThanOrEqual(3);
  expect(logAxis({ min: 0.4, max: 0.6 }, true).ticks).toEqual([0.1, 1]);
});

test("an axis stays while the data fits it, and gives way when it has become too wide or too narrow", () => {
  const before = linearAxis({ min: 2.4, max: 3.2 }, 5);
  expect(steadyAxis(before, linearAxis({ min: 2.45, max: 3.15 }, 5))).toBe(before);
  expect(steadyAxis(before, linearAxis({ min: 2.4, max: 4 }, 5))).not.toBe(before);
  expect(steadyAxis(before, linearAxis({ min: 2.4, max: 2.6 }, 5))).not.toBe(before);
  expect(steadyAxis(before, logAxis({ min: 2.4, max: 3.2 })).log).toBe(true);
});

test("an axis that grows with the run always holds now and moves rarely", () => {
  let end: number | null = null;
  let moves = 0;
  for (let now = 1; now <= 10_000; now++) {
    const next = growingEnd(end, 0, now, 0.15);
    expect(next).toBeGreaterThanOrEqual(now);
    expect(next).toBeLessThanOrEqual(now * 2 + 2);
    if (next !== end) moves++;
    end = next;
  }
  expect(moves).toBeLessThan(160);
});
