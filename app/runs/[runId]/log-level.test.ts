import { expect, test } from "vitest";
import { logLevel } from "./log-level.ts";

test.each([
  ["Traceback (most recent call last):", "critical"],
  ["torch.cuda.OutOfMemoryError: CUDA out of memory.", "critical"],
  ["NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.", "critical"],
  ["[E ProcessGroupNCCL.cpp:475] NCCL watchdog timed out", "critical"],
  ["[2026-01-01 10:00:00] WARNING: loss scale is 1", "caution"],
  ["Gradient overflow. Skipping step, loss scaler 0 reducing loss scale to 32768", "caution"],
  ["nvml: GPU 5 SW thermal slowdown active", "caution"],
  ["FutureWarning: use torch.amp instead", "caution"],
  ["[19:33:40] saved checkpoint step_38000.pt in 11.8s", null],
  ["loading the warmup cache", null],
])("%s is %s", (text, level) => {
  expect(logLevel(text, false)).toBe(level);
});

test("a record is no error, whatever its metrics are called", () => {
  expect(logLevel("step 3 | ERROR 0.21 | loss 2.5", true)).toBeNull();
});
