import { expect, test } from "vitest";
import { DiagnosisEngine } from "../engine.ts";
import { scenario } from "../scenario.ts";

function sentences(series: Record<string, string>): string[] {
  const said = DiagnosisEngine.fresh().observe(scenario(series));
  return said.filter(({ rule }) => rule === "loss.periodic").map(({ severity, text }) => `${severity}: ${text.en}`);
}

test("a small steady swing is a note with its period, as a share of the epoch where that is known", () => {
  const loss = "9/0.3x1500~0.05^0.6/32";
  expect(sentences({ "train/loss": loss })[0]).toMatch(/^note: Loss swings ±0\.\d+ with a period of about 32 steps\./);
  expect(sentences({ "train/loss": loss, epoch: "0+0.01x1500" })[0]).toContain("32 steps, 32.0% of an epoch");
  expect(sentences({ "train/loss": loss })).toHaveLength(1);
});

test("white noise has no period", () => {
  expect(sentences({ "train/loss": "9/0.3x1500~0.3" })).toEqual([]);
});
