import { expect, test } from "vitest";
import { LANES, layoutStrip } from "./layout.ts";

test("lanes follow each other without touching, the ribbon under the loss", () => {
  for (const compact of [false, true]) {
    const { lanes, ribbon, height } = layoutStrip(LANES, compact);
    expect(lanes.map(({ name }) => name)).toEqual([...LANES]);
    for (let i = 1; i < lanes.length; i++) expect(lanes[i]!.top).toBeGreaterThan(lanes[i - 1]!.bottom);
    expect(ribbon.top).toBeGreaterThan(lanes[0]!.bottom);
    expect(ribbon.top + ribbon.height).toBeLessThan(lanes[1]!.top);
    expect(height).toBeGreaterThan(lanes.at(-1)!.bottom);
  }
});

test("the room of lanes a log has no metric for goes to the loss", () => {
  const whole = layoutStrip(LANES, false).lanes[0]!.height;
  expect(layoutStrip(["loss"], false).lanes[0]!.height).toBeGreaterThan(whole);
});

test("without a loss the ribbon lies on top", () => {
  const { ribbon, lanes } = layoutStrip(["learningRate"], false);
  expect(ribbon.top + ribbon.height).toBeLessThan(lanes[0]!.top);
});
