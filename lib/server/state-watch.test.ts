import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunState } from "#lib/protocol/index.ts";
import { StateWatch } from "./state-watch.ts";

let now: Record<string, RunState> = {};
let changes: string[] = [];
let ticks: string[][] = [];
let watch: StateWatch;
beforeEach(() => {
  vi.useFakeTimers();
  now = {};
  changes = [];
  ticks = [];
  watch = new StateWatch({
    states: async (runs) => runs.flatMap((id) => (now[id] ? [{ id, state: now[id] }] : [])),
    tick: async (runs) => {
      ticks.push(runs);
    },
    changed: (run, from, to) => changes.push(`${run} ${from} ${to}`),
    failed: (error) => expect.fail(String(error)),
  });
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

const look = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1000);

test("a run that falls silent, and one that speaks again, is told once each", async () => {
  now.a = "running";
  watch.seen("a");
  await look();
  await look();
  expect(changes).toEqual([]);
  now.a = "quiet";
  await look();
  await look();
  now.a = "running";
  await look();
  expect(changes).toEqual(["a running quiet", "a quiet running"]);
});

test("a log that was silent when it came is no change; its end is", async () => {
  now.old = "quiet";
  now.done = "finished";
  watch.seen("old");
  watch.seen("done");
  await look();
  expect(changes).toEqual(["done finished finished"]);
  await look();
  expect(changes.length).toBe(1);
});

test("a run that is over is not asked for again until it has data", async () => {
  now.a = "running";
  watch.seen("a");
  await look();
  now.a = "failed";
  await look();
  now.a = "running";
  await look();
  expect(changes).toEqual(["a running failed"]);
  watch.seen("a");
  await look();
  now.a = "lost";
  await look();
  expect(changes).toEqual(["a running failed", "a running lost"]);
});

test("every fifteen seconds the runs that may go on are ticked, silent ones too", async () => {
  Object.assign(now, { works: "running", silent: "quiet", gone: "lost", over: "finished", unborn: "waiting" });
  for (const run of Object.keys(now)) watch.seen(run);
  await vi.advanceTimersByTimeAsync(14_000);
  expect(ticks).toEqual([]);
  await vi.advanceTimersByTimeAsync(16_000);
  expect(ticks).toEqual([
    ["works", "silent"],
    ["works", "silent"],
  ]);
});
