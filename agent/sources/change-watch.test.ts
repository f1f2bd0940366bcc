import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChangeWatch, LogTail, type TailChunk } from "./index.ts";

/** Timers stand still unless moved, so that whatever wakes an idle watch in between is the system's notification. */
let folder: string;
let path: string;
let watch: ChangeWatch;
let abort: AbortController;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  folder = mkdtempSync(join(tmpdir(), "curvewatch-watch-"));
  path = join(folder, "train.log");
  watch = new ChangeWatch(path, () => performance.now());
  abort = new AbortController();
});

afterEach(() => {
  watch.close();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

async function chunk(): Promise<TailChunk> {
  const tail = await LogTail.open({ path, from: null, now: () => performance.now() });
  const read = await tail.read(1 << 16);
  await tail.close();
  return read;
}

/** Waits a hundred times, 20 ms each. */
async function passActiveTime(last: TailChunk): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    const wait = watch.wait(last, abort.signal);
    await vi.advanceTimersByTimeAsync(20);
    await wait;
  }
}

async function becomeIdle(): Promise<TailChunk> {
  const last = await chunk();
  await passActiveTime(last);
  await watch.wait(last, abort.signal); // Begins to watch, and lets the log be read once more.
  return last;
}

test("a log that is being written is read every 20 ms", async () => {
  writeFileSync(path, "one\n");
  await passActiveTime(await chunk());
  expect(performance.now()).toBe(2000);
});

test("a log with more to read is not waited for", async () => {
  writeFileSync(path, "one\n");
  const last = await chunk();
  await watch.wait({ ...last, kind: "read", eof: false } as TailChunk, abort.signal);
  expect(vi.getTimerCount()).toBe(0);
});

test("an idle log wakes its reader when it grows", async () => {
  writeFileSync(path, "one\n");
  const last = await becomeIdle();
  const wait = watch.wait(last, abort.signal);
  appendFileSync(path, "two\n");
  await wait;
  expect(performance.now()).toBe(2000);
});

test("growth while nobody waits is remembered", async () => {
  writeFileSync(path, "one\n");
  const last = await becomeIdle();
  const noticed = watch.wait(last, abort.signal);
  appendFileSync(path, "two\n");
  await noticed;
  appendFileSync(path, "three\n");
  await watch.wait(last, abort.signal);
  expect(performance.now()).toBe(2000);
});

test("a missing log wakes its reader when it appears", async () => {
  const last = await becomeIdle();
  const wait = watch.wait(last, abort.signal);
  writeFileSync(`${path}.draft`, "one\n");
  renameSync(`${path}.draft`, path);
  await wait;
  expect(performance.now()).toBe(2000);
});

test("whatever is notified or not, an idle log is looked at every second", async () => {
  path = join(folder, "no such folder", "train.log");
  watch = new ChangeWatch(path, () => performance.now());
  const last = await chunk();
  await passActiveTime(last);
  const idle = watch.wait(last, abort.signal);
  await vi.advanceTimersByTimeAsync(1000);
  await idle;
  expect(performance.now()).toBe(3000);
});

test("aborting ends any wait at once and leaves no timer", async () => {
  writeFileSync(path, "one\n");
  const wait = watch.wait(await chunk(), abort.signal);
  abort.abort();
  await wait;
  await watch.wait(await chunk(), abort.signal);
  expect(vi.getTimerCount()).toBe(0);
});
