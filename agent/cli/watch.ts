import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CurvewatchError } from "#lib/protocol/index.ts";
import type { Config } from "#lib/server/index.ts";
import type { FollowedLog } from "../follower.ts";
import { ensureBuilt } from "./build.ts";
import { Child } from "./child.ts";
import { type Context, untilStopped } from "./context.ts";
import { resolveLogs } from "./logs.ts";
import { Narrator } from "./narrator.ts";
import type { ServerMessage } from "./serve.ts";
import { readSettings, type ServerFlags } from "./settings.ts";
import type { AgentMessage, FollowMessage } from "./tail.ts";

/**
 * `watch`: everything in one. It owns a server and an agent process and starts either again when it dies; where another
 * `watch` owns the data folder already, it hands its logs to that one and stands by to take over.
 */
export async function watch(
  context: Context,
  given: readonly string[],
  flags: ServerFlags & { open: boolean; pattern?: string },
  version: string,
): Promise<number> {
  const config = await readSettings(context, flags);
  const { pattern } = flags;
  const logs = (await resolveLogs(context.cwd, given)).map((log) => ({ ...log, ...(pattern && { pattern }) }));
  await ensureBuilt(context);
  const narrator = new Narrator(context, logs, flags.open ? openBrowser(context) : null, config.lang ?? "en");
  for (;;) {
    const { findInstance } = await import("#lib/server/index.ts");
    const owner = await findInstance(config.data);
    const url = owner && `http://${owner.host === "::1" ? "[::1]" : owner.host}:${owner.port}`;
    if (!owner || !url || !(await answers(url))) return own(context, config, logs, narrator, version);
    await handOver(url, owner.secret, logs);
    context.err(
      `Process ${owner.pid} keeps this data folder; it follows ${logs.length === 1 ? "this log" : "these logs"} too.`,
    );
    narrator.start(url);
    while (!context.signal.aborted && (await answers(url))) {
      await setTimeout(1000, undefined, { signal: context.signal }).catch(() => {});
    }
    narrator.stop();
    if (context.signal.aborted) return 0;
    context.err("That process has ended; this one takes over.");
  }
}

async function own(
  context: Context,
  config: Config,
  logs: readonly FollowedLog[],
  narrator: Narrator,
  version: string,
): Promise<number> {
  const { readSecret } = await import("#lib/server/index.ts");
  /** By path; as in the agent, what is followed already is left as it is. */
  const followed = new Map(logs.map((log) => [log.path, log]));
  const follow = (asked: FollowMessage["logs"]): void =>
    agent?.send({ kind: "follow", logs: asked } satisfies FollowMessage);
  let port: number | null = null;
  const listening = Promise.withResolvers<string | null>();

  const server = new Child(
    () => ({
      args: [
        "serve",
        "--host",
        config.host,
        "--data",
        config.data,
        ...portArgs(config, port),
        ...(config.lang ? ["--lang", config.lang] : []),
      ],
      // By environment: what is on a command line can be read by everyone on the machine.
      env: {
        ...context.env,
        CURVEWATCH_SLACK_WEBHOOK: config.slack,
        CURVEWATCH_WEBHOOK: config.webhook,
        CURVEWATCH_ALLOW_PRIVATE_WEBHOOKS: String(config.allowPrivateWebhooks),
        CURVEWATCH_ALLOW_HOSTS: config.allowHosts.join(","),
        CURVEWATCH_PUBLIC_URL: config.publicUrl,
      },
    }),
    {
      started() {},
      message(raw) {
        const message = raw as ServerMessage;
        if (message.kind === "listening") {
          port = message.port;
          server.keepAlive();
          listening.resolve(message.url);
          return;
        }
        for (const { again: _, ...log } of message.logs) if (!followed.has(log.path)) followed.set(log.path, log);
        follow(message.logs);
      },
      died(code) {
        listening.resolve(null);
        if (port !== null) context.err(`The dashboard's process ended (${code ?? "killed"}); starting it again.`);
      },
    },
  );
  let agent: Child | null = null;
  server.start();
  const stopped = untilStopped(context);
  const url = await Promise.race([listening.promise, stopped]);
  if (url === null) {
    await server.stop();
    return context.signal.aborted ? 0 : 1;
  }

  const token = await readSecret(config.data);
  agent = new Child(
    () => ({
      args: ["tail", "--server", url, "--data", join(config.data, "agent")],
      env: { ...context.env, CURVEWATCH_TOKEN: token },
    }),
    {
      started() {
        follow([...followed.values()]);
      },
      message(raw) {
        const message = raw as AgentMessage;
        if (message.kind === "read") narrator.read(message.report);
        else context.err(`${message.path}: ${message.message}`);
      },
      died(code) {
        context.err(`The agent's process ended (${code ?? "killed"}); starting it again.`);
      },
    },
  );
  agent.keepAlive();
  agent.start();
  narrator.start(url);
  await stopped;
  narrator.stop();
  context.err("Stopping …");
  await agent.stop();
  await server.stop();
  context.err(`Everything read is kept in ${config.data}. Curvewatch ${version}`);
  return 0;
}

/** A restarted server comes back on the port that pages and the agent know. */
function portArgs(config: Config, port: number | null): string[] {
  if (port !== null) return ["--port", String(port)];
  return config.portGiven ? ["--port", String(config.port)] : [];
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/api/v1/health`, { signal: AbortSignal.timeout(3000) })).ok;
  } catch {
    return false;
  }
}

async function handOver(url: string, secret: string, logs: readonly FollowedLog[]): Promise<void> {
  const response = await fetch(`${url}/api/v1/watch`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({
      paths: logs.map(({ path }) => path),
      groups: logs.map(({ group }) => group),
      pattern: logs[0]?.pattern ?? undefined,
    }),
  });
  if (!response.ok)
    throw new CurvewatchError("conflict", `the server at ${url} did not take the logs (${response.status})`);
}

/** Opens an address where there is a desktop to show it; elsewhere does nothing. */
function openBrowser({ env }: Context): ((url: string) => void) | null {
  const { platform } = process;
  if (env.CI || (platform === "linux" && !env.DISPLAY && !env.WAYLAND_DISPLAY)) return null;
  return (url) => {
    const [command, args] =
      platform === "darwin"
        ? ["open", [url]]
        : platform === "win32"
          ? ["cmd", ["/c", "start", "", url]]
          : ["xdg-open", [url]];
    const child = spawn(command as string, args as string[], { stdio: "ignore", detached: true });
    child.on("error", () => {});
    child.unref();
  };
}
