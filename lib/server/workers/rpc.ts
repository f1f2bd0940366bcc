import { type MessagePort, parentPort, Worker } from "node:worker_threads";
import { CurvewatchError, ERROR_CODES, type ErrorCode } from "#lib/protocol/index.ts";

/**
 * Calls across a worker thread: an object of asynchronous methods here, its proxy there. Errors of ours keep their code
 * and hint; anything else stays an unexpected error.
 */
type Methods = { [name: string]: (...args: never[]) => Promise<unknown> };
type Call = { id: number; method: string; args: unknown[] };
type Reply = { id: number; ok: true; value: unknown } | { id: number; ok: false; error: WireError };
type WireError = { code: ErrorCode | null; message: string; hint: string | null; stack: string | undefined };
type Outgoing = Reply | { event: unknown };

export type Remote<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => Promise<R> : never;
};

/** Answers calls from the thread that started this worker; `emit` sends it an event. */
export function serve(methods: Methods): { port: MessagePort; emit(event: unknown): void; answer(call: Call): void } {
  if (!parentPort) throw new Error("this module runs as a worker thread");
  const port = parentPort;
  const answer = (call: Call): void => {
    const method = methods[call.method];
    const run = method ? method(...(call.args as never[])) : Promise.reject(new Error(`no method ${call.method}`));
    run.then(
      (value) => port.postMessage({ id: call.id, ok: true, value } satisfies Reply),
      (error: unknown) => port.postMessage({ id: call.id, ok: false, error: toWire(error) } satisfies Reply),
    );
  };
  port.on("message", answer);
  return { port, emit: (event) => port.postMessage({ event }), answer };
}

export type WorkerClient<T> = { call: Remote<T>; terminate(): Promise<void> };

/** Starts a worker and speaks to it. `onDeath` is called once when it ends without being asked to. */
export function startWorker<T, E = never>(options: {
  url: URL;
  data: unknown;
  onEvent?: (event: E) => void;
  onDeath: (error: Error) => void;
}): WorkerClient<T> {
  const worker = new Worker(options.url, { workerData: options.data });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let nextId = 1;
  let stopping = false;
  let dead: Error | null = null;
  const die = (error: Error): void => {
    if (dead) return;
    dead = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    if (!stopping) options.onDeath(error);
  };
  worker.on("message", (message: Outgoing) => {
    if ("event" in message) {
      options.onEvent?.(message.event as E);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.ok) call?.resolve(message.value);
    else call?.reject(fromWire(message.error));
  });
  worker.on("error", (error) => die(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", (code) => die(new Error(`${options.url.pathname.split("/").at(-1)} ended with code ${code}`)));
  const call = new Proxy(Object.create(null) as Remote<T>, {
    get:
      (_target, method: string) =>
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          if (dead) return reject(dead);
          const id = nextId++;
          waiting.set(id, { resolve, reject });
          const transfer = args.flatMap((arg) => (arg instanceof ArrayBuffer ? [arg] : []));
          worker.postMessage({ id, method, args } satisfies Call, transfer);
        }),
  });
  return {
    call,
    async terminate() {
      stopping = true;
      await worker.terminate();
    },
  };
}

function toWire(error: unknown): WireError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const known = ERROR_CODES.find((code) => code === (error as { code?: unknown })?.code) ?? null;
  return { code: known, message, hint: (error as { hint?: string | null }).hint ?? null, stack };
}

function fromWire(wire: WireError): Error {
  const error = wire.code
    ? new CurvewatchError(wire.code, wire.message, wire.hint === null ? {} : { hint: wire.hint })
    : new Error(wire.message);
  if (wire.stack) error.stack = wire.stack;
  return error;
}
