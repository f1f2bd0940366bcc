import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreUnderTest } from "./contract/index.ts";
import { openSqliteIngest, openSqliteReader } from "./index.ts";

/** A folder of the test's own; `using` it removes it at the end. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "curvewatch-store-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** What a disk holds of a database that is open: no shared memory, no lock, perhaps less of the log than was written. */
export function copyAsAfterPowerCut(from: string, to: string): void {
  mkdirSync(to);
  for (const file of ["curvewatch.db", "curvewatch.db-wal"]) {
    if (existsSync(join(from, file))) copyFileSync(join(from, file), join(to, file));
  }
}

export async function openSqliteUnderTest(): Promise<StoreUnderTest> {
  const root = temporaryFolder();
  let lives = 0;
  let folder = join(root.path, "0");
  const open = async () => ({ writer: await openSqliteIngest({ folder }), reader: await openSqliteReader({ folder }) });
  let { writer, reader } = await open();
  const end = async (): Promise<void> => {
    await reader.close();
    await writer.close();
  };
  return {
    get writer() {
      return writer;
    },
    get reader() {
      return reader;
    },
    async restart() {
      await end();
      ({ writer, reader } = await open());
    },
    async crash() {
      const next = join(root.path, String(++lives));
      copyAsAfterPowerCut(folder, next);
      await end();
      folder = next;
      ({ writer, reader } = await open());
    },
    async close() {
      await end();
      root[Symbol.dispose]();
    },
  };
}
