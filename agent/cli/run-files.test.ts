import { describe, expect, test } from "vitest";
import { filesByRun, isRunFile, targetOf } from "./run-files.ts";

/** Each run by its folder or file, with the names of its files below it. */
function runs(...paths: string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const log of filesByRun(paths.filter(isRunFile).sort())) {
    const target = targetOf(log);
    found[target] ??= [];
    found[target].push(log.path === target ? "" : log.path.slice(log.path.lastIndexOf("/") + 1));
  }
  return found;
}

describe("what programs leave in their output folders is one run each", () => {
  test("a Trainer's: its newest state, its console, TensorBoard's files; not its vocabulary", () => {
    expect(
      runs(
        "/o/a/checkpoint-500/trainer_state.json",
        "/o/a/checkpoint-1000/trainer_state.json",
        "/o/a/train.log",
        "/o/a/merges.txt",
        "/o/a/tokenizer.json",
        "/o/a/all_results.json",
        "/o/a/runs/Nov25_host/events.out.tfevents.1.host.1.0",
        "/o/a/runs/Nov26_host/events.out.tfevents.2.host.1.0",
      ),
    ).toEqual({
      "/o/a": [
        "trainer_state.json",
        "train.log",
        "events.out.tfevents.1.host.1.0",
        "events.out.tfevents.2.host.1.0",
      ].sort(byKind),
    });
    const [state] = filesByRun(["/o/checkpoint-9/trainer_state.json", "/o/checkpoint-10/trainer_state.json"]);
    expect(state?.path).toBe("/o/checkpoint-10/trainer_state.json");
  });

  test("the folder's own state tells more than any checkpoint's", () => {
    expect(runs("/o/trainer_state.json", "/o/checkpoint-10/trainer_state.json")).toEqual({
      "/o": ["trainer_state.json"],
    });
  });

  test("Lightning's versions, Keras's halves, MMEngine's folders", () => {
    expect(
      runs(
        "/l/version_0/metrics.csv",
        "/l/version_0/events.out.tfevents.1.host.1.0",
        "/l/version_1/metrics.csv",
        "/k/train/events.out.tfevents.1.host.1.0.v2",
        "/k/validation/events.out.tfevents.1.host.1.1.v2",
        "/m/20260101_101010/20260101_101010.log",
        "/m/20260101_101010/vis_data/scalars.json",
        "/m/20260101_101010/vis_data/20260101_101010.json",
      ),
    ).toEqual({
      "/l/version_0": ["metrics.csv", "events.out.tfevents.1.host.1.0"],
      "/l/version_1/metrics.csv": [""],
      "/k": ["events.out.tfevents.1.host.1.0.v2", "events.out.tfevents.1.host.1.1.v2"],
      "/m/20260101_101010": ["20260101_101010.log", "scalars.json"],
    });
  });

  test("MLflow's and W&B's runs, and what is trained and evaluated in files of their own", () => {
    const run = "/mlruns/1/0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    expect(
      runs(
        `${run}/metrics/eval/loss`,
        `${run}/metrics/loss`,
        "/wandb/run-20260101_101010-abc/run-abc.wandb",
        "/wandb/run-20260101_101010-abc/files/output.log",
        "/f/metrics/train.jsonl",
        "/f/metrics/valid.jsonl",
        "/c/catboost_info/learn_error.tsv",
        "/c/catboost_info/test_error.tsv",
        "/c/catboost_info/time_left.tsv",
      ),
    ).toEqual({
      [run]: ["loss", "loss"],
      "/wandb/run-20260101_101010-abc": ["output.log", "run-abc.wandb"],
      "/f/metrics": ["train.jsonl", "valid.jsonl"],
      "/c/catboost_info": ["learn_error.tsv", "test_error.tsv"],
    });
  });
});

const byKind = (a: string, b: string): number => order(a) - order(b) || (a < b ? -1 : 1);
const order = (name: string): number => (name.endsWith(".log") ? 0 : name === "trainer_state.json" ? 1 : 2);

test("two of a kind are two runs; names that begin alike bring files together", () => {
  expect(runs("/o/run1.log", "/o/run2.log", "/o/x.jsonl")).toEqual({
    "/o/run1.log": [""],
    "/o/run2.log": [""],
    "/o/x.jsonl": [""],
  });
  expect(runs("/o/a.log", "/o/a.log.json", "/o/b.log", "/o/b.log.json", "/o/c.log")).toEqual({
    "/o/a": ["a.log", "a.log.json"],
    "/o/b": ["b.log", "b.log.json"],
    "/o/c.log": [""],
  });
});

test("many event files of one place cost no more than their number", () => {
  const paths = Array.from({ length: 5000 }, (_, i) => `/o/runs/r${i}/events.out.tfevents.1.host.1.0`);
  const started = performance.now();
  expect(filesByRun(paths).length).toBe(5000);
  expect(performance.now() - started).toBeLessThan(1000);
});
