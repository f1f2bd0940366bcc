import { z } from "zod";
import { fromJsonValue, LIMITS, toJsonValue, valueSchema } from "#lib/protocol/index.ts";
import type { Reading } from "./reading.ts";
import { tellingKeys } from "./registry.ts";

/** A record that is held back: for the bar's next drawing, the last frame of its count, or a second line like it. */
export type Held = {
  waitsFor: "bar" | "count" | "twin";
  /** Which frames replace each other; empty unless it waits for `count`. */
  slot: string;
  line: number;
  /** Epoch ms, NaN when unknown. */
  at: number;
  reading: Reading;
};

const readingSchema = z.object({
  format: z.string().max(64),
  kind: z.enum(["train", "eval", "other", "summary"]),
  names: z.array(z.string().max(LIMITS.metricNameBytes)),
  values: z.array(valueSchema),
  printed: z.array(z.string().max(60)),
  step: z.number().nullable(),
  stepIsEpoch: z.boolean(),
  maxSteps: z.number().nullable(),
  epoch: valueSchema.nullable(),
});

/** A held record as it is kept in the reader's state. */
export const heldSchema = z.object({
  waitsFor: z.enum(["bar", "count", "twin"]),
  slot: z.string().max(400),
  line: z.int(),
  at: z.number().nullable(),
  reading: readingSchema,
});

/** Names and values of a held record may take this much, so that the reader's state stays small; less beside a table's header. */
const HELD_BYTES = 3600;
const HELD_BYTES_WITH_TABLE = 1200;
const BYTES_PER_VALUE = 28;

/** False for records so large that they are given out at once. */
export function isHoldable({ names }: Reading, hasTable: boolean): boolean {
  let bytes = 0;
  for (const name of names) bytes += Buffer.byteLength(name) + BYTES_PER_VALUE;
  return bytes <= (hasTable ? HELD_BYTES_WITH_TABLE : HELD_BYTES);
}

export function storeHeld({ waitsFor, slot, line, at, reading }: Held): z.infer<typeof heldSchema> {
  const { format, kind, names, printed, values, step, stepIsEpoch, maxSteps, epoch } = reading;
  return {
    waitsFor,
    slot,
    line,
    at: Number.isNaN(at) ? null : at,
    reading: {
      ...{ format, kind, step, stepIsEpoch, maxSteps },
      names: [...names],
      printed: tellingKeys(printed),
      values: values.map(toJsonValue),
      epoch: epoch === null ? null : toJsonValue(epoch),
    },
  };
}

export function reviveHeld({ reading, at, ...held }: z.infer<typeof heldSchema>): Held {
  const { names, values, epoch } = reading;
  return {
    ...held,
    at: at ?? Number.NaN,
    reading: {
      ...reading,
      values: values.map(fromJsonValue).slice(0, names.length),
      epoch: epoch === null ? null : fromJsonValue(epoch),
      rank: null,
      at: Number.NaN,
      isLast: false,
    },
  };
}
