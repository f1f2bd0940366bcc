import { CurvewatchError } from "#lib/protocol/index.ts";
import { Agent } from "../agent.ts";
import type { FollowedLog } from "../follower.ts";
import { targetOf } from "./run-files.ts";

/** Files of trainings, read once each through the agent: what it has read before, it does not read again. */
export type BackfillOptions = {
  /** Where the agent's spool lies. */
  folder: string;
  url: string;
  token: string;
  version: string;
  /** Gives up; what has been read until then stays in the spool. */
  signal: AbortSignal;
  /** A file has been read to its end, or could not be. */
  read(done: number): void;
  failed(path: string, error: unknown): void;
};

/** A run that files were read for: where it lies, its files, and the points that are new. */
export type Imported = { target: string; paths: string[]; values: number; recognised: boolean };

const AT_A_TIME = 4;

/**
 * Reads the files to their ends and waits until the server has committed everything.
 *
 * @returns the runs in the order of their first files
 * @throws CurvewatchError `conflict` when another agent uses the folder, the server's refusal, or `busy` when `signal` aborted
 */
export async function backfill(logs: readonly FollowedLog[], options: BackfillOptions): Promise<Imported[]> {
  const { folder, url, token, version } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const reports = new Map<string, { values: number; recognised: boolean }>();
  const agent = await Agent.open({
    ...{ folder, url, token, version },
    nvidiaSmi: null,
    now: Date.now,
    events: {
      connected() {},
      disconnected() {},
      refused: ({ err, message }) => stop.abort(new CurvewatchError(err, `the server refuses: ${message}`)),
      read: ({ path, values, facts }) => reports.set(path, { values, recognised: facts.linesParsed > 0 }),
      failed: options.failed,
      gap: (from, to, reason) => options.failed(folder, new Error(`records ${from} to ${to} are lost: ${reason}`)),
    },
  });
  try {
    await readAll(agent, logs, { ...options, signal });
    await agent.drained(signal);
    signal.throwIfAborted();
  } finally {
    await agent.close();
  }
  return runsOf(logs, reports);
}

/** A few at a time: each has its file open and a stretch of it in memory. */
async function readAll(agent: Agent, logs: readonly FollowedLog[], options: BackfillOptions): Promise<void> {
  const waiting = logs.values();
  let done = 0;
  const work = async (): Promise<void> => {
    for (const log of waiting) {
      if (options.signal.aborted) return;
      await agent.readOnce({ ...log, backfill: true }).catch((error: unknown) => {
        if (!options.signal.aborted) options.failed(log.path, error);
      });
      done += 1;
      options.read(done);
    }
  };
  const workers = Promise.all(Array.from({ length: AT_A_TIME }, work));
  // A server that is away is waited for, until the person gives up.
  await Promise.race([workers, aborted(options.signal)]);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

function runsOf(
  logs: readonly FollowedLog[],
  reports: ReadonlyMap<string, { values: number; recognised: boolean }>,
): Imported[] {
  return [...Map.groupBy(logs, targetOf)].map(([target, members]) => {
    const told = members.map(({ path }) => reports.get(path));
    return {
      target,
      paths: members.map(({ path }) => path),
      values: told.reduce((sum, report) => sum + (report?.values ?? 0), 0),
      recognised: told.some((report) => report?.recognised),
    };
  });
}
