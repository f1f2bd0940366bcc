import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LogTail, type TailChunk, type TailPosition } from "./index.ts";

let folder: string;
let path: string;
let clock: number;
let tail: LogTail | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "curvewatch-tail-"));
  path = join(folder, "train.log");
  clock = Date.now();
  tail = null;
});

afterEach(async () => {
  await tail?.close();
  rmSync(folder, { recursive: true });
});

async function open(from: TailPosition | null = null): Promise<LogTail> {
  await tail?.close();
  tail = await LogTail.open({ path, from, now: () => clock });
  return tail;
}

/** What a test looks at: the event, the texts, the place. */
async function look(maxBytes = 1 << 16) {
  const chunk = await tail!.read(maxBytes);
  if (chunk.kind === "missing") return "missing";
  const { segments, position, event, live, eof } = chunk;
  return { texts: segments.map(({ text }) => text), offset: position.offset, line: position.line, event, live, eof };
}

async function place(): Promise<TailPosition> {
  const chunk: TailChunk = await tail!.read(1 << 16);
  if (chunk.kind === "missing") throw new Error("nothing to be in");
  return chunk.position;
}

describe("reading", () => {
  test("takes at most so many bytes, and says when the end is reached", async () => {
    writeFileSync(path, "one\ntwo\nthree\n");
    await open();
    expect(await look(5)).toMatchObject({ texts: ["one"], offset: 4, line: 1, eof: false });
    expect(await look()).toMatchObject({ texts: ["two", "three"], offset: 14, line: 3, eof: true });
    expect(await look()).toMatchObject({ texts: [], offset: 14, line: 3, eof: true });
  });

  test("is live once the end has been reached, so that history is never taken for news", async () => {
    writeFileSync(path, "old\nold too\n");
    await open();
    expect(await look(4)).toMatchObject({ texts: ["old"], live: false });
    expect(await look()).toMatchObject({ texts: ["old too"], live: false });
    appendFileSync(path, "new\n");
    expect(await look()).toMatchObject({ texts: ["new"], live: true });
  });

  test("holds an unfinished line until the log has been quiet for five seconds, then gives it out once", async () => {
    writeFileSync(path, "");
    await open();
    await look();
    appendFileSync(path, "done\n 50%|██");
    expect(await look()).toMatchObject({ texts: ["done"], offset: 5 });
    clock += 4999;
    expect(await look()).toMatchObject({ texts: [] });
    clock += 1;
    expect(await look()).toMatchObject({ texts: [" 50%|██"], offset: 16, line: 1, live: true });
    clock += 10_000;
    expect(await look()).toMatchObject({ texts: [], offset: 16 });
    appendFileSync(path, "██\n");
    expect(await look()).toMatchObject({ texts: ["██"], line: 2 });
  });

  test("gives out the last line of a log that ended without a newline long ago at once", async () => {
    writeFileSync(path, "one\nlast");
    utimesSync(path, clock / 1000 - 60, clock / 1000 - 60);
    await open();
    expect(await look()).toMatchObject({ texts: ["one"] });
    expect(await look()).toMatchObject({ texts: ["last"] });
  });
});

describe("a missing file", () => {
  test("is waited for, its folder too", async () => {
    path = join(folder, "run 1", "train.log");
    await open();
    expect(await look()).toBe("missing");
    mkdirSync(join(folder, "run 1"));
    expect(await look()).toBe("missing");
    writeFileSync(path, "one\n");
    expect(await look()).toMatchObject({ texts: ["one"], event: "appeared" });
    expect(await look()).toMatchObject({ event: null });
  });

  test("that comes back as it was is read on", async () => {
    writeFileSync(path, "one\n");
    await open();
    await look();
    renameSync(path, `${path}.away`);
    await look();
    clock += 30_000;
    expect(await look()).toBe("missing");
    appendFileSync(`${path}.away`, "two\n");
    renameSync(`${path}.away`, path);
    expect(await look()).toMatchObject({ texts: ["two"], line: 2, event: "appeared" });
  });
});

