import { expect, test } from "vitest";
import { diagnoseKnownCause, faultsOf, knownCauses } from "./known-causes.ts";

const causes = knownCauses(1);
const kinds = [...new Set(causes.map(({ kind }) => kind))];

test.each(kinds)("%s: what was put in is said once, at its step, and nothing that is not there", (kind) => {
  const ofKind = causes.filter((cause) => cause.kind === kind);
  expect(ofKind.length).toBeGreaterThanOrEqual(10);
  expect(ofKind.flatMap((cause) => faultsOf(cause, diagnoseKnownCause(cause)))).toEqual([]);
});

test("the same seed gives the same runs, another seed others", () => {
  expect(JSON.stringify(knownCauses(1))).toBe(JSON.stringify(causes));
  expect(JSON.stringify(knownCauses(2))).not.toBe(JSON.stringify(causes));
});
