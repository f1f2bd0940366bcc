import { type Config, type Facts, mergeConfig } from "#lib/protocol/index.ts";
import type { StoredRun } from "./store.ts";

/** What is kept of one file of a run. */
export type RunFile = {
  number: number;
  rank: number;
  path: string;
  /** It was found at least once. */
  seen: boolean;
  /** Byte offset that the records reach to. */
  end: number;
  observations: number;
  facts: Facts | null;
  status: StoredRun["status"];
};

export type FileRow = Omit<RunFile, "seen" | "facts" | "status"> & {
  seen: number;
  facts: string | null;
  status: string | null;
};

/** Statement that gives a run's files as `FileRow`s, in the order they came; the parameter is the run's number. */
export const SELECT_FILES =
  "SELECT number, rank, path, seen, end_offset AS end, observations, facts, status FROM files WHERE run = ? ORDER BY number";

export function newFile({ number, rank }: { number: number; rank: number }): RunFile {
  return { number, rank, path: "", seen: false, end: 0, observations: 0, facts: null, status: null };
}

export function toRunFile({ seen, facts, status, ...row }: FileRow): RunFile {
  return {
    ...row,
    seen: seen === 1,
    facts: facts === null ? null : (JSON.parse(facts) as Facts),
    status: status === null ? null : (JSON.parse(status) as RunFile["status"]),
  };
}

/** What is stored as the settings that a person entered. */
export const toConfig = (json: string | null): Config => (json === null ? {} : (JSON.parse(json) as Config));

/** The file a run is shown by: of those with observations the one of the highest rank, else the first. */
export function mainFile(files: readonly RunFile[]): RunFile | null {
  const telling = files.filter(({ observations }) => observations > 0);
  return telling.toSorted((a, b) => b.rank - a.rank)[0] ?? files[0] ?? null;
}

/** What is known of the run: as its main file has it; its settings, how it ended and how long it is to be, as any file says. */
export function runFacts(files: readonly RunFile[]): Facts | null {
  const told = files.flatMap(({ facts }) => facts ?? []);
  const base = mainFile(files)?.facts ?? told[0];
  if (!base) return null;
  const ends = [base, ...told].flatMap(({ end }) => end ?? []);
  const maxSteps = [base, ...told].find((facts) => facts.maxSteps !== null)?.maxSteps ?? null;
  const config = runConfig(files);
  return {
    ...base,
    ...(config && { config }),
    maxSteps,
    end: ends.find(({ kind }) => kind === "failed") ?? ends[0] ?? null,
  };
}

/** The settings of all files. A console, which tells the least of the curves, is what prints them: it has the last word. */
function runConfig(files: readonly RunFile[]): Config | undefined {
  return files
    .toSorted((a, b) => b.rank - a.rank)
    .reduce<Config | undefined>((merged, { facts }) => mergeConfig(merged, facts?.config), undefined);
}

/** The file written last, and whether all have been read to their ends. */
export function runStatus(files: readonly RunFile[]): StoredRun["status"] {
  const seen = files.flatMap(({ status }) => status ?? []);
  const newest = seen.toSorted((a, b) => b.mtimeMs - a.mtimeMs)[0];
  return newest ? { ...newest, eof: seen.every(({ eof }) => eof) } : null;
}
