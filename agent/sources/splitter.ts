import { fileKind } from "./file-kind.ts";
import { JsonRowSplitter } from "./json-row-splitter.ts";
import { LineSplitter, type LogSegment, type TextPosition } from "./line-splitter.ts";
import { TfRecordSplitter } from "./tf-record-splitter.ts";
import { WandbSplitter } from "./wandb-splitter.ts";

/**
 * Cuts a file's bytes into segments: lines, records, or rows. Any split of the bytes gives the same segments, and so does a new
 * splitter that starts at a segment's end.
 */
export type Splitter = {
  /** The end of the last segment given out. */
  readonly position: TextPosition;
  /** Bytes taken in that `flush` would give out; 0 where an unfinished record is of no use. */
  readonly heldBytes: number;
  push(bytes: Uint8Array): LogSegment[];
  flush(): LogSegment | null;
};

/** @param head the first bytes of the file, see `fileKind` */
export function splitterFor(path: string, head?: Uint8Array, from?: TextPosition): Splitter {
  switch (fileKind(path, head)) {
    case "tfevents":
      return new TfRecordSplitter(from);
    case "wandb":
      return new WandbSplitter(from);
    case "rows":
      return new JsonRowSplitter();
    case "lines":
      return new LineSplitter(from);
  }
}
