import { decodeFrame, encodeFrame } from "#lib/protocol/index.ts";
import { AXES, type FileHead, GroupHead, type GroupState, isDrawn } from "./group-head.ts";
import { FIELDS, type Level, Pyramid } from "./pyramid.ts";

/**
 * A group's head as a blob: a frame whose header has its state and the shape of its open levels of detail, and whose
 * columns are the open values of each column, each followed by its levels (the partial bucket, then the full ones).
 */
type Header = { state: GroupState; levels: Pick<Level, "filled" | "count" | "row">[][] };

export function encodeTail(head: GroupHead): Uint8Array {
  const header: Header = {
    state: head.state,
    levels: head.pyramids.map((pyramid) =>
      (pyramid?.levels ?? []).map(({ filled, count, row }) => ({ filled, count, row })),
    ),
  };
  const columns = head.columns.flatMap((column, i) => [
    column.subarray(0, head.state.open),
    ...(head.pyramids[i]?.levels ?? []).flatMap((level) => [
      level.partial,
      level.open.subarray(0, level.count * FIELDS),
    ]),
  ]);
  return encodeFrame(header, columns);
}

/** What `encodeTail` was given. @throws RangeError when the blob is not a tail of that many columns */
export function decodeTail(id: number, file: FileHead, names: readonly string[], bytes: Uint8Array): GroupHead {
  const frame = decodeFrame(bytes);
  const { state, levels } = asHeader(frame.header, AXES + names.length);
  let offset = 0;
  // Copies throughout: heads grow in place, and a view would keep the whole blob alive.
  const take = (length: number): Float64Array => {
    offset += length;
    if (offset > frame.columns.length)
      throw new RangeError(`tail of group ${id} has fewer values than its header says`);
    return frame.columns.slice(offset - length, offset);
  };
  const columns: Float64Array[] = [];
  const pyramids = levels.map((shapes, i) => {
    columns.push(take(state.open));
    const built = shapes.map((shape) => ({ ...shape, partial: take(FIELDS), open: take(shape.count * FIELDS) }));
    return isDrawn(i) ? new Pyramid(built) : null;
  });
  return new GroupHead(id, file, names, { state, columns, pyramids });
}

/** The header is ours, written by `encodeTail` in the transaction that the tail belongs to; only its width is checked. */
function asHeader(header: unknown, width: number): Header {
  const tail = header as Header;
  if (tail.levels.length !== width) throw new RangeError(`tail has ${tail.levels.length} columns, not ${width}`);
  return tail;
}
