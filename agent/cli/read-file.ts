import { createReadStream } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CurvewatchError } from "#lib/protocol/index.ts";
import { LogReader } from "../parsers/index.ts";
import { LineSplitter, looksBinary } from "../sources/index.ts";

/** Reads a finished log from beginning to end, a stretch at a time, with the agent's own splitter and parsers. */
export async function* readLog(path: string): AsyncGenerator<LogReader> {
  const reader = new LogReader({ path });
  const splitter = new LineSplitter();
  let first = true;
  for await (const bytes of openLog(path)) {
    if (first && looksBinary(bytes)) throw binaryError(path);
    first = false;
    for (const { text, line, frame } of splitter.push(bytes)) reader.push({ text, line, frame, at: Number.NaN });
    yield reader;
  }
  const rest = splitter.flush();
  if (rest) reader.push({ text: rest.text, line: rest.line, frame: rest.frame, at: Number.NaN });
  reader.flush();
  yield reader;
}

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

function openLog(path: string): Readable {
  const file = createReadStream(path, { highWaterMark: 64 * 1024 });
  if (!path.endsWith(".gz")) return file;
  // The pipeline's error surfaces through the stream that is read.
  return pipeline(file, createGunzip(), () => {});
}
