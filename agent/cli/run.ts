import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, writeSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { constants } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CurvewatchError } from "#lib/protocol/index.ts";
import { type Context, untilStopped } from "./context.ts";
import { oomKills } from "./oom-kills.ts";
import { readSettings, type ServerFlags } from "./settings.ts";
import { watch } from "./watch.ts";

/**
 * `run`: starts the trainer, lets its output through as it comes, keeps it as a log that a `watch` in the same process
 * follows, and writes how it ended as the log's last line: exit code, signal, or killed for want of memory.
 *
 * @returns the trainer's exit code; 128 and the signal's number when it was killed, as a shell has it
 */
export async function run(
  context: Context,
  command: readonly string[],
  flags: ServerFlags & { name?: string; open: boolean },
  version: string,
): Promise<number> {
  const { data } = await readSettings(context, flags);
  const path = await newLog(join(data, "logs", basename(context.cwd) || "run"), flags.name ?? nameOf(command));
  const log = openSync(path, "a");
  const kills = await oomKills();
  // From here on at once: what a trainer printed that has ended is only there for who was listening.
  const trainer = spawned(context, command);
  const keep = keeper(log, context);
  const { out, err, isAttended } = context.terminal;
  const ended = Promise.all([
    once(trainer, "close") as Promise<[code: number | null, signal: NodeJS.Signals | null]>,
    passOn(trainer.stdout!, keep, out),
    passOn(trainer.stderr!, keep, err),
  ]);
  ended.catch(() => {}); // told below
  try {
    await once(trainer, "spawn");
  } catch (cause) {
    closeSync(log);
    await rm(dirname(path), { recursive: true });
    throw new CurvewatchError("not_found", `${command[0]} cannot be started: ${(cause as Error).message}`, {
      hint: "what follows -- is the command as you would type it: curvewatch run -- python train.py",
      cause,
    });
  }
  const watching = new AbortController();
  const address = Promise.withResolvers<void>();
  const told = { ...context, signal: watching.signal, out: (line: string) => address.resolve(context.out(line)) };
  const dashboard = watch(told, [path], flags, version).catch((error: unknown) => {
    // The training is worth more than our look at it.
    context.err(`curvewatch: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  });
  const forward = (): void => {
    // A terminal sends its Ctrl+C to everybody in front of it; SIGTERM comes to us alone.
    if (context.signal.reason === "SIGTERM" || !isAttended) trainer.kill(context.signal.reason);
  };
  context.signal.addEventListener("abort", forward, { once: true });
  const [[code, signal]] = await ended;
  const ending = endingOf(code, signal, (await oomKills()) > kills);
  keep(Buffer.from(`\ncurvewatch run: ${ending}\n`));
  closeSync(log);
  context.err(`The training ended: ${ending}. Its log is ${path}`);
  await Promise.race([Promise.all([isTold(data, path), address.promise]), dashboard]);
  if (isAttended && !context.signal.aborted) {
    context.err("The dashboard stays until Ctrl+C.");
    await Promise.race([untilStopped(context), dashboard]);
  }
  watching.abort();
  await dashboard;
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

const endingOf = (code: number | null, signal: string | null, wasOutOfMemory: boolean): string =>
  signal === null
    ? `exit code ${code}`
    : `killed by ${signal}${signal === "SIGKILL" && wasOutOfMemory ? ", out of memory" : ""}`;

function spawned(context: Context, [program, ...args]: readonly string[]): ChildProcess {
  // Python keeps back what it prints when nobody sees it at once.
  const env: NodeJS.Dict<string> = { PYTHONUNBUFFERED: "1", ...context.env };
  return spawn(program!, args, {
    cwd: context.cwd,
    env: env as NodeJS.ProcessEnv,
    stdio: ["inherit", "pipe", "pipe"],
  });
}

/** Writes into the log for as long as that can be done: a full disk is no reason to hold up a training. */
function keeper(log: number, context: Context): (chunk: Buffer) => void {
  let works = true;
  return (chunk) => {
    if (!works) return;
    try {
      writeSync(log, chunk);
    } catch (error) {
      works = false;
      context.err(`curvewatch: the log cannot be written any longer: ${(error as Error).message}`);
    }
  };
}

/** On to whoever reads ours, at their pace, and into the log. */
async function passOn(
  from: NodeJS.ReadableStream,
  keep: (chunk: Buffer) => void,
  to: NodeJS.WritableStream,
): Promise<void> {
  for await (const chunk of from) {
    keep(chunk as Buffer);
    if (!to.write(chunk)) await once(to, "drain");
  }
}

/** `python train.py --lr 1` is `train`; `torchrun --nproc 8 pretrain.py` is `pretrain`; else the program's name. */
function nameOf(command: readonly string[]): string {
  const script = command.find((word) => /\.(py|sh|ts|js|jl|R)$/.test(word)) ?? command[0]!;
  return basename(script, extname(script)) || "run";
}

/** A log of its own for each time it is run, in a folder that names the run. @returns its path */
async function newLog(folder: string, name: string): Promise<string> {
  const safe = name.replace(/[^\p{L}\p{N}._ -]/gu, "-").slice(0, 100);
  for (let i = 1; ; i++) {
    const made = join(folder, i === 1 ? safe : `${safe}-${i}`);
    await mkdir(folder, { recursive: true });
    const isNew = await mkdir(made).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return false;
        throw error;
      },
    );
    if (isNew) return join(made, "train.log");
  }
}

const [LOOK_MS, LOOK_TIMES] = [250, 120];

/** Waits until the server knows the end and has told it to whom it tells; half a minute at most. */
async function isTold(data: string, path: string): Promise<void> {
  const { findInstance } = await import("#lib/server/index.ts");
  type Run = { id: string; state: string };
  type Told = { told: { state: string }[] };
  for (let i = 0; i < LOOK_TIMES; i++) {
    await setTimeout(LOOK_MS);
    const server = await findInstance(data);
    if (!server) continue;
    const url = `http://${server.host === "::1" ? "[::1]" : server.host}:${server.port}/api/v1/runs`;
    const read = async <T>(what: string): Promise<T> =>
      (await (await fetch(url + what, { signal: AbortSignal.timeout(3000) })).json()) as T;
    try {
      const { runs } = await read<{ runs: Run[] }>(`?${new URLSearchParams({ path, limit: "1" })}`);
      if (runs[0]?.state !== "finished" && runs[0]?.state !== "failed") continue;
      const { incidents } = await read<{ incidents: Told[] }>(`/${runs[0].id}/incidents`);
      const isOpen = incidents.some(({ told }) => told.some(({ state }) => state === "queued" || state === "sending"));
      if (incidents.length > 0 && !isOpen) return;
    } catch {} // it is being started again
  }
}
