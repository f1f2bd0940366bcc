import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder } from "./lock.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "curvewatch-lock-"));
  path = join(folder, "spool.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a folder is held by one at a time, and the refusal names the process", async () => {
  const release = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await release();
  await (await lockFolder(folder))();
  expect(readdirSync(folder)).toEqual([]);
});

test("a lock whose process is gone is taken over", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(path, `${pid} -`);
  const release = await lockFolder(folder);
  expect(readFileSync(path, "utf8")).toMatch(new RegExp(`^${process.pid} `));
  await release();
});

test.skipIf(process.platform !== "linux")(
  "a lock of an earlier process with the same number is taken over",
  async () => {
    writeFileSync(path, `${process.pid} 1`);
    await (await lockFolder(folder))();
  },
);

test("a lock that says nothing is taken over", async () => {
  writeFileSync(path, "");
  await (await lockFolder(folder))();
});

test("a takeover that was killed halfway is no obstacle", async () => {
  writeFileSync(path, "");
  writeFileSync(`${path}.takeover`, "");
  await (await lockFolder(folder))();
  expect(readdirSync(folder)).toEqual([]);
});

test("of many who find a lock that is left over, one gets it", async () => {
  writeFileSync(path, "");
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(readdirSync(folder)).toEqual(["spool.lock"]);
});
