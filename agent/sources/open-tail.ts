import { isWhole, trackioPlace } from "./file-kind.ts";
import { LogFile } from "./log-file.ts";
import { LogTail, type TailChunk, type TailPosition } from "./log-tail.ts";
import { TrackioTail } from "./trackio-tail.ts";
import { WholeTail } from "./whole-tail.ts";

/** A file that is followed, whatever it is. */
export type Tail = { read(maxBytes: number): Promise<TailChunk>; close(): Promise<void> };

/**
 * Follows the file at `path`, by its bytes, as a whole, or by its rows. Which of them is decided here, once.
 *
 * @param options as of `LogTail.open`
 * @throws CurvewatchError when the path cannot be read or is no regular file
 */
export async function openTail(options: { path: string; from: TailPosition | null; now: () => number }): Promise<Tail> {
  const { path, from } = options;
  if (trackioPlace(path)) return new TrackioTail(path, from);
  const file = await LogFile.open(path);
  await file?.close();
  return isWhole(path, file?.head) ? new WholeTail(path, from) : LogTail.open(options);
}
