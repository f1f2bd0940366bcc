import { expect, test, vi } from "vitest";
import { Coalesced } from "./coalesced.ts";

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("however many ask meanwhile, there is one run at a time and one more after it", async () => {
  const finish: (() => void)[] = [];
  const reads = new Coalesced(
    () => new Promise<void>((resolve) => finish.push(resolve)),
    () => {},
  );
  for (let i = 0; i < 5; i++) reads.request();
  expect(finish).toHaveLength(1);
  finish[0]!();
  await settled();
  expect(finish).toHaveLength(2);
  finish[1]!();
  await settled();
  expect(finish).toHaveLength(2);
  expect(reads.running).toBe(false);
});

test("a run that fails is told and tried again, and not before its time", async () => {
  vi.useFakeTimers();
  const failed = vi.fn();
  const task = vi.fn().mockRejectedValueOnce(new Error("gone")).mockResolvedValue(undefined);
  const reads = new Coalesced(task, failed, 2000);
  reads.request();
  await vi.advanceTimersByTimeAsync(0);
  expect(failed).toHaveBeenCalledOnce();
  reads.request();
  await vi.advanceTimersByTimeAsync(1999);
  expect(task).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(1);
  expect(task).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});

test("closed, it runs no more and its failure is nobody's news", async () => {
  const failed = vi.fn();
  const reads = new Coalesced(
    (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    failed,
  );
  reads.request();
  reads.close();
  reads.request();
  await settled();
  expect(failed).not.toHaveBeenCalled();
});
