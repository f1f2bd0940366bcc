import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { CurvewatchError } from "#lib/protocol/index.ts";
import { Agent } from "../agent.ts";
import type { FollowReport } from "../follower.ts";
import { armFailpoints } from "../spool/index.ts";
import { type Context, explain, untilStopped } from "./context.ts";
import { absolute } from "./read-file.ts";

/** What the agent's process tells the `watch` that started it. */
export type AgentMessage = { kind: "read"; report: FollowReport } | { kind: "failed"; path: string; message: string };

const followSchema = z.object({
  kind: z.literal("follow"),
  logs: z.array(
    z.object({
      path: z.string(),
      group: z.string().nullable(),
      pattern: z.string().nullish(),
      backfill: z.boolean().optional(),
      again: z.boolean().optional(),
    }),
  ),
});
/** What the `watch` tells the agent's process. */
export type FollowMessage = z.infer<typeof followSchema>;

type TailFlags = { server: string; data?: string; tokenFile?: string; pattern?: string };

/** `tail`: the agent until it is told to stop. Under a `watch` more logs may be named while it runs. */
export async function tail(
  context: Context,
  logs: readonly string[],
  flags: TailFlags,
  version: string,
): Promise<number> {
  armFailpoints(context.env.CURVEWATCH_FAILPOINT);
  const token = flags.tokenFile
    ? (await readFile(absolute(context.cwd, flags.tokenFile), "utf8")).trim()
    : context.env.CURVEWATCH_TOKEN;
  if (!token)
    throw new CurvewatchError("config", "the server wants a token", { hint: "set CURVEWATCH_TOKEN or --token-file" });
  if (logs.length === 0 && !context.parent) throw new CurvewatchError("config", "name at least one log to follow");
  const tell = (message: AgentMessage): void => context.parent?.send(message);
  const say = (line: string): void => {
    if (!context.parent) context.err(line);
  };
  const agent = await Agent.open({
    folder: flags.data ? absolute(context.cwd, flags.data) : join(dataFolder(context), "agent"),
    url: flags.server,
    token,
    version,
    nvidiaSmi: "nvidia-smi",
    now: Date.now,
    events: {
      connected: () => say(`connected to ${flags.server}`),
      disconnected: (reason) => say(`not connected (${reason}); what is read is kept`),
      refused: (refusal) => context.err(`the server refuses: ${refusal.message}`),
      read: (report) => tell({ kind: "read", report }),
      failed(path, error) {
        if (context.parent) tell({ kind: "failed", path, message: explain(error) });
        else context.err(`${path}: ${explain(error)}`);
      },
      gap: (from, to, reason) => context.err(`records ${from} to ${to} are lost: ${reason}`),
    },
  });
  for (const log of logs) agent.follow({ path: absolute(context.cwd, log), group: null, pattern: flags.pattern });
  context.parent?.onMessage((message) => {
    const parsed = followSchema.safeParse(message);
    if (!parsed.success) return;
    for (const { again, ...log } of parsed.data.logs) {
      if (again) agent.readAgain(log);
      else agent.follow(log);
    }
  });
  await untilStopped(context);
  await agent.close();
  return 0;
}

function dataFolder({ env }: Context): string {
  return env.CURVEWATCH_DATA || join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "curvewatch");
}
