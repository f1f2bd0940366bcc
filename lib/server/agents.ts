import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import {
  AGENT_PATH,
  type BatchHeader,
  type BatchReply,
  type CursorsReply,
  type CursorsRequest,
  CurvewatchError,
  type Hello,
  type HelloReply,
  LIMITS,
  PROTOCOL_VERSION,
  type Refusal,
} from "#lib/protocol/index.ts";
import type { Gate } from "./gate.ts";
import { answerEvents } from "./socket-events.ts";
import type { Remote } from "./workers/rpc.ts";
import type { Writer } from "./workers/writer.ts";

/**
 * The agents' end of the wire: hello, batches in order, acknowledgement after commit. What an agent sends is untrusted;
 * anything that does not fit is answered with a code and a sentence, and the socket lives on.
 */
export type AgentEvents = { connected(agent: string): void; gone(agent: string): void; failed(error: unknown): void };

/** Bytes that may wait for the writer, over all agents, before credit is withheld. */
const QUEUE_BYTES = 16 * 1024 * 1024;
const BUSY_RETRY_MS = 250;

export class Agents {
  readonly #io: Server;
  readonly #writer: Remote<Writer>;
  readonly #events: AgentEvents;
  readonly #now: () => number;
  readonly #live = new Map<string, Socket>();
  readonly #goneSince = new Map<string, number>();
  /** By agent: how far its clock is ahead of ours, as of its last hello. */
  readonly #clockAhead = new Map<string, number>();
  readonly #startedAt: number;
  #queuedBytes = 0;

  constructor(options: {
    http: HttpServer;
    gate: Gate;
    writer: Remote<Writer>;
    /** The agent a token belongs to, or null. */
    agentOf: (token: string) => string | null;
    events: AgentEvents;
    now: () => number;
  }) {
    this.#writer = options.writer;
    this.#events = options.events;
    this.#now = options.now;
    this.#startedAt = options.now();
    this.#io = new Server(options.http, {
      path: AGENT_PATH,
      serveClient: false,
      transports: ["websocket"],
      maxHttpBufferSize: LIMITS.agentMessageBytes,
      connectTimeout: LIMITS.connectTimeoutMs,
      perMessageDeflate: false,
      destroyUpgrade: false,
      allowRequest: (request, done) => done(null, options.gate.checkSocket(request, "agent")),
    });
    this.#io.use((socket, next) => {
      const { token, proto } = socket.handshake.auth as { token?: unknown; proto?: unknown };
      const agent = typeof token === "string" ? options.agentOf(token) : null;
      if (agent === null) return next(refuse("E_TOKEN", "Unknown or revoked token."));
      if (proto !== PROTOCOL_VERSION) {
        return next(
          refuse("E_PROTO", `Agent speaks protocol ${String(proto)}; this server needs ${PROTOCOL_VERSION}.`),
        );
      }
      if (this.#live.size >= LIMITS.agents)
        return next(refuse("E_TOO_MANY_CONNECTIONS", `${LIMITS.agents} agents are connected.`));
      socket.data = { agent };
      next();
    });
    this.#io.on("connection", (socket) => this.#serve(socket));
  }

  /** Since when an agent is away (epoch ms); null while it is connected. Nobody was here before the server was. */
  goneSince(agent: string): number | null {
    return this.#live.has(agent) ? null : (this.#goneSince.get(agent) ?? this.#startedAt);
  }

  /** What an agent's clock shows now (epoch ms); null while it is away. */
  clockOf(agent: string): number | null {
    return this.#live.has(agent) ? this.#now() + (this.#clockAhead.get(agent) ?? 0) : null;
  }

  get connected(): number {
    return this.#live.size;
  }

  /** Ends the sockets; the HTTP server they ride on is not ours to close. */
  close(): void {
    this.#io.disconnectSockets(true);
    this.#io.engine.close();
  }

  #serve(socket: Socket): void {
    const { agent } = socket.data as { agent: string };
    const connection = { epoch: null as number | null, inFlight: 0 };
    const current = (): boolean => this.#live.get(agent) === socket;

    const hello = async (said: Hello): Promise<HelloReply> => {
      this.#clockAhead.set(agent, said.clockMs - this.#now());
      const older = this.#live.get(agent);
      this.#live.set(agent, socket);
      if (older !== socket) older?.disconnect(true);
      const opened = await this.#writer.openEpoch({ ...said, agent, now: this.#now() });
      if (opened.kind === "refused") return refusal(opened);
      connection.epoch = opened.epoch;
      this.#goneSince.delete(agent);
      this.#events.connected(agent);
      return { epoch: opened.epoch, expect: opened.expect, creditBytes: this.#credit(), serverMs: this.#now() };
    };

    const batch = async (header: BatchHeader, buffer: Uint8Array | null): Promise<BatchReply> => {
      if (!current() || connection.epoch === null)
        return { err: "E_STALE_CONN", message: "A newer connection of this agent is open." };
      if (!buffer) return { err: "bad_request", message: "A batch is a header and one buffer." };
      if (buffer.byteLength > LIMITS.batchBytes || header.n > LIMITS.batchRecords) {
        const message = `Batch has ${buffer.byteLength} bytes; the most is ${LIMITS.batchBytes}. Send fewer records.`;
        return { err: "E_BATCH_TOO_LARGE", message };
      }
      if (connection.inFlight >= LIMITS.batchesInFlight) {
        return {
          err: "E_WINDOW",
          message: `${LIMITS.batchesInFlight} batches are waiting already.`,
          retryAfterMs: BUSY_RETRY_MS,
        };
      }
      if (this.#credit() === 0) return { err: "E_BUSY", message: "The store is behind.", retryAfterMs: BUSY_RETRY_MS };
      const bytes = new Uint8Array(buffer).buffer;
      const size = bytes.byteLength;
      connection.inFlight += 1;
      this.#queuedBytes += size;
      try {
        const { e: epoch, s: firstSeq, n: count, d: digest } = header;
        const result = await this.#writer.append({ agent, epoch, firstSeq, count, digest }, bytes);
        if (result.kind === "refused") return refusal(result);
        const reply: BatchReply = { a: result.last, c: this.#credit() };
        return result.rejected.length > 0 ? { ...reply, x: result.rejected } : reply;
      } finally {
        connection.inFlight -= 1;
        this.#queuedBytes -= size;
      }
    };

    const cursors = async ({ files }: CursorsRequest): Promise<CursorsReply> => ({
      files: await this.#writer.fileCursors(agent, files),
    });
    answerEvents(socket, "agent", { hello, batch, cursors }, this.#events.failed);

    socket.on("disconnect", () => {
      if (!current()) return;
      this.#live.delete(agent);
      this.#goneSince.set(agent, this.#now());
      this.#events.gone(agent);
    });
  }

  #credit(): number {
    return Math.max(0, QUEUE_BYTES - this.#queuedBytes);
  }
}

function refusal(refused: { code: Refusal["err"]; message: string; expect?: number }): Refusal {
  const { code: err, message, expect } = refused;
  return expect === undefined ? { err, message } : { err, message, expect };
}

/** An error as socket.io's handshake carries it: the code rides in `data`. */
function refuse(code: Refusal["err"], message: string): Error {
  return Object.assign(new CurvewatchError(code, message), { data: { code } });
}
