import { z } from "zod";
import { isStep } from "#lib/protocol/index.ts";

/**
 * What the dialects of consoles remember between lines, so that a line that tells only a part is understood: how far the
 * epochs have come, the heading that the next lines belong to, and the columns of the table they are rows of. One of each,
 * since a program writes one thing at a time; every text in it is short.
 */
const TEXT_CHARS = 160;
const count = z.int().nonnegative();
const epochSchema = z.object({
  number: count,
  /** Steps before this epoch, and in it. */
  before: count,
  length: count,
});
const blockSchema = z.object({
  of: z.string().max(32),
  step: count.nullable(),
  epoch: count.nullable(),
  text: z.string().max(TEXT_CHARS),
});
const columnsSchema = z.object({
  of: z.string().max(32),
  names: z.array(z.string()).max(32),
  /** Where each column's name begins. */
  starts: z.array(count).max(32),
});
export const placesSchema = z.object({
  epoch: epochSchema.nullable(),
  block: blockSchema.nullable(),
  columns: columnsSchema.nullable(),
});
export type Places = z.infer<typeof placesSchema>;

export const initialPlaces = (): Places => ({ epoch: null, block: null, columns: null });

/** A counter that begins again in every epoch. `first` is what the program calls its first epoch, `total` an epoch's length. */
export type EpochCount = { epoch: number; first: number; count: number; total: number };

/**
 * The step of a count that restarts each epoch. Epochs that follow each other may differ in length; of those before the first
 * one seen it is assumed that they were as long. Null when the numbers are too large to be steps.
 */
export function stepInEpoch(places: Places, { epoch, first, count: done, total }: EpochCount): number | null {
  const known = places.epoch;
  let before = Math.max(0, epoch - first) * total;
  if (known?.number === epoch && known.length === total) before = known.before;
  if (known && known.number + 1 === epoch) before = known.before + known.length;
  if (!isStep(before + done) || !isStep(before + total) || !isStep(epoch)) return null;
  places.epoch = { number: epoch, before, length: total };
  return before + done;
}

/** The same where nothing tells how long an epoch is: as long as the highest count that was seen in it. */
export function stepInOpenEpoch(
  places: Places,
  { epoch, first, count: done }: Omit<EpochCount, "total">,
): number | null {
  const known = places.epoch;
  if (known?.number === epoch) known.length = Math.max(known.length, done);
  return stepInEpoch(places, { epoch, first, count: done, total: Math.max(known?.length ?? 0, done) });
}

/** The step at which the epoch that was seen last ends. */
export const stepAtEpochEnd = ({ epoch }: Places): number | null => epoch && epoch.before + epoch.length;

type About = { step?: number | null; epoch?: number; text?: string };

/** Opens a block of lines under a heading, in place of the one before. */
export function openBlock(places: Places, of: string, { step = null, epoch, text = "" }: About = {}): void {
  places.block = {
    of,
    step: isStep(step) ? step : null,
    epoch: epoch !== undefined && isStep(epoch) ? epoch : null,
    text: text.slice(0, TEXT_CHARS).replace(NOT_PLAIN, "").toWellFormed(),
  };
}

/** What JSON would write as an escape, six characters for one. */
const NOT_PLAIN = /[\u0000-\u001f\u007f"\\]/g;
const HEADER_BYTES = 500;

/** Takes a table's header; false when it is too wide to be remembered. */
export function openColumns(places: Places, of: string, names: readonly string[], starts: readonly number[]): boolean {
  const isNarrow = names.length <= 32 && Buffer.byteLength(JSON.stringify(names)) <= HEADER_BYTES;
  if (isNarrow) places.columns = { of, names: [...names], starts: [...starts] };
  return isNarrow;
}
