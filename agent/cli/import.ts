import { basename, join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CurvewatchError } from "#lib/protocol/index.ts";
import type { Config } from "#lib/server/index.ts";
import type { FollowedLog } from "../follower.ts";
import { backfill, type Imported } from "./backfill.ts";
import { ensureBuilt } from "./build.ts";
import { Child } from "./child.ts";
import { type Context, explain } from "./context.ts";
import { discover } from "./discover.ts";
import { targetOf } from "./run-files.ts";
import type { ServerMessage } from "./serve.ts";
import { readSettings, type ServerFlags } from "./settings.ts";

/**
 * `import`: trainings that have ended, into the store: found in files and folders, read once by the same agent that follows
 * logs, and so never twice. It speaks to the server that lives on the data folder, or starts one for as long as it takes.
 *
 * @returns 0 when everything was read, 1 when something could not be, or nothing was recognised
 */
export async function importRuns(
  context: Context,
  given: readonly string[],
  flags: ServerFlags & { pattern?: string },
  version: string,
): Promise<number> {
  const config = await readSettings(context, flags);
  const logs = await discover(context.cwd, given, flags.pattern);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const server = (await livingServer(config)) ?? (await startServer(context, config, () => stop.abort()));
  if (!server) return 1;
  let failures = 0;
  const read = (): Promise<Imported[]> =>
    backfill(logs, {
      folder: join(config.data, "agent"),
      url: server.url,
      token: server.secret,
      version,
      signal,
      read: (done) => context.status?.(`${done} of ${logs.length} files read`),
      failed(path, error) {
        failures += 1;
        context.err(`${path}: ${explain(error)}`);
      },
    }).catch((error: unknown) => {
      throw signal.aborted ? stopped(error) : error;
    });
  try {
    const runs = await (server.hasAgent ? handOver(context, server, logs) : read());
    context.status?.("");
    // What another agent reads is only known by its records, each of several points.
    const unit = server.hasAgent ? "record" : "point";
    for (const run of runs) context.out(sentence(context.cwd, run, unit));
    const added = runs.reduce((sum, { values }) => sum + values, 0);
    context.err(`${plural(runs.length, "run")}, ${plural(added, unit)} added to ${config.data}`);
    return failures > 0 || !runs.some(({ recognised }) => recognised) ? 1 : 0;
  } finally {
    await server.stop();
  }
}

type LivingServer = { url: string; secret: string; hasAgent: boolean; stop(): Promise<void> };

/** The server of the data folder, when one answers; an agent that speaks to it already is the only one that may. */
async function livingServer(config: Config): Promise<LivingServer | null> {
  const { findInstance } = await import("#lib/server/index.ts");
  const owner = await findInstance(config.data);
  if (!owner) return null;
  const url = `http://${owner.host === "::1" ? "[::1]" : owner.host}:${owner.port}`;
  try {
    const response = await fetch(`${url}/api/v1/health`, { signal: AbortSignal.timeout(3000) });
    const { agents } = (await response.json()) as { agents: number };
    return { url, secret: owner.secret, hasAgent: agents > 0, stop: async () => {} };
  } catch {
    return null; // it has just ended, or does not answer: then opening the folder says who keeps it
  }
}

/** A server for this import alone, on any free port; null when it does not come up, which it says itself. */
async function startServer(context: Context, config: Config, died: () => void): Promise<LivingServer | null> {
  await ensureBuilt(context);
  const { readSecret } = await import("#lib/server/index.ts");
  const listening = Promise.withResolvers<string | null>();
  const child = new Child(
    () => ({
      args: ["serve", "--host", "127.0.0.1", "--port", "0", "--data", config.data],
      env: { ...context.env, CURVEWATCH_SLACK_WEBHOOK: undefined, CURVEWATCH_WEBHOOK: undefined },
    }),
    {
      started() {},
      message(raw) {
        const message = raw as ServerMessage;
        if (message.kind === "listening") listening.resolve(message.url);
      },
      died() {
        listening.resolve(null);
        died();
      },
    },
  );
  child.start();
  context.signal.addEventListener("abort", () => listening.resolve(null), { once: true });
  const url = await listening.promise;
  if (url === null) {
    await child.stop();
    return null;
  }
  return { url, secret: await readSecret(config.data), hasAgent: false, stop: () => child.stop() };
}

