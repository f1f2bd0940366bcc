import { expect, test } from "vitest";
import { groupsAtFirst, metricGroups, nameInGroup } from "./metric-groups.ts";

const of = (...names: string[]) => metricGroups(names.map((name) => ({ name, points: 10 })));

test("the same quantity of two splits is one chart, and so are the statistics of one", () => {
  const groups = of(
    "train/accuracy",
    "eval/accuracy",
    "completions/mean_length",
    "completions/max_length",
    "kl_mean",
    "kl_max",
    "kl_min",
  );
  expect(groups.map(({ title, metrics }) => [title, metrics])).toEqual([
    ["accuracy", ["train/accuracy", "eval/accuracy"]],
    ["completions/length", ["completions/mean_length", "completions/max_length"]],
    ["kl", ["kl_mean", "kl_max", "kl_min"]],
  ]);
  expect(groups[0]!.metrics.map((name) => nameInGroup(groups[0]!, name))).toEqual(["train", "eval"]);
  expect(groups[1]!.metrics.map((name) => nameInGroup(groups[1]!, name))).toEqual(["mean", "max"]);
  expect(groups[2]!.metrics.map((name) => nameInGroup(groups[2]!, name))).toEqual(["mean", "max", "min"]);
});

test("what the strip draws, and what has no point, is left out", () => {
  expect(metricGroups([{ name: "empty", points: 0 }])).toEqual([]);
  expect(of("train/loss", "eval/loss", "learning_rate", "grad_norm", "tokens_per_second", "epoch")).toEqual([]);
});

test("a chart has at most five lines; the sixth begins another", () => {
  const groups = of("q_mean", "q_min", "q_max", "q_std", "q_median", "q_p95");
  expect(groups.map(({ metrics }) => metrics.length)).toEqual([5, 1]);
});

test("before anybody has chosen, accuracy and rewards come before timers, in the order of the log", () => {
  const timers = Array.from({ length: 8 }, (_, i) => `timer_${"abcdefgh"[i]}`);
  const shown = groupsAtFirst(of(...timers, "rewards/format", "eval/accuracy"));
  expect(shown.map(({ id }) => id)).toEqual([
    "timer_a",
    "timer_b",
    "timer_c",
    "timer_d",
    "rewards/format",
    "eval/accuracy",
  ]);
});
