import { describe, expect, test } from "vitest";
import { bar, readText } from "./testing.ts";

describe("how a log ended", () => {
  const trace = (error: string) =>
    `Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\n${error}\n`;

  test.each([
    [trace("ValueError: bad shape"), "failed", "ValueError: bad shape"],
    [
      `${bar(5, 9)}${trace("torch.OutOfMemoryError: CUDA out of memory. Tried")}`,
      "failed",
      "torch.OutOfMemoryError: CUDA out of memory. Tried",
    ],
    [
      `${trace("KeyError: 'x'")}\nDuring handling of the above exception, another exception occurred:\n\n${trace("OSError: disk full")}`,
      "failed",
      "OSError: disk full",
    ],
    [trace("KeyboardInterrupt"), "failed", "KeyboardInterrupt"],
    [trace("KeyError: 'x'").replace(/^/gm, "[rank3]: "), "failed", "KeyError: 'x'"],
    [
      `${trace("KeyError: 'x'")}${trace("torch.distributed.elastic.multiprocessing.errors.ChildFailedError: ")}`,
      "failed",
      "KeyError: 'x'",
    ],
    ["Killed\n", "failed", "Killed"],
    [
      "run.sh: line 3: 4242 Segmentation fault (core dumped) python train.py\n",
      "failed",
      "run.sh: line 3: 4242 Segmentation fault (core dumped) python train.py",
    ],
    [
      "Training completed. Do not forget to share your model\n",
      "finished",
      "Training completed. Do not forget to share your model",
    ],
    [
      "[after training is done] datetime: 2026-01-02 03:04:05\n",
      "finished",
      "[after training is done] datetime: 2026-01-02 03:04:05",
    ],
    [
      "exiting program at iteration 100 datetime: 2026\n",
      "finished",
      "exiting program at iteration 100 datetime: 2026",
    ],
    ["Loss is nan, stopping training\n", "failed", "Loss is nan, stopping training"],
    ["Aborting training due to NaN loss.\n", "failed", "Aborting training due to NaN loss."],
    ["3 epochs completed in 0.004 hours.\n", "finished", "3 epochs completed in 0.004 hours."],
    ["Training time 1:52:18\n", "finished", "Training time 1:52:18"],
  ])("%j", (log, kind, text) => {
    const { facts } = readText(`step=1 loss=2\n${log}`);
    expect(facts.end).toMatchObject({ kind, text });
  });

  test.each([
    `Exception ignored in: <function f>\n${trace("TypeError: x")}`,
    `Traceback (most recent call last):\n  File "a.py", line 1\nstep=2 loss=2\nNote: training went on\n`,
    "ValueError: mentioned, but not raised\n",
    "training set is complete with 100 files\n",
    "Killed 3 stale workers\n",
  ])("not by %j", (log) => {
    expect(readText(`step=1 loss=2\n${log}`).facts.end).toBeNull();
  });

  test("a later attempt in the same file takes the end back", () => {
    const log = `step=1 loss=2\n${trace("ValueError: bad")}`;
    expect(readText(log).facts.end).toMatchObject({ kind: "failed", line: 5 });
    expect(readText(`${log}step=1 loss=2\n`).facts.end).toBeNull();
  });

  test("how a trainer that we started ended is the end, unless an error said more", () => {
    const ended = (text: string) => readText(`step=1 loss=2.5\n${text}\n`).facts.end;
    expect(ended("curvewatch run: exit code 0")).toMatchObject({ kind: "finished", line: 2 });
    expect(ended("curvewatch run: killed by SIGKILL, out of memory")).toMatchObject({ kind: "failed", line: 2 });
    const crash = "Traceback (most recent call last):\nValueError: bad\n\ncurvewatch run: exit code 1";
    expect(ended(crash)).toMatchObject({ kind: "failed", text: "ValueError: bad" });
    expect(ended("training completed\ncurvewatch run: exit code 1")).toMatchObject({ kind: "failed", line: 3 });
  });
});
