import { createReadStream } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { CurvewatchError } from "#lib/protocol/index.ts";
import { type FileReader, openReader } from "../parsers/index.ts";
import { isBinaryKind, type LogSegment, looksBinary, type Splitter, splitterFor } from "../sources/index.ts";

/** Reads a finished file from beginning to end, a stretch at a time, with the agent's own splitters and parsers. */
export async function* readLog(path: string, pattern?: string): AsyncGenerator<FileReader> {
  const reader = openReader({ path, pattern });
  let splitter: Splitter | null = null;
  const push = ({ text, line, frame, linesBefore, bytes }: LogSegment): void => {
    const isOpen = !frame && linesBefore < line;
    reader.push({ text, line, frame, at: Number.NaN, isOpen, ...(bytes && { bytes }) });
  };
  for await (const bytes of openLog(path)) {
    if (!splitter && !isBinaryKind(path) && looksBinary(bytes)) throw binaryError(path);
    splitter ??= splitterFor(path, bytes.subarray(0, HEAD_BYTES));
    for (const segment of splitter.push(bytes)) push(segment);
    yield reader;
  }
  const rest = splitter?.flush();
  if (rest) push(rest);
  reader.flush();
  yield reader;
}

const HEAD_BYTES = 1024;

/** @throws CurvewatchError with a sentence when `path` is no readable file of text */
export async function checkReadable(path: string): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CurvewatchError(
      "not_found",
      cause.code === "ENOENT" ? `${path} does not exist` : `${path}: ${cause.message}`,
      { cause },
    );
  });
  if (found.isDirectory()) throw new CurvewatchError("bad_request", `${path} is a folder; name the log in it`);
  await access(path, constants.R_OK).catch((cause: Error) => {
    throw new CurvewatchError("forbidden", `no permission to read ${path}`, { cause });
  });
}

export function binaryError(path: string): CurvewatchError {
  return new CurvewatchError("bad_request", `${path} is not text, so it cannot be a log`, {
    hint: "name the file your trainer prints to, for example train.log",
  });
}

export const absolute = (cwd: string, path: string): string => resolve(cwd, path);

function openLog(path: string): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: 64 * 1024 });
  if (!path.endsWith(".gz")) return file;
  // The pipeline's error surfaces through the stream that is read.
  return pipeline(file, createGunzip(), () => {});
}
