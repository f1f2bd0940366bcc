import { z } from "zod";
import { decodeFrame, encodeFrame } from "./frame.ts";
import { LIMITS } from "./limits.ts";
import { framed, groupHeaderSchema, type PointGroup, readGroups } from "./point-group.ts";
import type { RunSummary, RunView } from "./views.ts";

/**
 * The browser's socket. A page says what it looks at; the server answers with deltas of that and nothing else. A delta names
 * the cursor it starts from: a page whose cursor differs has missed something and reads the store again over HTTP.
 */
export const LIVE_EVENT = { watch: "watch", delta: "delta", run: "run", runs: "runs" } as const;

const runId = z.string().regex(/^[a-z0-9]{8,32}$/);

/** Client → server, acknowledged with the run's cursor (null: no such run). `run: null` means the runs list. */
export const watchSchema = z.object({
  run: runId.nullable(),
  metrics: z.array(z.string().max(LIMITS.metricNameBytes)).max(LIMITS.seriesPerQuery).default([]),
});
export type Watch = z.infer<typeof watchSchema>;

/** Server → client, JSON, at most once a second for each run looked at: everything of the run's page but points. */
export type RunEvent = RunView;
/** Server → client, JSON: the rows of the runs list that changed. */
export type RunsEvent = RunSummary[];

/** Server → client, one Buffer. `reload`: more came than is worth sending, or a new attempt began; read the store. */
export type Delta = { run: string; from: number; to: number; reload: boolean; groups: PointGroup[] };

const deltaHeaderSchema = z.object({
  run: z.string(),
  from: z.number(),
  to: z.number(),
  reload: z.boolean(),
  groups: z.array(groupHeaderSchema),
});

export function encodeDelta(delta: Delta): Uint8Array<ArrayBuffer> {
  const { groups, columns } = framed(delta.groups);
  return encodeFrame({ ...delta, groups }, columns);
}

/** @throws RangeError or z.ZodError when the bytes are not a delta */
export function decodeDelta(bytes: Uint8Array): Delta {
  const frame = decodeFrame(bytes);
  const header = deltaHeaderSchema.parse(frame.header);
  return { ...header, groups: readGroups(header.groups, frame.columns) };
}
