import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { encodeRecord, joinRecords } from "#lib/protocol/index.ts";
import { FILE, identity, loss, NOW, pointsOf, RUN, SPOOL, TestAgent, WHOLE } from "./contract/fixtures.ts";
import { openSqliteIngest, openSqliteReader } from "./index.ts";
import { migrate, SCHEMA_VERSION } from "./migrations.ts";
import { openForWriting } from "./open.ts";
import { temporaryFolder } from "./sqlite-fixture.ts";

test("folder and file are made for their owner alone", async () => {
  using root = temporaryFolder();
  const folder = join(root.path, "deep", "data");
  const writer = await openSqliteIngest({ folder });
  const mode = (path: string): number => statSync(path).mode & 0o777;
  expect(mode(folder)).toBe(0o700);
  for (const file of ["curvewatch.db", "curvewatch.db-wal"]) expect(mode(join(folder, file))).toBe(0o600);
  await writer.close();
});

test("every commit reaches the disk, and nothing in the file is trusted blindly", () => {
  using root = temporaryFolder();
  const db = openForWriting(root.path);
  const pragmas = ["journal_mode", "synchronous", "foreign_keys", "trusted_schema", "cell_size_check", "mmap_size"];
  const more = ["temp_store", "busy_timeout", "journal_size_limit", "wal_autocheckpoint"];
  const values = [...pragmas, ...more].map((name) => db.pragma(name, { simple: true }) as unknown);
  expect(values).toEqual(["wal", 2, 1, 0, 1, 0, 2, 5000, 67_108_864, 4000]);
  db.close();
});

test("a file of a newer version is left alone, by writer and reader", async () => {
  using root = temporaryFolder();
  await (await openSqliteIngest({ folder: root.path })).close();
  const db = new Database(join(root.path, "curvewatch.db"));
  db.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
  db.close();
  const refusal = { code: "config", message: expect.stringContaining(`schema version ${SCHEMA_VERSION + 1}`) };
  await expect(openSqliteIngest({ folder: root.path })).rejects.toMatchObject(refusal);
  await expect(openSqliteReader({ folder: root.path })).rejects.toMatchObject(refusal);
});

test("a file of the time when a run had one file keeps its runs, and they go on", async () => {
  using root = temporaryFolder();
  const db = new Database(join(root.path, "curvewatch.db"));
  migrate(db, 1);
  const bytes = joinRecords([encodeRecord(loss([1, 2, 3]))]);
  const { dev, inode, birthtimeMs, headBytes, head } = identity();
  db.prepare("INSERT INTO epochs VALUES ('agent-1', 1, ?, 'node-1', 'disk-1', ?, 1, 0)").run(SPOOL, NOW);
  db.prepare("INSERT INTO journal VALUES (1, 'agent-1', 1, 1, 1, 'd', ?, ?)").run(NOW, bytes);
  db.prepare(
    `INSERT INTO runs VALUES (7, ?, 'log', 'agent-1', ?, 1, 'a', 'p', 'node-1', '/logs/a.log', 1, ?, ?, ?, ?, ?, NULL, NULL, 300,
       '{"line":3}', 1, 1, 1, 3, 0, 3, 1)`,
  ).run(RUN, FILE, dev, inode, birthtimeMs, headBytes, head);
  db.exec(`
    INSERT INTO attempts VALUES (7, 1, 1);
    INSERT INTO metrics VALUES (7, 0, 'loss', 3, 3, 0.3, 1, 0.1);
    INSERT INTO log_lines VALUES (7, 3, 'loss 0.3', 1);
    INSERT INTO groups VALUES (1, 7, 0, '["loss"]');
    UPDATE meta SET value = 6 WHERE key = 'next_column';
  `);
  db.close();

  const writer = await openSqliteIngest({ folder: root.path });
  const reader = await openSqliteReader({ folder: root.path });
  const attempts = [{ attempt: 1, fromStep: 1 }];
  expect(await reader.run(RUN)).toMatchObject({ path: "/logs/a.log", fileSeen: true, observations: 3, attempts });
  expect(await reader.log(RUN)).toEqual([{ line: 3, text: "loss 0.3", parsed: true }]);
  expect(await writer.fileCursors("agent-1", [{ path: "/logs/a.log", identity: identity() }])).toEqual([
    { file: FILE, end: 300, state: { line: 3 } },
  ]);
  const { runs } = await new TestAgent().add(loss([1, 2, 3]), loss([2], 4)).send(writer, 2);
  expect(runs).toMatchObject([{ run: RUN, attempt: 2, newAttempt: true, fromOrd: 3, rejudge: false }]);
  expect(pointsOf(await reader.points(RUN, "loss", 0, 9)).map(([ord]) => ord)).toEqual([0, 1, 2, 3]);
  const { series } = await reader.series(RUN, { ...WHOLE, metrics: ["loss"] });
  expect(series.map(({ x }) => [...x])).toEqual([[1, 2]]);
  await writer.close();
  await reader.close();
});

test.each([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [-11317950, "CIFS"], // 0xff534d42 as a signed number, as some platforms give it
  [0x01021997, "9p"],
  [0x0bd00bd0, "Lustre"],
])("a network disk (%d) is refused, with what to do", async (type, name) => {
  using root = temporaryFolder();
  const disk = { filesystemType: () => type, mounts: () => [] };
  const opening = openSqliteIngest({ folder: root.path, disk });
  await expect(opening).rejects.toMatchObject({
    code: "config",
    message: `--data ${root.path} is on a network disk (${name}), where a database can be damaged`,
    hint: expect.stringMatching(/local disk.*--data/),
  });
});

test("of FUSE mounts only the remote ones are refused", async () => {
  using root = temporaryFolder();
  const mount = (type: string): string[] => [
    "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
    `36 35 98:0 / ${root.path} rw,noatime master:1 - ${type} remote rw`,
    "40 22 0:5 / /elsewhere rw - fuse.rclone x rw",
  ];
  const open = (type: string) =>
    openSqliteIngest({ folder: root.path, disk: { filesystemType: () => 0x65735546, mounts: () => mount(type) } });
  await expect(open("fuse.sshfs")).rejects.toMatchObject({ message: expect.stringContaining("(fuse.sshfs)") });
  await (await open("virtiofs")).close();
});

test("a folder that cannot be used is named, with the reason", async () => {
  using root = temporaryFolder();
  writeFileSync(join(root.path, "file"), "");
  for (const folder of [join(root.path, "file"), join(root.path, "file", "below")]) {
    const refusal = {
      code: "config",
      message: expect.stringContaining(folder),
      hint: expect.stringContaining("--data"),
    };
    await expect(openSqliteIngest({ folder })).rejects.toMatchObject(refusal);
  }
  mkdirSync(join(root.path, "taken", "curvewatch.db"), { recursive: true });
  await expect(openSqliteIngest({ folder: join(root.path, "taken") })).rejects.toMatchObject({ code: "config" });
});

test("a reader says when there is nothing to read, and when the file is no database", async () => {
  using root = temporaryFolder();
  await expect(openSqliteReader({ folder: root.path })).rejects.toMatchObject({ code: "config" });
  writeFileSync(join(root.path, "curvewatch.db"), "not a database at all".repeat(100));
  await expect(openSqliteReader({ folder: root.path })).rejects.toMatchObject({ code: "config" });
  await expect(openSqliteIngest({ folder: root.path })).rejects.toMatchObject({
    hint: expect.stringContaining("backup"),
  });
});
