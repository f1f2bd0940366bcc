import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import { encodeDelta, LIMITS, LIVE_EVENT, LIVE_PATH, type PointGroup, type Watch } from "#lib/protocol/index.ts";
import type { ObservationGroup } from "#lib/store/index.ts";
import type { Gate } from "./gate.ts";
import { answerEvents } from "./socket-events.ts";
import type { Views } from "./views.ts";
import type { Committed } from "./workers/writer.ts";

/**
 * Tells browsers what has been committed, as deltas of what they look at: bytes per tick depend on what came, never on how
 * long the run is. There is no history here; a browser that missed something reads the store.
 */
export type HubEvents = { lookedAt(runs: string[]): void; failed(error: unknown): void };

/** More new observations than this in one tick are not sent: the browser reads the store at its own resolution. */
const DELTA_OBSERVATIONS = 400;
/** Points are announced at most this often, pages' numbers at most once a second. */
const DELTA_EVERY_MS = 50;
const PAGE_EVERY_MS = 1000;

type Looking = { run: string | null; metrics: Set<string> };
type Growth = { from: number; to: number; reload: boolean; groups: ObservationGroup[]; observations: number };

export class Hub {
  readonly #io: Server;
  readonly #views: Views;
  readonly #events: HubEvents;
  readonly #looking = new Map<Socket, Looking>();
  /** What has been committed since the last tick, by run. */
  readonly #grown = new Map<string, Growth>();
  readonly #changed = new Set<string>();
  /** The last state told for each run, so that a run that merely falls silent is told too. */
  readonly #toldState = new Map<string, string>();
  #deltaTimer: NodeJS.Timeout | null = null;
  #pageTimer: NodeJS.Timeout | null = null;
  readonly #stateTimer: NodeJS.Timeout;

