import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { GpusView, GpuView } from "#lib/protocol/index.ts";
import { GpuFeed } from "./gpu-feed.ts";

const GPU = { uuid: "GPU-0" } as GpuView;
const answer = (to: number, gpus: GpuView[] = [GPU]): GpusView => ({ from: 0, to, gpus });

let page: EventTarget & { hidden: boolean };
let asked = 0;
let answers: (asked: number) => GpusView;
beforeEach(() => {
  vi.useFakeTimers();
  page = Object.assign(new EventTarget(), { hidden: false });
  asked = 0;
  vi.stubGlobal("document", page);
  vi.stubGlobal("fetch", async () => Response.json(answers(++asked)));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("GPUs that are read are asked for every ten seconds", async () => {
  answers = (to) => answer(to);
  const feed = new GpuFeed("run");
  const close = feed.open(8);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([asked, feed.gpus()?.to]).toEqual([7, 7]);
  close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(7);
});

test.each([
  ["there are none", (to: number) => answer(to, [])],
  ["the run is over", () => answer(5)],
])("once a minute at most while %s", async (_, next) => {
  answers = next;
  const close = new GpuFeed("run").open(8);
  await vi.advanceTimersByTimeAsync(15_000);
  asked = 0;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toBe(10);
  close();
});

test("a hidden tab asks nothing, and at once when it is seen", async () => {
  answers = (to) => answer(to);
  page.hidden = true;
  const close = new GpuFeed("run").open(8);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked).toBe(0);
  page.hidden = false;
  page.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toBe(1);
  close();
});

test("a server that does not answer leaves what is known", async () => {
  answers = (to) => answer(to);
  const feed = new GpuFeed("run");
  const close = feed.open(8);
  await vi.advanceTimersByTimeAsync(0);
  vi.stubGlobal("fetch", async () => Promise.reject(new Error("gone")));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(feed.gpus()).toEqual(answer(1));
  close();
});
