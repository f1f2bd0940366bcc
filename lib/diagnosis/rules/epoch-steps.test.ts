import { expect, test } from "vitest";
import { scenario } from "../scenario.ts";
import { told } from "./told.ts";

const steps = (loss: string, epoch: string) => told(["loss.epoch_steps"], scenario({ "train/loss": loss, epoch }));
const STAIRS = "3x50~0.03 2.2x50~0.03 1.6x50~0.03 1.2x50~0.03 0.9x50~0.03";

test("steps down at three boundaries in a row are a note, whether the epoch is printed as a share or as a count", () => {
  expect(steps(STAIRS, "0.02+0.02x250")).toEqual(["loss.epoch_steps note 51@158"]);
  expect(steps(STAIRS, "0x50 1x50 2x50 3x50 4x50")).toEqual(["loss.epoch_steps note 51@158"]);
});

test("a steady descent, and steps that are not at the boundaries, are none", () => {
  expect(steps("3-0.008x250~0.03", "0.02+0.02x250")).toEqual([]);
  expect(steps(`3x25~0.03 ${STAIRS}`, "0.02+0.02x275")).toEqual([]);
});
