import { z } from "zod";
import type { Reading } from "./reading.ts";

/**
 * A table that is written anew with another column, as Lightning's CSV logger does when a metric appears
 * (`Lightning-AI/pytorch-lightning:src/lightning/fabric/loggers/csv_logs.py`): its rows have been read already. They are passed over
 * when the first of them is the same as before; else it is another training, and everything is new.
 */
const count = z.int().nonnegative();
export const tableRowsSchema = z.object({
  read: count,
  /** Digest of the first row, whatever the order of its columns. */
  first: z.int().nullable(),
  /** Rows of the table as it is now that were read before. */
  toPass: count,
});
export type TableRows = z.infer<typeof tableRowsSchema>;

export const initialRows = (): TableRows => ({ read: 0, first: null, toPass: 0 });

/** The table begins again from its first row. */
export function noteRewrite(rows: TableRows): void {
  rows.toPass = rows.read;
  rows.read = 0;
}

/** Takes note of a row; true when it was read before the table was written anew. */
export function isKnownRow(rows: TableRows, reading: Reading): boolean {
  if (rows.read === 0) {
    const first = digestOf(reading);
    if (first !== rows.first) rows.toPass = 0;
    rows.first = first;
  }
  rows.read += 1;
  if (rows.toPass === 0) return false;
  rows.toPass -= 1;
  return true;
}

/** FNV-1a of each name and value, added up. */
function digestOf({ names, values, step }: Reading): number {
  let sum = step ?? 0;
  for (const [i, name] of names.entries()) {
    let hash = 0x811c9dc5;
    for (const char of `${name}=${values[i]}`) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
    sum = (sum + hash) | 0;
  }
  return sum;
}
