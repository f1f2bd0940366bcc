import { expect, test } from "vitest";
import { noShared, observationsOf, publicCurves, trainingCurve, trainings } from "../../evaluation/curves.ts";
import { DiagnosisEngine } from "../engine.ts";
import { scenario } from "../scenario.ts";
import { told } from "./told.ts";

const SPIKES = ["loss.spike", "grad.spike", "loss.level_shift"];
const BEFORE = "9/0.3x300~0.03";

test("a spike that comes back is one note, at its very record", () => {
  const loss = `${BEFORE} 6x3 1.6x400~0.03`;
  expect(told(SPIKES, scenario({ "train/loss": loss }))).toEqual(["loss.spike note 301@301"]);
});

test("one that is small beside the first steps' gain is told, too, where it stands far out of the noise", () => {
  const [before, after] = ["9/0.3x2000~0.01", "0.92x400~0.01"];
  expect(told(SPIKES, scenario({ "train/loss": `${before} 1.6x3 ${after}` }))).toEqual(["loss.spike note 2001@2001"]);
  expect(told(SPIKES, scenario({ "train/loss": `${before} 1.05x3 ${after}` }))).toEqual([]);
});

test("the sentence tells the gradient norm that jumped with it, and the spike score where there is one", () => {
  const series = { "train/loss": `${BEFORE} 6x3 1.6x50~0.03`, grad_norm: "0.8x300~0.05 40x3 0.8x50~0.05" };
  const [said] = DiagnosisEngine.fresh()
    .observe(scenario(series))
    .filter(({ rule }) => rule === "loss.spike");
  expect(said!.text.en).toMatch(/^Loss jumped from 1\.\d+ to 6\.00 at step 301, gradient norm ×5\d\.\d with it\./);
  expect(said!.evidence.map(({ name }) => name)).toEqual(["level", "top", "norm_factor", "spike_score"]);
});

test("a gradient norm that jumps ahead of the loss is the early warning; with the loss it is told there", () => {
  const ahead = { "train/loss": `${BEFORE} 1.6x200~0.03`, grad_norm: "0.8x300~0.05 40x2 0.8x198~0.05" };
  expect(told(SPIKES, scenario(ahead))).toEqual(["grad.spike note 301@301"]);
  const small = { ...ahead, grad_norm: "0.8x300~0.05 6x2 0.8x198~0.05" };
  expect(told(SPIKES, scenario(small))).toEqual([]);
});

test("one that does not come back is pushed after 64 records, then told as a new level; or that it is back", () => {
  const stays = `9/0.3x600~0.03 2.3x300~0.03`;
  expect(told(SPIKES, scenario({ "train/loss": stays }))).toEqual([
    "loss.spike note 601@601",
    "loss.spike caution! 601@665",
    "loss.level_shift note 601@697",
  ]);
  const back = `9/0.3x600~0.03 2.3x80~0.03 1.25x100~0.03`;
  expect(told(SPIKES, scenario({ "train/loss": back })).at(-1)).toMatch(/^loss\.spike note 601@68/);
});

test("spikes that come again and again are told once as such, without a push", () => {
  const often = `${BEFORE} ${"6x2 1.6x60~0.03 ".repeat(8)}`;
  const norm = `0.8x300~0.05 ${"20x2 0.8x60~0.05 ".repeat(8)}`;
  const lines = told(["loss.spike"], scenario({ "train/loss": often, grad_norm: norm }));
  expect(lines).toEqual(["loss.spike note 301@301", "loss.spike caution 425@425"]);
});

test("real spikes are found at the record where they were made", (context) => {
  if (noShared !== null) context.skip(noShared);
  for (const training of trainings().filter(({ id }) => id.startsWith("bad-batch-"))) {
    const { spikeStep: step } = training.events as { spikeStep: number };
    expect(told(["loss.spike"], [...observationsOf(trainingCurve(training))])).toEqual([
      `loss.spike note ${step}@${step}`,
    ]);
  }
});

test("every 6th public run that ended well: at most .3 spike findings in 1,000 points, none pushed", (context) => {
  if (noShared !== null) context.skip(noShared);
  const runs = publicCurves().filter((_, i) => i % 6 === 0);
  const points = runs.reduce((sum, { loss }) => sum + loss.length, 0);
  const rules = [...SPIKES, "nan.", "inf.", "zero.", "const.", "missing.", "fp16."];
  const lines = runs.flatMap((curve) => told(rules, [...observationsOf(curve)]));
  expect((1000 * lines.length) / points).toBeLessThanOrEqual(0.3);
  expect(lines.filter((line) => /!|nan|inf|zero|const|missing|fp16/.test(line))).toEqual([]);
});