describe("rotation by rename", () => {
  beforeEach(async () => {
    writeFileSync(path, "one\n");
    await open();
    await look();
    renameSync(path, `${path}.1`);
  });

  test("reads the old file to its end before the new one", async () => {
    appendFileSync(`${path}.1`, "late\nunfinished");
    writeFileSync(path, "new\n");
    expect(await look()).toMatchObject({ texts: ["late"] });
    await look();
    clock += 200;
    expect(await look()).toMatchObject({ texts: ["unfinished"], event: null });
    expect(await look()).toMatchObject({ texts: ["new"], line: 1, offset: 4, event: "rotated" });
  });

  test("waits 30 s for late writers while the new file is empty", async () => {
    writeFileSync(path, "");
    await look();
    clock += 29_000;
    appendFileSync(`${path}.1`, "late\n");
    expect(await look()).toMatchObject({ texts: ["late"], live: true });
    clock += 29_999;
    expect(await look()).toMatchObject({ texts: [], event: null });
    clock += 1;
    expect(await look()).toMatchObject({ texts: [], event: "rotated" });
    appendFileSync(path, "new\n");
    expect(await look()).toMatchObject({ texts: ["new"], live: true });
  });

  test("leaves a writer that never stops after 30 s when there is news elsewhere", async () => {
    writeFileSync(path, "new\n");
    await look();
    for (let i = 0; i < 31; i += 1) {
      clock += 1000;
      appendFileSync(`${path}.1`, `${i}\n`);
      expect(await look()).toMatchObject({ texts: [`${i}`] });
    }
    expect(await look()).toMatchObject({ texts: ["new"], event: "rotated" });
  });

  test.each([
    ["numbered", (n: number) => (n === 0 ? path : `${path}.${n}`)],
    ["dated", (n: number) => (n === 0 ? path : `${path}-2026010${9 - n}`)],
  ])("misses no file when several rotations happen between two looks (%s)", async (_, name) => {
    renameSync(`${path}.1`, name(3));
    writeFileSync(name(2), "second\n");
    writeFileSync(name(1), "third\n");
    writeFileSync(name(0), "fourth\n");
    writeFileSync(`${path}.1.gz`, "not a log");
    expect(await look()).toMatchObject({ texts: ["second"], event: "rotated" });
    expect(await look()).toMatchObject({ texts: ["third"], event: "rotated" });
    await look();
    clock += 200;
    expect(await look()).toMatchObject({ texts: ["fourth"], event: "rotated" });
  });
});

test("a file deleted while open is read to its end, then missing", async () => {
  writeFileSync(path, "one\ntwo\n");
  await open();
  await look(4);
  unlinkSync(path);
  expect(await look()).toMatchObject({ texts: ["two"] });
  expect(await look()).toMatchObject({ texts: [] });
  clock += 30_000;
  expect(await look()).toBe("missing");
  writeFileSync(path, "another\n");
  expect(await look()).toMatchObject({ texts: ["another"], event: "replaced" });
});

test("a symbolic link that is set to another log is a rotation", async () => {
  writeFileSync(join(folder, "a.log"), "in a\n");
  writeFileSync(join(folder, "b.log"), "in b\n");
  symlinkSync("a.log", path);
  await open();
  await look();
  symlinkSync("b.log", `${path}.new`);
  renameSync(`${path}.new`, path);
  await look();
  clock += 200;
  expect(await look()).toMatchObject({ texts: ["in b"], event: "rotated" });
});

