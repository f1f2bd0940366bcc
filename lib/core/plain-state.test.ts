import fc from "fast-check";
import { expect, test } from "vitest";
import { packState, unpackState } from "./plain-state.ts";

test("doubles survive the text, every bit of them", () => {
  fc.assert(
    fc.property(fc.float64Array({ minLength: 5, maxLength: 5 }), fc.double(), (bulk, single) => {
      const state = { bulk, single, list: [single, { deep: single }] };
      const back = unpackState(packState(state), {
        bulk: new Float64Array(5),
        single: 0,
        list: [] as (typeof state)["list"],
      });
      expect(new Uint8Array(back.bulk.buffer)).toEqual(new Uint8Array(bulk.slice().buffer));
      // JSON writes −0 as 0.
      expect(back.single === 0 ? 0 : back.single).toEqual(single === 0 ? 0 : single);
    }),
  );
});

test.each([
  ["no JSON", "{", "state is not readable"],
  ["a missing key", '{"a":1}', "state.b is no object"],
  ["another kind", '{"a":"1","b":{"c":null}}', "state.a is no number"],
  ["a list for an object", '{"a":1,"b":[]}', "state.b is no object"],
  ["a place that is gone", '{"a":1,"b":{}}', "state.b.c is missing"],
])("a state with %s is refused", (_, text, message) => {
  expect(() => unpackState(text, { a: 0, b: { c: null } })).toThrow(new RangeError(message));
});

test("typed arrays must have the length they had", () => {
  const text = packState({ v: new Float64Array(3) });
  expect(() => unpackState(text, { v: new Float64Array(4) })).toThrow("state.v is not 4 doubles");
});
