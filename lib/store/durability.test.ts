import { readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { expect, test } from "vitest";
import type { Chunk } from "#lib/protocol/index.ts";
import { chunk, FILE, group, loss, NOW, pointsOf, RUN, TestAgent, WHOLE } from "./contract/fixtures.ts";
import { RunModel } from "./contract/model.ts";
import { openSqliteIngest, openSqliteReader, runIdOf } from "./index.ts";
import { SqliteIngest } from "./ingest.ts";
import { openForReading, openForWriting } from "./open.ts";
import { copyAsAfterPowerCut, temporaryFolder } from "./sqlite-fixture.ts";

/** `lines` lines of two metrics, from `line` on. */
function stretch(line: number, lines: number): Chunk {
  const rows = Array.from({ length: lines }, (_, i) => [line + i, line + i, Math.sin(line + i), (line + i) / 7]);
  return chunk([group(["loss", "lr"], rows, NOW)]);
}

/** The tables that sealed data is in, whole. */
function sealedTables(folder: string): unknown[] {
  const db = openForReading(folder);
  const tables = ["groups", "axis", "chunks", "lods", "attempts", "metrics"];
  const rows = tables.map((table) => db.prepare(`SELECT * FROM ${table}`).all());
  db.close();
  return rows;
}

test("the same records seal to the same rows however they were cut, restarted and faulted", async () => {
  using root = temporaryFolder();
  const [plain, rough] = [join(root.path, "plain"), join(root.path, "rough")];
  const records = Array.from({ length: 40 }, (_, i) => stretch(i * 150 + 1, 150));
  records.splice(20, 0, stretch(1000, 50)); // a rewind, which seals early
  const agent = new TestAgent().add(...records);

  const once = await openSqliteIngest({ folder: plain });
  await once.openEpoch(agent.hello());
  await agent.send(once);
  await once.close();

  let db = openForWriting(rough);
  let ingest = new SqliteIngest(db);
  await ingest.openEpoch(agent.hello());
  for (let first = 1; first <= records.length; first++) {
    if (first % 4 === 0) {
      failNext(db, "runs", "UPDATE");
      await expect(agent.send(ingest, first, 1)).rejects.toMatchObject({ code: "E_STORAGE_IO" });
      db.exec("DROP TRIGGER fault");
    }
    if (first % 9 === 0) {
      await ingest.close();
      db = openForWriting(rough);
      ingest = new SqliteIngest(db);
    }
    await agent.send(ingest, first, 1);
  }
  await ingest.close();
  expect(sealedTables(rough)).toEqual(sealedTables(plain));
});

/** Makes such statements of this connection fail, in the middle of whatever transaction they are in. */
function failNext(db: Database.Database, table: string, act: string): void {
  db.exec(`CREATE TEMP TRIGGER fault BEFORE ${act} ON main.${table} BEGIN SELECT RAISE(ABORT, 'injected'); END`);
}

test.each([
  ["journal", "INSERT"],
  ["metrics", "INSERT"],
  ["chunks", "INSERT"],
  ["runs", "UPDATE"],
  ["files", "UPDATE"],
  ["batches", "INSERT"],
])("a commit that fails at %s (%s) leaves no trace, on disk or in memory", async (table, act) => {
  using root = temporaryFolder();
  const db = openForWriting(root.path);
  const ingest = new SqliteIngest(db);
  const reader = await openSqliteReader({ folder: root.path });
  const agent = new TestAgent().add(stretch(1, 60), stretch(61, 1500), stretch(1561, 10), stretch(1571, 10));
  await ingest.openEpoch(agent.hello());
  await agent.send(ingest, 1, 1);
  failNext(db, table, act);
  const batches = [2, 3, 4].map((first) => agent.batch(first, 1));
  await expect(ingest.append(batches, NOW)).rejects.toMatchObject({ code: "E_STORAGE_IO" });
  db.exec("DROP TRIGGER fault");
  expect((await ingest.observations(RUN, 0, 5000)).groups[0]?.ord.length).toBe(60);
  expect((await reader.run(RUN))?.observations).toBe(60);
  await ingest.append([], NOW);
  const { result, runs } = await agent.send(ingest, 2, 1);
  expect(result).toEqual({ kind: "committed", last: 2, rejected: [] });
  expect(runs[0]?.groups[0]?.ord[0]).toBe(60);
  await ingest.close();
  const again = await openSqliteIngest({ folder: root.path });
  await agent.send(again, 3);
  const { ord } = await reader.points(RUN, "loss", 0, 5000);
  expect([...ord]).toEqual(Array.from({ length: 1580 }, (_, i) => i));
  await reader.close();
  await again.close();
});

test("a full disk refuses the commit, loses nothing, and goes on when there is room", async () => {
  using root = temporaryFolder();
  const db = openForWriting(root.path);
  const ingest = new SqliteIngest(db);
  const agent = new TestAgent().add(stretch(1, 500), stretch(501, 3000), loss([3501], 3501));
  await ingest.openEpoch(agent.hello());
  await agent.send(ingest, 1, 1);
  const pages = db.pragma("page_count", { simple: true }) as number;
  db.pragma(`max_page_count = ${pages + 3}`);
  expect((await agent.send(ingest, 2, 1)).result).toMatchObject({ kind: "refused", code: "E_STORAGE_FULL" });
  db.pragma("max_page_count = 1073741823");
  expect((await agent.send(ingest, 2)).result).toEqual({ kind: "committed", last: 3, rejected: [] });
  expect((await ingest.observations(RUN, 0, 5000)).groups.map(({ ord }) => ord.length)).toEqual([3500, 1]);
  await ingest.close();
});

test("whatever is cut off the end of the log, what was answered before is there and nothing is half there", async () => {
  using root = temporaryFolder();
  const folder = join(root.path, "live");
  const wal = join(folder, "curvewatch.db-wal");
  const writer = await openSqliteIngest({ folder });
  const agent = new TestAgent().add(...Array.from({ length: 12 }, (_, i) => stretch(i * 200 + 1, 200)));
  await writer.openEpoch(agent.hello());
  const ends: number[] = [];
  for (let first = 1; first <= 12; first++) {
    await agent.send(writer, first, 1);
    ends.push(statSync(wal).size);
  }
  const size = ends.at(-1)!;
  for (let cut = 0; cut < 24; cut++) {
    // Each commit's end, and a place inside each commit.
    const at = cut < 12 ? ends[cut]! : ends[cut - 12]! - 1 - ((cut * 7919) % 4000);
    const copy = join(root.path, `cut${cut}`);
    copyAsAfterPowerCut(folder, copy);
    truncateSync(join(copy, "curvewatch.db-wal"), Math.min(at, size));
    const answered = ends.filter((end) => end <= at).length;
    const after = await openSqliteIngest({ folder: copy });
    const opened = await after.openEpoch(agent.hello());
    expect(opened).toMatchObject({ expect: answered + 1 });
    const rows = (await after.observations(RUN, 0, 10_000)).groups.reduce((sum, { ord }) => sum + ord.length, 0);
    expect(rows).toBe(answered * 200);
    await agent.send(after, answered + 1);
    expect((await after.observations(RUN, 0, 10_000)).groups[0]?.ord.length).toBe(2400);
    await after.close();
  }
  await writer.close();
}, 30_000);

test("a reader sees each commit at once, before a checkpoint and after one it slept through", async () => {
  using root = temporaryFolder();
  const writer = await openSqliteIngest({ folder: root.path });
  const [awake, asleep] = [
    await openSqliteReader({ folder: root.path }),
    await openSqliteReader({ folder: root.path }),
  ];
  const agent = new TestAgent();
  const model = new RunModel();
  await writer.openEpoch(agent.hello());
  // More batches in one commit than the journal may have rows: it is emptied right after.
  for (let line = 1; line <= 4200; line++) {
    const record = loss([line], line);
    model.add(record);
    agent.add(record);
  }
  await agent.send(writer, 1, 3);
  const read = async (reader: typeof awake) => pointsOf(await reader.points(RUN, "loss", 0, 10_000)).length;
  expect([await read(awake), await read(asleep)]).toEqual([3, 3]);
  await writer.append(
    Array.from({ length: 4196 }, (_, i) => agent.batch(i + 4, 1)),
    NOW,
  );
  expect(await read(awake)).toBe(4199);
  expect(journalRows(root.path)).toBe(0);
  await agent.send(writer, 4200, 1);
  for (const reader of [awake, asleep]) {
    const page = await reader.points(RUN, "loss", 0, 10_000);
    expect(pointsOf(page)).toEqual(model.points("loss").map(({ ord, step, value }) => [ord, step, 1, value]));
    const { series, cursor } = await reader.series(RUN, { ...WHOLE, metrics: ["loss"] });
    expect([cursor, series[0]?.shown]).toEqual([3, 4200]);
    await reader.close();
  }
  await writer.close();
});

function journalRows(folder: string): number {
  const db = openForReading(folder);
  const rows = db.prepare<[], number>("SELECT count(*) FROM journal").pluck().get()!;
  db.close();
  return rows;
}

test("runs that go quiet leave memory and come back from disk as they were", async () => {
  using root = temporaryFolder();
  const writer = await openSqliteIngest({ folder: root.path });
  const agent = new TestAgent();
  await writer.openEpoch(agent.hello());
  const files = [FILE, "file00000002"];
  let line = 0;
  // Three checkpoints: long enough for the first run, silent since the first, to be let go.
  for (const file of [files[0]!, files[1]!, files[1]!, files[0]!]) {
    for (let i = 0; i < 4200; i++) agent.add(chunk([group(["loss"], [[++line, line, 1 / line]])], { file }));
    const first = agent.records.length - 4199;
    await writer.append(
      Array.from({ length: 4200 }, (_, i) => agent.batch(first + i, 1)),
      NOW,
    );
  }
  const [run, other] = await Promise.all(files.map((file) => writer.observations(runIdOf("agent-1", file), 0, 20_000)));
  const steps = (from: number): number[] => Array.from({ length: 4200 }, (_, i) => from + i);
  expect([...run!.groups[0]!.step]).toEqual([...steps(1), ...steps(12_601)]);
  expect([...other!.groups[0]!.step]).toEqual([...steps(4201), ...steps(8401)]);
  await writer.close();
});

test("more runs than are kept in memory stay apart and whole", async () => {
  using root = temporaryFolder();
  const files = Array.from({ length: 300 }, (_, i) => `file${String(i).padStart(8, "0")}`);
  const agent = new TestAgent();
  for (let line = 1; line <= 3; line++) {
    for (const [i, file] of files.entries()) agent.add(chunk([group(["loss"], [[line, line, i]])], { file }));
  }
  let writer = await openSqliteIngest({ folder: root.path });
  const reader = await openSqliteReader({ folder: root.path });
  await writer.openEpoch(agent.hello());
  const lines = async (read: (run: string) => Promise<number>): Promise<Set<number>> => {
    const counts = new Set<number>();
    for (const file of files) counts.add(await read(runIdOf("agent-1", file)));
    return counts;
  };
  for (let line = 1; line <= 3; line++) {
    await agent.send(writer, (line - 1) * 300 + 1, 300);
    for (let twice = 0; twice < 2; twice++) {
      expect(await lines(async (run) => (await reader.points(run, "loss", 0, 9)).ord.length)).toEqual(new Set([line]));
      expect(await lines(async (run) => (await writer.observations(run, 0, 9)).groups[0]!.ord.length)).toEqual(
        new Set([line]),
      );
      await writer.close();
      writer = await openSqliteIngest({ folder: root.path });
    }
  }
  await reader.close();
  await writer.close();
});

test("metrics that grow in step do not all seal in the same commit", async () => {
  using root = temporaryFolder();
  const writer = await openSqliteIngest({ folder: root.path });
  const rows = Array.from({ length: 1100 }, (_, i) => [i, i + 1, i]);
  const names = Array.from({ length: 12 }, (_, i) => `metric${i}`);
  const agent = new TestAgent().add(...names.map((name) => chunk([group([name], rows)])));
  await writer.openEpoch(agent.hello());
  for (let first = 1; first <= names.length; first++) await agent.send(writer, first, 1);
  const db = openForReading(root.path);
  const first = db.prepare<[], number>("SELECT n FROM axis WHERE row0 = 0").pluck().all();
  db.close();
  expect(new Set(first).size).toBe(names.length);
  await writer.close();
});

test("after a close everything is in the main file", async () => {
  using root = temporaryFolder();
  const writer = await openSqliteIngest({ folder: root.path });
  const agent = new TestAgent().add(stretch(1, 3000));
  await writer.openEpoch(agent.hello());
  await agent.send(writer);
  await writer.close();
  expect(() => readFileSync(join(root.path, "curvewatch.db-wal"))).toThrow("ENOENT");
  expect(journalRows(root.path)).toBe(0);
});
