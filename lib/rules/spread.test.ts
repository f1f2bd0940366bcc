import fc from "fast-check";
import { expect, test } from "vitest";
import { median } from "#lib/core/index.ts";
import { medianDistance } from "./spread.ts";

test("the median distance is the one that laying all distances side by side gives", () => {
  const values = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -9, max: 9, noNaN: true })), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(values, (given) => {
      const sorted = Float64Array.from(given).sort();
      const middle = median(given);
      const distances = given.map((value) => Math.abs(value - middle));
      expect(medianDistance(sorted, sorted.length, middle)).toBeCloseTo(median(distances), 12);
    }),
    { numRuns: 2000 },
  );
});
