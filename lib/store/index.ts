/**
 * The embedded store: SQLite in one folder, one writer and any number of readers beside it.
 *
 * Promises: what `append` has answered survives a power cut, and counts once however often it arrives. What a reader
 * answers is of one committed moment and costs by what is shown, not by the length of the run. Values come back to the
 * last bit; extremes and values that are not finite survive every resolution.
 *
 * The files, from the disk up: open, migrations (the tables), keys, sealing, columns · pyramid, group-head, run-heads (how
 * a run grows, in memory, and which of its files owns a metric) · tails, heads (how that is rebuilt) · files (what a run of
 * several files is shown as) · batch, epochs, journal, commit, run-writes, ingest (the writer) · runs, series-plan, series, observations, reader (the reader) · diagnosis. The promises as tests, for this engine
 * and any other: contract/.
 */
import { SqliteIngest } from "./ingest.ts";
import { type DiskProbe, openForReading, openForWriting } from "./open.ts";
import { SqliteReader } from "./reader.ts";
import type { IngestStore, ReadStore } from "./store.ts";

export { digestOf } from "./batch.ts";
export { runIdOf } from "./run-id.ts";
export type * from "./store.ts";

/**
 * Opens the writer; there may be one at a time. It works synchronously inside, so give it a thread of its own.
 *
 * @throws CurvewatchError `config` when the folder cannot be used, is on a network disk or was written by a newer version
 */
export async function openSqliteIngest(options: {
  folder: string;
  disk?: DiskProbe;
}): Promise<IngestStore & { close(): Promise<void> }> {
  return new SqliteIngest(openForWriting(options.folder, options.disk));
}

/**
 * Opens a reader, beside the writer or after it. It works synchronously inside, so give it a thread of its own.
 *
 * @throws CurvewatchError `config` when the folder has no database yet, or one of another version
 */
export async function openSqliteReader(options: { folder: string }): Promise<ReadStore & { close(): Promise<void> }> {
  return new SqliteReader(openForReading(options.folder));
}
