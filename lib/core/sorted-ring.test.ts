import fc from "fast-check";
import { expect, test } from "vitest";
import { newSortedRing, pushSorted, ringQuantile } from "./sorted-ring.ts";

test("a ring is always the sorted tail of what went in", () => {
  // The two zeros are equal in size, so their order among each other is nobody's promise.
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })).map((drawn) => drawn + 0);
  const values = fc.array(value, { maxLength: 60 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 12 }), (pushed, capacity) => {
      const ring = newSortedRing(capacity);
      for (const value of pushed) pushSorted(ring, value);
      const tail = pushed.slice(-capacity);
      expect(ring.size).toBe(tail.length);
      expect([...ring.sorted.subarray(0, ring.size)]).toEqual([...Float64Array.from(tail).sort()]);
    }),
  );
});

test("the median of the window follows the window", () => {
  const ring = newSortedRing(3);
  expect(ringQuantile(ring, 0.5)).toBeNaN();
  const medians = [5, 1, 9, 9, 9].map((value) => {
    pushSorted(ring, value);
    return ringQuantile(ring, 0.5);
  });
  expect(medians).toEqual([5, 3, 5, 9, 9]);
});