describe("truncation in place", () => {
  beforeEach(async () => {
    writeFileSync(path, "one\ntwo\nhalf");
    await open();
    await look();
  });

  test("begins anew at 0, after the line it cut off", async () => {
    truncateSync(path);
    appendFileSync(path, "new\n");
    expect(await look()).toMatchObject({ texts: ["half"], event: null });
    expect(await look()).toMatchObject({ texts: ["new"], offset: 4, line: 1, event: "truncated" });
  });

  test("is seen when the file has grown beyond our place again", async () => {
    writeFileSync(path, "another training\nwith more lines\n");
    await look();
    expect(await look()).toMatchObject({ texts: ["another training", "with more lines"], event: "truncated" });
  });

  test("is seen when a rerun prints the same beginning and has not come as far yet", async () => {
    const rerun = `${"same header ".repeat(200)}\n`;
    writeFileSync(path, `${rerun}step 1\nstep 2\n`);
    await look();
    await look();
    writeFileSync(path, `${rerun}step 1\n`);
    expect(await look()).toMatchObject({ texts: [rerun.replace("\n", ""), "step 1"], event: "truncated" });
  });

  test("is seen before anything is written", async () => {
    truncateSync(path);
    await look();
    expect(await look()).toMatchObject({ texts: [], offset: 0, event: "truncated" });
  });

  test("under a writer that does not append leaves a hole that costs nothing", async () => {
    truncateSync(path);
    writeFileSync(path, Buffer.concat([Buffer.alloc(500_000), Buffer.from("new\n")]));
    await look();
    expect(await look(1 << 20)).toMatchObject({ texts: ["new"], event: "truncated" });
  });
});

describe("a restart", () => {
  let from: TailPosition;

  beforeEach(async () => {
    writeFileSync(path, "one\ntwo\nhalf");
    await open();
    from = await place();
  });

  test("goes on where it was, with the unfinished line from its beginning", async () => {
    appendFileSync(path, " and half\n");
    await open(from);
    expect(await look()).toMatchObject({ texts: ["half and half"], line: 3, event: null, live: false });
  });

  test("goes on in the file under its new name, then in its successor", async () => {
    appendFileSync(path, "\n");
    renameSync(path, `${path}.1`);
    writeFileSync(path, "new\n");
    await open(from);
    expect(await look()).toMatchObject({ texts: ["half"], line: 3, event: null });
    await look();
    clock += 200;
    expect(await look()).toMatchObject({ texts: ["new"], event: "rotated" });
  });

  test("begins at 0 in a file that is another one", async () => {
    unlinkSync(path);
    writeFileSync(path, "another training, longer than the first\n");
    await open(from);
    expect(await look()).toMatchObject({ texts: ["another training, longer than the first"], event: "replaced" });
  });

  test("tells a file with the same inode and the same first lines by its birth", async () => {
    await tail!.close();
    const known = { ...from, identity: { ...from.identity, birthtimeMs: from.identity.birthtimeMs - 1000 } };
    appendFileSync(path, "\n");
    utimesSync(path, 0, 0); // ctime now differs from the birth time, which is only then believed
    await open(known);
    expect(await look()).toMatchObject({ texts: ["one", "two", "half"], event: "replaced" });
  });

  test("begins at 0 when the file was emptied meanwhile", async () => {
    writeFileSync(path, "new\n");
    await open(from);
    expect(await look()).toMatchObject({ texts: ["new"], event: "replaced" });
  });

  test("knows the file when it has grown beyond the head it was known by", async () => {
    appendFileSync(path, `${"x".repeat(2000)}\n`);
    await open(from);
    expect(await look()).toMatchObject({ line: 3, event: null });
    expect((await place()).identity.headBytes).toBe(1024);
  });
});

describe("what cannot be followed says so in a sentence", () => {
  test("a directory", async () => {
    path = folder;
    await expect(open()).rejects.toMatchObject({
      code: "bad_request",
      message: `${folder} is a directory, not a log file.`,
    });
  });

  test("a path through a file", async () => {
    writeFileSync(path, "");
    path = join(path, "train.log");
    await expect(open()).rejects.toMatchObject({
      code: "bad_request",
      message: expect.stringContaining("not a directory"),
    });
  });

  test("a device", async () => {
    path = "/dev/null";
    await expect(open()).rejects.toMatchObject({ message: "/dev/null is not a regular file." });
  });

  test.skipIf(process.getuid?.() === 0)("a file we may not read, with what to do", async () => {
    writeFileSync(path, "secret\n", { mode: 0o000 });
    await expect(open()).rejects.toMatchObject({ code: "forbidden", hint: expect.stringContaining("may read") });
  });
});