  constructor(options: { http: HttpServer; gate: Gate; views: Views; events: HubEvents }) {
    this.#views = options.views;
    this.#events = options.events;
    this.#io = new Server(options.http, {
      path: LIVE_PATH,
      serveClient: false,
      transports: ["websocket"],
      maxHttpBufferSize: LIMITS.browserMessageBytes,
      connectTimeout: LIMITS.connectTimeoutMs,
      perMessageDeflate: false,
      destroyUpgrade: false,
      allowRequest: (request, done) =>
        done(null, options.gate.checkSocket(request, "browser") && this.#looking.size < LIMITS.viewers),
    });
    this.#io.on("connection", (socket) => this.#serve(socket));
    this.#stateTimer = setInterval(() => this.#run(this.#noticeSilence()), PAGE_EVERY_MS);
  }

  committed(runs: readonly Committed[]): void {
    for (const append of runs) {
      this.#changed.add(append.run);
      const known = this.#grown.get(append.run);
      const count = append.groups.reduce((sum, group) => sum + group.step.length, 0);
      const growth = known ?? { from: append.fromCursor, to: 0, reload: false, groups: [], observations: 0 };
      growth.to = append.toCursor;
      growth.observations += count;
      growth.reload ||=
        append.newAttempt || append.rejudge || !append.withPoints || growth.observations > DELTA_OBSERVATIONS;
      growth.groups = growth.reload ? [] : [...growth.groups, ...append.groups];
      this.#grown.set(append.run, growth);
    }
    this.#deltaTimer ??= setTimeout(() => this.#sendDeltas(), DELTA_EVERY_MS);
    this.#schedulePages();
  }

  /** The run's verdict, state or facts may have changed. */
  touched(run: string): void {
    this.#changed.add(run);
    this.#schedulePages();
  }

  /** An agent came or went, so the state of any run may have changed. */
  agentsChanged(): void {
    this.#run(this.#noticeSilence());
  }

  close(): void {
    clearInterval(this.#stateTimer);
    if (this.#deltaTimer) clearTimeout(this.#deltaTimer);
    if (this.#pageTimer) clearTimeout(this.#pageTimer);
    this.#io.disconnectSockets(true);
    this.#io.engine.close();
  }

  #serve(socket: Socket): void {
    this.#looking.set(socket, { run: null, metrics: new Set() });
    const watch = async ({ run, metrics }: Watch): Promise<{ cursor: number | null }> => {
      // What changed between the page's rendering and its first look reaches it so.
      if (run !== null && this.#looking.get(socket)?.run !== run) this.touched(run);
      this.#looking.set(socket, { run, metrics: new Set(metrics) });
      this.#tellLookedAt();
      return { cursor: await this.#cursor(run) };
    };
    answerEvents(socket, "browser", { watch }, this.#events.failed);
    socket.on("disconnect", () => {
      this.#looking.delete(socket);
      this.#tellLookedAt();
    });
  }

  async #cursor(run: string | null): Promise<number | null> {
    return run === null ? null : ((await this.#views.summary(run))?.cursor ?? null);
  }

  #tellLookedAt(): void {
    const runs = new Set([...this.#looking.values()].flatMap(({ run }) => (run === null ? [] : [run])));
    this.#events.lookedAt([...runs]);
  }

  #sendDeltas(): void {
    this.#deltaTimer = null;
    const grown = [...this.#grown];
    this.#grown.clear();
    for (const [run, { from, to, reload, groups }] of grown) {
      const frames = new Map<string, Uint8Array>();
      for (const [socket, looking] of this.#looking) {
        if (looking.run !== run) continue;
        const key = [...looking.metrics].sort().join("\n");
        const frame = frames.get(key) ?? encodeDelta({ run, from, to, reload, groups: pick(groups, looking.metrics) });
        frames.set(key, frame);
        socket.emit(LIVE_EVENT.delta, frame);
      }
    }
  }

  #schedulePages(): void {
    this.#pageTimer ??= setTimeout(() => {
      this.#pageTimer = null;
      this.#run(this.#sendPages());
    }, PAGE_EVERY_MS);
  }

  async #sendPages(): Promise<void> {
    const changed = [...this.#changed];
    this.#changed.clear();
    const listed = [...this.#looking].filter(([, { run }]) => run === null).map(([socket]) => socket);
    const rows = [];
    for (const run of changed) {
      const viewers = [...this.#looking].filter(([, looking]) => looking.run === run).map(([socket]) => socket);
      if (viewers.length === 0 && listed.length === 0) continue;
      const view = viewers.length > 0 ? await this.#views.runOrDeleted(run) : null;
      for (const socket of viewers) if (view) socket.emit(LIVE_EVENT.run, view);
      const summary = listed.length > 0 ? await this.#views.summaryOrDeleted(run) : null;
      if (summary) rows.push(summary);
    }
    if (rows.length > 0) for (const socket of listed) socket.emit(LIVE_EVENT.runs, rows);
  }

  /** States change by the clock alone; only runs that somebody looks at are asked. */
  async #noticeSilence(): Promise<void> {
    const looked = new Set([...this.#looking.values()].map(({ run }) => run));
    if (looked.size === 0) return;
    const summaries = looked.has(null)
      ? await this.#views.summaries({ limit: 200, before: null, shelf: "current" })
      : await Promise.all([...looked].map((run) => this.#views.summary(run as string)));
    for (const summary of summaries) {
      if (!summary) continue;
      const told = this.#toldState.get(summary.id);
      this.#toldState.set(summary.id, summary.state);
      if (told !== undefined && told !== summary.state) this.touched(summary.id);
    }
  }

  #run(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#events.failed(error));
  }
}

function pick(groups: readonly ObservationGroup[], metrics: ReadonlySet<string>): PointGroup[] {
  return groups.flatMap(({ names, step, at, line, values }) => {
    const kept = names.flatMap((name, i) => (metrics.has(name) ? [i] : []));
    if (kept.length === 0) return [];
    return [
      {
        names: kept.map((i) => names[i] as string),
        step,
        at,
        line,
        values: kept.map((i) => values[i] as Float64Array),
      },
    ];
  });
}
