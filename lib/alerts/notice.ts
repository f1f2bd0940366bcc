import { z } from "zod";
import { LANGUAGES, type Localised, SEVERITIES } from "#lib/protocol/index.ts";

/** One thing to be told, as it was when it became true: rendering it again later gives the same message. */
const localisedSchema: z.ZodType<Localised> = z.record(z.enum(LANGUAGES), z.string());

/** What a message says of the run beside the alert itself; null is left out of the message. */
const runSnapshotSchema = z.object({
  id: z.string(),
  name: z.string(),
  project: z.string().nullable(),
  host: z.string(),
  step: z.number().nullable(),
  maxSteps: z.number().nullable(),
  /** JSON spelling: a loss may be "NaN". */
  loss: z.union([z.number(), z.string()]).nullable(),
  learningRate: z.union([z.number(), z.string()]).nullable(),
  msLeft: z.number().nullable(),
});
export type RunSnapshot = z.infer<typeof runSnapshotSchema>;

export const noticeSchema = z.object({
  /** The alert's id and the notice's number within it: what a receiver can tell a repeat by. */
  alert: z.string(),
  number: z.int(),
  /** `reminder`: it still stands; `flapping`: it comes and goes; `digest`: several at once, for a channel takes so many. */
  kind: z.enum(["firing", "resolved", "event", "reminder", "flapping", "digest", "test"]),
  /** "" where there is none, and in rows from before there were any. */
  incident: z.string().default(""),
  subject: z.string(),
  /** What it is called, where no list of titles tells: the name of a person's rule. */
  title: localisedSchema.optional(),
  severity: z.enum(SEVERITIES),
  step: z.number().nullable(),
  text: localisedSchema,
  advice: localisedSchema,
  confidence: z.number().nullable(),
  at: z.number(),
  run: runSnapshotSchema,
  /** Loss of late, oldest first, finite, at most 24. */
  curve: z.array(z.number()).default([]),
  /** Of a digest: how many notices it stands for. */
  more: z.int().default(0),
});
export type Notice = z.infer<typeof noticeSchema>;
