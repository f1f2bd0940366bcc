import { expect, test } from "vitest";
import { foundEntries, type PaletteEntry } from "./palette-entries.ts";

const entry = (group: PaletteEntry["group"], label: string, detail = "", words: string[] = []): PaletteEntry => ({
  id: label,
  group,
  label,
  detail,
  words,
});
const labels = (entries: PaletteEntry[], query: string): string[] =>
  foundEntries(entries, query).map(({ label }) => label);

const ENTRIES = [
  entry("pages", "Settings", "Where alerts go"),
  entry("runs", "lr6e4-bs512", "atlas-lm, gpu-07", ["Oscillating"]),
  entry("runs", "vit-l-384", "vision, gpu-11", ["Healthy"]),
  entry("hosts", "gpu-07"),
  entry("acts", "Raw loss on and off"),
];

test("an entry is found by any of its words, all of them asked for, runs before the rest", () => {
  expect(labels(ENTRIES, "gpu-07")).toEqual(["lr6e4-bs512", "gpu-07"]);
  expect(labels(ENTRIES, "OSCILL atlas")).toEqual(["lr6e4-bs512"]);
  expect(labels(ENTRIES, "alerts")).toEqual(["Settings"]);
  expect(labels(ENTRIES, "oscill vision")).toEqual([]);
});

test("what begins with the query comes first in its group", () => {
  expect(labels([entry("runs", "a-vit"), entry("runs", "vit-b")], "vit")).toEqual(["vit-b", "a-vit"]);
});

test("before a word is typed the newest runs, the acts and the pages are there", () => {
  const runs = Array.from({ length: 9 }, (_, i) => entry("runs", `run-${i}`));
  expect(labels([...runs, ...ENTRIES.slice(3)], "")).toEqual([
    "run-0",
    "run-1",
    "run-2",
    "run-3",
    "run-4",
    "Raw loss on and off",
  ]);
});
