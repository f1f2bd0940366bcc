/** For tests alone: texts and files through a reader, and its points one by one. */
import type { Facts, LogLine, PointGroup } from "#lib/protocol/index.ts";
import { type LogSegment, splitterFor } from "../sources/index.ts";
import { LogReader, type Segment } from "./index.ts";

export type Observation = { step: number; at: number; line: number; values: Map<string, number> };

/** Cuts a text as the tail does: at \n, \r\n and bare \r. */
export function segmentsOf(text: string, at = Number.NaN): Segment[] {
  const segments: Segment[] = [];
  let line = 1;
  let start = 0;
  for (const match of text.matchAll(/\r?\n|\r/g)) {
    const frame = match[0] === "\r";
    segments.push({ text: text.slice(start, match.index), line, at, frame });
    start = match.index + match[0].length;
    if (!frame) line += 1;
  }
  if (start < text.length) segments.push({ text: text.slice(start), line, at, frame: false });
  return segments;
}

/** Cuts a file of any kind as the agent does, with its bytes in one piece or in chunks of `chunkBytes`. */
export function fileSegments(path: string, bytes: Uint8Array, chunkBytes = bytes.length): Segment[] {
  const splitter = splitterFor(path, bytes.subarray(0, 1024));
  const segments: Segment[] = [];
  const add = (found: LogSegment[], isOpen: boolean): void => {
    for (const { text, line, frame, bytes: record } of found)
      segments.push({ text, line, frame, at: Number.NaN, isOpen, ...(record && { bytes: record }) });
  };
  for (let i = 0; i < bytes.length; i += chunkBytes) add(splitter.push(bytes.subarray(i, i + chunkBytes)), false);
  const rest = splitter.flush();
  if (rest) add([rest], true);
  return segments;
}

/** Reads bytes as the agent does, in chunks of 64 KiB, taking what was read after each. */
export function readBytes(path: string, bytes: Uint8Array): LogReader {
  const reader = new LogReader({ path });
  const splitter = splitterFor(path, bytes.subarray(0, 1024));
  for (let i = 0; i < bytes.length; i += 65_536) {
    for (const { text, line, frame } of splitter.push(bytes.subarray(i, i + 65_536)))
      reader.push({ text, line, frame, at: Number.NaN });
    reader.take();
  }
  reader.flush();
  return reader;
}

/** The points of groups in the order of their lines. */
export function observations(groups: readonly PointGroup[]): Observation[] {
  const rows = groups.flatMap((group) =>
    [...group.step].map((step, i) => ({
      step,
      at: group.at[i]!,
      line: group.line[i]!,
      values: new Map(group.names.map((name, k) => [name, group.values[k]![i]!])),
    })),
  );
  return rows.sort((a, b) => a.line - b.line);
}

export function readText(text: string, path = "train.log"): { points: Observation[]; facts: Facts; tail: LogLine[] } {
  const reader = new LogReader({ path });
  for (const segment of segmentsOf(text)) reader.push(segment);
  reader.flush();
  const { groups, tail } = reader.take();
  return { points: observations(groups), facts: reader.facts(), tail };
}

/** Every value of one metric with its step, in order. */
export function observationsOf(points: readonly Observation[], name: string): { step: number; value: number }[] {
  return points.flatMap(({ step, values }) => {
    const value = values.get(name);
    return value === undefined ? [] : [{ step, value }];
  });
}

/** A record as the Trainer prints it. */
export const dict = (loss: number | string, epoch: number): string =>
  `{'loss': ${loss}, 'learning_rate': 5e-05, 'epoch': ${epoch}}`;

/** One drawing of the training bar. */
export const bar = (count: number, total: number): string =>
  `${Math.floor((100 * count) / total)}%|#  | ${count}/${total} [00:01<00:09,  1.50it/s]`;
