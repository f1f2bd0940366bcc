import { expect, test } from "vitest";
import { initialPlaces, openBlock, openColumns, stepAtEpochEnd, stepInEpoch } from "./places.ts";

const at = (epoch: number, count: number, total: number, first = 0) => ({ epoch, first, count, total });

test("epochs of one length follow each other", () => {
  const places = initialPlaces();
  expect(stepInEpoch(places, at(1, 50, 2931, 1))).toBe(50);
  expect(stepAtEpochEnd(places)).toBe(2931);
  expect(stepInEpoch(places, at(2, 50, 2931, 1))).toBe(2981);
});

test("an epoch of another length begins where the one before it ended", () => {
  const places = initialPlaces();
  stepInEpoch(places, at(0, 4, 4));
  expect(stepInEpoch(places, at(1, 1, 3))).toBe(5);
  expect(stepInEpoch(places, at(2, 1, 4))).toBe(8);
});

test("a log that begins in the middle counts the epochs before as long as the one it shows", () => {
  expect(stepInEpoch(initialPlaces(), at(10, 2000, 8223, 1))).toBe(76_007);
});

test("another run in the same log, with epochs of its own, counts anew", () => {
  const places = initialPlaces();
  stepInEpoch(places, at(1, 0, 1504));
  expect(stepInEpoch(places, at(1, 10, 1252))).toBe(1262);
  expect(stepInEpoch(places, at(0, 3, 1252))).toBe(3);
});

test("numbers too large to be steps give none and are not remembered", () => {
  const places = initialPlaces();
  expect(stepInEpoch(places, at(999_999_999, 1, 999_999_999_999_999))).toBeNull();
  expect(places.epoch).toBeNull();
});

test("what is remembered of a heading or a header is short", () => {
  const places = initialPlaces();
  openBlock(places, "olmo", { step: -1, epoch: 1.5, text: `"\u0000${"学".repeat(500)}` });
  expect(places.block).toMatchObject({ step: null, epoch: null, text: "学".repeat(158) });
  expect(openColumns(places, "fastai", ["epoch", "x".repeat(600)], [0, 10])).toBe(false);
  expect(places.columns).toBeNull();
});
