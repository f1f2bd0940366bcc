import { writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { armFailpoints, Spool } from "../index.ts";

/**
 * A process that appends, syncs and acknowledges until its failpoint kills it, and says on standard output what it was
 * promised: a line `<syncedSeq> <ackedSeq>` after each sync.
 *
 * Arguments: spool folder, failpoint spec.
 */
const [script, folder, spec] = process.argv.slice(1);

/** What record `seq` holds, in any process. */
export function bodyOf(seq: number): Buffer {
  return Buffer.alloc(1 + ((seq * 37) % 600), `record ${seq} `);
}

/** Small enough for segments to come and go within a few syncs. */
export const LIMITS = { segmentBytes: 4096, ackedMinBytes: 0, ackedMaxBytes: 4096 };

async function write(path: string): Promise<never> {
  const events = { gap: fail, segmentDropped: () => {} };
  const spool = await Spool.open({ folder: path, events, limits: LIMITS });
  await spool.setEpoch((spool.epoch ?? 0) + 1);
  armFailpoints(spec);
  for (let round = 0; ; round += 1) {
    for (let i = 0; i < 1 + (round % 4); i += 1) spool.append(bodyOf(spool.lastSeq + 1));
    await spool.sync();
    await spool.ack(spool.syncedSeq - 5, 0);
    writeSync(1, `${spool.syncedSeq} ${spool.ackedSeq}\n`);
  }
}

function fail(from: number, to: number): never {
  throw new Error(`records ${from}–${to} were called damaged`);
}

if (folder && script === fileURLToPath(import.meta.url)) await write(folder);
