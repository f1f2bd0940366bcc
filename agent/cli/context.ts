import { once } from "node:events";
import { CurvewatchError } from "#lib/protocol/index.ts";

/** What a command gets from the outside; nothing else of the process is touched below `main.ts`. */
export type Context = {
  env: Record<string, string | undefined>;
  /** The folder the person typed the command in. */
  cwd: string;
  out(line: string): void;
  /** Writes standard output without a line end, waiting for a slow reader. */
  write(text: string): Promise<void>;
  err(line: string): void;
  /** All of standard input. */
  input(): Promise<string>;
  /** Shows how far it is on a line of the terminal that the next one replaces; none when nobody looks. */
  status?(text: string): void;
  /** The streams themselves, for what is passed on as it is; and whether somebody sits at them. */
  terminal: { out: NodeJS.WritableStream; err: NodeJS.WritableStream; isAttended: boolean };
  /** Aborts on the first Ctrl+C or SIGTERM, with the signal's name as its reason. */
  signal: AbortSignal;
  /** The channel to the process that started this one; null when a person did. */
  parent: { send(message: object): void; onMessage(listen: (message: unknown) => void): void } | null;
};

/** A problem as a person reads it: what, and what to do. */
export function explain(error: unknown): string {
  if (error instanceof CurvewatchError) return error.hint === null ? error.message : `${error.message}\n${error.hint}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Resolves when the person, or the process that started this one, wants it to end. */
export async function untilStopped({ signal }: Context): Promise<null> {
  if (!signal.aborted) await once(signal, "abort");
  return null;
}
