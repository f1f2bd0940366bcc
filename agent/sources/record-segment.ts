import type { LogSegment, TextPosition } from "./line-splitter.ts";

/** A record of bytes as a segment; one that is damaged or too large (`null`) is counted and has no bytes. `end` is behind it. */
export function recordSegment(bytes: Uint8Array | null, end: TextPosition, cutBytes = 0): LogSegment {
  return {
    text: "",
    line: end.line,
    end: end.offset,
    linesBefore: end.line,
    frame: false,
    cutBytes,
    bytes: bytes ?? new Uint8Array(0),
  };
}
