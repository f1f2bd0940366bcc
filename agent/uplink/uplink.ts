import { createHash } from "node:crypto";
import { io, type Socket } from "socket.io-client";
import {
  AGENT_EVENT,
  AGENT_PATH,
  batchReplySchema,
  type CursorsReply,
  CurvewatchError,
  cursorsReplySchema,
  encodeRecord,
  type FileIdentity,
  helloReplySchema,
  joinRecords,
  LIMITS,
  PROTOCOL_VERSION,
  type Refusal,
} from "#lib/protocol/index.ts";
import type { Spool } from "../spool/index.ts";

/**
 * Ships what the spool has synced. The spool is the only buffer: nothing is emitted while the socket is down, and after
 * every connect the server's answer to `hello` says where to go on. Retries need no cleverness beyond that.
 */
export type UplinkEvents = {
  connected(): void;
  disconnected(reason: string): void;
  /** The server said no, in a way that waiting alone may not cure. */
  refused(refusal: Refusal): void;
  /** The server has other records under this spool's numbers, or more: those numbers must not be used again. */
  outrun(): void;
};

export type UplinkOptions = {
  url: string;
  token: string;
  host: string;
  fingerprint: string;
  version: string;
  spool: Spool;
  events: UplinkEvents;
  now: () => number;
};

const REPLY_TIMEOUT_MS = 30_000;
const RECONNECT_MIN_MS = 250;
const RECONNECT_MAX_MS = 10_000;
const RETRY_MS = 1000;

