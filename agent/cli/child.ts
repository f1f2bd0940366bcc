import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Context } from "./context.ts";

/** A part of Curvewatch in a process of its own, started again when it dies. */
const main = fileURLToPath(new URL("./main.ts", import.meta.url));

const RESTART_MIN_MS = 200;
const RESTART_MAX_MS = 10_000;
/** A process that lived this long starts the waiting anew. */
const SETTLED_MS = 30_000;
const STOP_MS = 15_000;

export class Child {
  readonly #start: () => { args: string[]; env: Context["env"] };
  readonly #events: { message(message: unknown): void; started(): void; died(code: number | null): void };
  #process: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #waitMs = RESTART_MIN_MS;
  #stopping = false;
  #restarts = false;

  constructor(
    start: () => { args: string[]; env: Context["env"] },
    events: { message(message: unknown): void; started(): void; died(code: number | null): void },
  ) {
    this.#start = start;
    this.#events = events;
  }

  start(): void {
    const { args, env } = this.#start();
    const startedAt = Date.now();
    const child = spawn(process.execPath, [main, ...args], {
      env: env as NodeJS.ProcessEnv,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#process = child;
    child.on("message", (message) => this.#events.message(message));
    child.on("error", () => child.kill("SIGKILL"));
    child.on("exit", (code) => {
      this.#process = null;
      if (this.#stopping) return;
      this.#events.died(code);
      if (!this.#restarts) return;
      if (Date.now() - startedAt > SETTLED_MS) this.#waitMs = RESTART_MIN_MS;
      this.#timer = setTimeout(() => this.start(), this.#waitMs);
      this.#waitMs = Math.min(RESTART_MAX_MS, this.#waitMs * 2);
    });
    this.#events.started();
  }

  /** From now on a death is answered with a new start. */
  keepAlive(): void {
    this.#restarts = true;
  }

  send(message: object): void {
    if (this.#process?.connected) this.#process.send(message);
  }

  /** Asks it to end and waits; one that does not answer in time is killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer) clearTimeout(this.#timer);
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await exited;
    clearTimeout(timer);
  }
}
