/**
 * Where lines and samples come from: one log file, followed through everything that happens to log files; and the host's
 * GPUs, as nvidia-smi reads them.
 *
 * Promises of a log:
 * - Every complete line of a log is given out exactly once and in order, through rename rotation, symlink swaps, deletion
 *   while open and restarts of the agent. A position is (file, byte offset, lines before it); whoever keeps the position of
 *   the last chunk can go on from there in another process.
 * - How the bytes arrive does not show: any split of them gives the same segments.
 * - A chunk never mixes the bytes of two files; `event` says when its first byte is the start of another one.
 * - Waiting costs next to nothing, and a wake-up the system forgets costs a second, not the line.
 *
 * Files that hold records instead of lines (TensorBoard, W&B) are followed alike; a JSON document that is written anew and a
 * compressed log are read as a whole, and what was given before is passed over.
 *
 * What cannot be kept: bytes that a copying rotator throws away between its copy and its truncation are gone for everyone.
 * A file emptied and refilled beyond our offset with the same first 1,024 bytes between two looks is not seen as another
 * one. Of a log that is deleted, made anew and rotated away between two looks, the one in the middle is not found, as nothing
 * tells it from a copy. Compressed rotations are not opened.
 */
export { ChangeWatch } from "./change-watch.ts";
export { fileKind, isBinaryKind, isGzip, isWhole, mlflowPlace, trackioPlace } from "./file-kind.ts";
export { LineSplitter, type LogSegment, type TextPosition } from "./line-splitter.ts";
export { continuesAt, identify } from "./log-file.ts";
export { LogTail, type TailChunk, type TailEvent, type TailPosition } from "./log-tail.ts";
export { looksBinary } from "./looks-binary.ts";
export { type GpuReading, NvidiaSmi } from "./nvidia-smi.ts";
export { openTail, type Tail } from "./open-tail.ts";
export { type Splitter, splitterFor } from "./splitter.ts";
export { trackioRuns } from "./trackio-tail.ts";
