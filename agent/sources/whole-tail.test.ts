import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTail, type Tail, type TailPosition } from "./index.ts";

let folder = "";
let tail: Tail | null = null;
let writes = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "curvewatch-whole-"));
});
afterEach(async () => {
  await tail?.close();
  rmSync(folder, { recursive: true });
});

/** Each writing has a time of its own, as on a real clock. */
function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  writes += 1;
  utimesSync(path, writes, writes);
  return path;
}

const state = (losses: readonly number[], epoch = 1): string =>
  JSON.stringify({ epoch, log_history: losses.map((loss) => ({ loss })) }, null, 2);

async function open(path: string, from: TailPosition | null = null): Promise<void> {
  await tail?.close();
  tail = await openTail({ path, from, now: Date.now });
}

/** Rows until the end of what is there, the events on the way, and the place behind. */
async function readAll() {
  const rows: string[] = [];
  const events: string[] = [];
  for (;;) {
    const chunk = await tail!.read(1 << 16);
    if (chunk.kind === "missing") return { rows: "missing" as const, events, position: null };
    if (chunk.event) events.push(chunk.event);
    rows.push(...chunk.segments.map(({ text }) => text).filter((text) => !text.includes("epoch")));
    if (chunk.eof) return { rows, events, position: chunk.position };
  }
}

const row = (loss: number): string => `{"loss":${loss}}`;

test("a document that is written anew gives what is new, in this process and in the next one", async () => {
  const path = write("trainer_state.json", state([1, 2]));
  await open(path);
  const first = await readAll();
  expect(first.rows).toEqual([row(1), row(2)]);
  expect((await readAll()).rows).toEqual([]);
  write("trainer_state.json", state([1, 2, 3], 22.5));
  expect(await readAll()).toMatchObject({ rows: [row(3)], events: [] });
  write("trainer_state.json", state([1, 2, 3, 4], 23));
  await open(path, first.position);
  expect(await readAll()).toMatchObject({ rows: [row(3), row(4)], events: [] });
});

test("a history that goes another way from a point on is given anew; one that begins otherwise is another file", async () => {
  const path = write("trainer_state.json", state([1, 2, 3]));
  await open(path);
  const { position } = await readAll();
  write("trainer_state.json", state([1, 5, 6, 7]));
  expect(await readAll()).toMatchObject({ rows: [1, 5, 6, 7].map(row), events: ["truncated"] });
  write("trainer_state.json", state([9, 8, 7, 6, 5]));
  await open(path, position);
  expect(await readAll()).toMatchObject({ rows: [9, 8, 7, 6, 5].map(row), events: ["replaced"] });
});

test("a document caught while it is being written loses nothing and gives nothing twice", async () => {
  const path = write("trainer_state.json", state([1, 2, 3]));
  await open(path);
  await readAll();
  for (const part of ["", state([1, 2, 3, 4]).slice(0, 30), state([1, 2, 3, 4]).slice(0, -8)]) {
    write("trainer_state.json", part);
    expect((await readAll()).rows).toEqual([]);
  }
  write("trainer_state.json", state([1, 2, 3, 4]));
  expect(await readAll()).toMatchObject({ rows: [row(4)], events: [] });
});

test("a compressed log is read, also one without its end, and goes on where it was when it has grown", async () => {
  const path = write("train.log.gz", gzipSync("one\ntwo\n").subarray(0, -4));
  await open(path);
  expect((await readAll()).rows).toEqual(["one", "two"]);
  write("train.log.gz", Buffer.concat([gzipSync("one\ntwo\n"), gzipSync("three\n")]));
  expect((await readAll()).rows).toEqual(["three"]);
});

test("what is no gzip file though its name says so is told; a file that is not there is waited for", async () => {
  await open(write("train.log.gz", "plain text, not compressed at all\n"));
  await expect(readAll()).rejects.toThrow("train.log.gz");
  const path = join(folder, "later", "trainer_state.json");
  await open(path);
  expect((await readAll()).rows).toBe("missing");
});
