import { expect, test } from "vitest";
import { normalNoise } from "#lib/core/index.ts";
import { newSpikeScore, pushSpikeScore, spikeScore } from "./spike-score.ts";

function score(values: readonly number[]): number | null {
  const state = newSpikeScore();
  for (const value of values) pushSpikeScore(state, value);
  return spikeScore(state);
}

test("the score is the share of values seven deviations off the last thousand, near OLMo's own", () => {
  const noise = normalNoise(2);
  const values = Array.from({ length: 4000 }, (_, i) => 1000 + noise() + (i % 500 === 499 ? 30 : 0));
  // The definition itself, over exactly the last 1,000.
  let [outliers, scored] = [0, 0];
  for (let i = 128; i < values.length; i++) {
    const window = values.slice(Math.max(0, i - 1000), i);
    const mean = window.reduce((a, b) => a + b) / window.length;
    const deviation = Math.sqrt(window.reduce((sum, x) => sum + (x - mean) ** 2, 0) / window.length);
    scored++;
    if (Math.abs(values[i]! - mean) >= 7 * deviation) outliers++;
  }
  expect(score(values)).toBeCloseTo(outliers / scored, 4);
  expect(outliers).toBe(8);
});

test("there is no score before 128 values, and none for a constant", () => {
  expect(score(Array<number>(100).fill(1))).toBeNull();
  expect(score(Array<number>(500).fill(1))).toBe(0);
});