const LOOK_MS = 500;
/** Nothing has come for this long: everything has been read. */
const QUIET_MS = 4000;
const PATHS_AT_ONCE = 256;

/** The agent of a `watch` has the spool: it reads the files, as it would when they were named to it. */
async function handOver(context: Context, server: LivingServer, logs: readonly FollowedLog[]): Promise<Imported[]> {
  context.err("The agent of the watch that keeps this data folder reads the files.");
  const before = await recordsByPath(server.url);
  for (let i = 0; i < logs.length; i += PATHS_AT_ONCE) {
    const some = logs.slice(i, i + PATHS_AT_ONCE);
    const response = await fetch(`${server.url}/api/v1/watch`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.secret}`, "content-type": "application/json" },
      body: JSON.stringify({
        paths: some.map(({ path }) => path),
        groups: some.map(({ group }) => group),
        pattern: some[0]?.pattern ?? undefined,
        backfill: true,
      }),
    });
    if (!response.ok) throw new CurvewatchError("conflict", `the server did not take the files (${response.status})`);
  }
  let after = before;
  for (let quietMs = 0; quietMs < QUIET_MS && !context.signal.aborted; quietMs += LOOK_MS) {
    await setTimeout(LOOK_MS, undefined, { signal: context.signal }).catch(() => {}); // stopped
    const now = await recordsByPath(server.url);
    if (sumOf(now) !== sumOf(after)) quietMs = 0;
    after = now;
  }
  if (logs.every(({ path }) => !after.has(path)))
    throw new CurvewatchError("conflict", "the agent that is connected to the server did not read the files", {
      hint: "a `tail` takes no files from others: stop it, and import again",
    });
  return [...Map.groupBy(logs, targetOf)].map(([target, members]) => {
    const paths = members.map(({ path }) => path);
    const values = paths.reduce((sum, path) => sum + (after.get(path) ?? 0) - (before.get(path) ?? 0), 0);
    return { target, paths, values, recognised: paths.some((path) => after.has(path)) };
  });
}

/** Records of each run that the server has, by the path it is shown with. */
async function recordsByPath(url: string): Promise<Map<string, number>> {
  const records = new Map<string, number>();
  let before = "";
  do {
    const query = new URLSearchParams({ limit: "200", ...(before && { before }) });
    const response = await fetch(`${url}/api/v1/runs?${query}`, { signal: AbortSignal.timeout(10_000) });
    const page = (await response.json()) as { runs: { path: string; records: number }[]; next: string | null };
    for (const run of page.runs) records.set(run.path, (records.get(run.path) ?? 0) + run.records);
    before = page.next ?? "";
  } while (before !== "");
  return records;
}

const sumOf = (records: ReadonlyMap<string, number>): number => records.values().reduce((sum, count) => sum + count, 0);

const FILES_SHOWN = 3;

function sentence(cwd: string, { target, paths, values, recognised }: Imported, unit: string): string {
  const near = relative(cwd, target);
  const name = near === "" || near.startsWith("..") ? target : near;
  if (!recognised) return `${name}: no training record was recognised`;
  const others = paths.length > FILES_SHOWN ? `, and ${paths.length - FILES_SHOWN} more` : "";
  const files = paths.slice(0, FILES_SHOWN).map((path) => basename(path));
  const from = paths.length === 1 && paths[0] === target ? "" : ` (${files.join(", ")}${others})`;
  return `${name}: ${plural(values, unit)} added${from}`;
}

const plural = (count: number, word: string): string =>
  `${count.toLocaleString("en-US")} ${word}${count === 1 ? "" : "s"}`;

const stopped = (cause: unknown): CurvewatchError =>
  new CurvewatchError("busy", "stopped before everything was read", {
    cause,
    hint: "run the same import again: it goes on where it was",
  });