export class Uplink {
  readonly #options: UplinkOptions;
  readonly #socket: Socket;
  /** Counts hellos: an answer to an older one changes nothing. */
  #session = 0;
  #open = false;
  #next = 1;
  #inFlight = 0;
  #credit = 0;
  #pumping = false;
  #retryTimer: NodeJS.Timeout | null = null;
  readonly #waiters = new Set<() => void>();

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#socket = io(options.url, {
      path: AGENT_PATH,
      transports: ["websocket"],
      auth: { token: options.token, proto: PROTOCOL_VERSION },
      autoConnect: false,
      reconnectionDelay: RECONNECT_MIN_MS,
      reconnectionDelayMax: RECONNECT_MAX_MS,
      randomizationFactor: 0.5,
    });
    this.#socket.on("connect", () => void this.#hello());
    this.#socket.on("disconnect", (reason) => {
      this.#close();
      options.events.disconnected(reason);
      // The server ended it, so socket.io will not come back by itself.
      if (reason === "io server disconnect") this.#later(RETRY_MS, () => this.#socket.connect());
    });
    this.#socket.on("connect_error", (error: Error & { data?: { code?: string } }) => {
      const code = error.data?.code;
      if (code !== "E_TOKEN" && code !== "E_PROTO" && code !== "E_TOO_MANY_CONNECTIONS") return;
      options.events.refused({ err: code, message: error.message });
      this.#later(RECONNECT_MAX_MS, () => this.#socket.connect());
    });
  }

  start(): void {
    this.#socket.connect();
  }

  /** New records have been synced. */
  wake(): void {
    void this.#pump();
  }

  /** Resolves when all that is synced now has been committed by the server, or when `signal` gives up. */
  async drained(signal: AbortSignal): Promise<void> {
    const target = this.#options.spool.syncedSeq;
    while (this.#options.spool.ackedSeq < target && !signal.aborted) await this.#change(signal);
  }

  /**
   * Where the server is in these files; waits for a connection.
   *
   * @throws CurvewatchError when `signal` aborts first, or the server refuses
   */
  async cursors(
    files: { path: string; identity: FileIdentity }[],
    signal: AbortSignal,
  ): Promise<Extract<CursorsReply, { files: unknown }>["files"]> {
    for (;;) {
      while (!this.#open && !signal.aborted) await this.#change(signal);
      if (signal.aborted) throw new CurvewatchError("busy", "stopped before the server was reached");
      const reply = await this.#ask(AGENT_EVENT.cursors, { files }).then(cursorsReplySchema.parse, () => null);
      if (reply === null) continue;
      if ("err" in reply) throw new CurvewatchError(reply.err, reply.message);
      return reply.files;
    }
  }

  close(): void {
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    this.#close();
    this.#socket.disconnect();
  }

  async #hello(): Promise<void> {
    const { spool, host, fingerprint, version, now } = this.#options;
    const session = ++this.#session;
    const hello = {
      proto: PROTOCOL_VERSION,
      spoolId: spool.spoolId,
      epoch: spool.epoch,
      firstSeq: spool.firstSeq,
      lastSeq: spool.syncedSeq,
      host,
      fingerprint,
      version,
      clockMs: now(),
    };
    const reply = await this.#ask(AGENT_EVENT.hello, hello).then(helloReplySchema.parse, () => null);
    if (session !== this.#session) return;
    if (reply !== null && "err" in reply && reply.err === "E_DIVERGED") {
      this.#options.events.outrun();
      return;
    }
    if (reply === null || "err" in reply) {
      if (reply) this.#options.events.refused(reply);
      this.#socket.disconnect();
      this.#later(RETRY_MS, () => this.#socket.connect());
      return;
    }
    if (reply.expect > spool.syncedSeq + 1) {
      this.#options.events.outrun();
      return;
    }
    await spool.setEpoch(reply.epoch);
    await spool.ack(reply.expect - 1, now());
    this.#next = reply.expect;
    this.#credit = reply.creditBytes;
    this.#inFlight = 0;
    this.#open = true;
    this.#options.events.connected();
    this.#changed();
    await this.#pump();
  }

  /** Sends as much as window and credit allow; one loop at a time. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#open && this.#inFlight < LIMITS.batchesInFlight && this.#credit > 0) {
        const session = this.#session;
        const { spool } = this.#options;
        if (this.#next > spool.syncedSeq) return;
        const from = this.#next;
        const { firstSeq, bodies } = await spool.read(from, {
          records: LIMITS.batchRecords,
          // Each record rides behind a length of 8 bytes.
          bytes: LIMITS.batchBytes - 8 * LIMITS.batchRecords,
        });
        if (session !== this.#session || !this.#open) continue;
        if (bodies.length === 0) return;
        const batch = firstSeq > from ? missing(from, firstSeq - 1, this.#options.now()) : bodies;
        this.#next = from + batch.length;
        this.#inFlight += 1;
        void this.#send(session, from, batch);
      }
    } finally {
      this.#pumping = false;
    }
  }

  async #send(session: number, firstSeq: number, bodies: readonly Uint8Array[]): Promise<void> {
    const { spool, now } = this.#options;
    const bytes = joinRecords(bodies);
    const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
    const header = { e: spool.epoch as number, s: firstSeq, n: bodies.length, d: digest };
    const reply = await this.#ask(AGENT_EVENT.batch, header, Buffer.from(bytes.buffer)).then(
      batchReplySchema.parse,
      () => null,
    );
    if (session !== this.#session) return;
    if (reply === null || "err" in reply) {
      this.#resync(reply);
      return;
    }
    this.#inFlight -= 1;
    this.#credit = reply.c;
    await spool.ack(reply.a, now());
    this.#changed();
    await this.#pump();
  }

  /** Something went wrong with a batch: ask the server anew where it is, at once or when it said so. */
  #resync(refusal: Refusal | null): void {
    this.#close();
    if (refusal?.err === "E_DIVERGED") {
      this.#options.events.outrun();
      return;
    }
    const expected =
      refusal === null || refusal.err === "E_GAP" || refusal.err === "E_BUSY" || refusal.err === "E_WINDOW";
    if (refusal && !expected) this.#options.events.refused(refusal);
    const wait = refusal?.err === "E_GAP" ? 0 : (refusal?.retryAfterMs ?? RETRY_MS);
    this.#later(wait, () => {
      if (this.#socket.connected) void this.#hello();
    });
  }

  #close(): void {
    this.#session += 1;
    this.#open = false;
  }

  #later(ms: number, act: () => void): void {
    if (this.#retryTimer) clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(act, ms);
  }

  #ask(event: string, ...args: unknown[]): Promise<unknown> {
    return this.#socket.timeout(REPLY_TIMEOUT_MS).emitWithAck(event, ...args);
  }

  #changed(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.add(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}

/** Records that damage took from the spool, told as what they are: numbers without content. */
function missing(from: number, to: number, now: number): Uint8Array[] {
  const count = Math.min(to - from + 1, LIMITS.batchRecords);
  return Array.from({ length: count }, (_, i) =>
    encodeRecord({ kind: "gap", t: now, from: from + i, to: from + i, reason: "damaged in the agent's spool" }),
  );
}
