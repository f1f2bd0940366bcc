import { expect, test } from "vitest";
import { lastCheckpoint } from "./checkpoint.ts";

const lines = (...texts: string[]) => texts.map((text) => ({ text }));

test("the newest checkpoint is told as it was printed, and how a Trainer goes on from it", () => {
  const log = lines(
    "Saving model checkpoint to out/checkpoint-400",
    "{'loss': 2.1}",
    "Saving model checkpoint to out/checkpoint-500/",
    "{'loss': 2.0}",
  );
  expect(lastCheckpoint(log, "hf-trainer")).toEqual({
    path: "out/checkpoint-500",
    resume: "--resume_from_checkpoint out/checkpoint-500",
  });
});

test("of another program it is not said how to resume", () => {
  expect(lastCheckpoint(lines("[19:33:40] saved checkpoint step_38000.pt in 11.8s"), "key-value")).toEqual({
    path: "step_38000.pt",
    resume: null,
  });
  expect(lastCheckpoint(lines("saving checkpoint to out"), "nanogpt")).toBeNull();
});

test("a line that only speaks of checkpoints is none", () => {
  expect(lastCheckpoint(lines("no checkpoint found", "Loading checkpoint shards: 100%"), "hf-trainer")).toBeNull();
  expect(lastCheckpoint(lines("failed while saving the checkpoint because the disk is full"), null)).toBeNull();
});
