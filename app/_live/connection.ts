import { io, type Socket } from "socket.io-client";
import { LIVE_EVENT, LIVE_PATH, type RunsEvent, type RunView, type Watch } from "#lib/protocol/index.ts";
import { Listeners } from "./listeners.ts";

/** `lost` carries the moment of the last contact: what the page shows is from then. */
export type ConnectionStatus = { kind: "connecting" } | { kind: "open" } | { kind: "lost"; since: number };

/** What one page wants of the socket while it is open. */
export type Watcher = {
  request: Watch;
  /** The server looks with us from now on; `cursor` is the run's, null for the list or a run it does not know. */
  watching(cursor: number | null, reconnected: boolean): void;
  delta?(bytes: Uint8Array): void;
  run?(view: RunView): void;
  runs?(rows: RunsEvent): void;
};

/** A short break, such as a server that restarts, is not worth a word. */
const LOST_AFTER_MS = 1200;
export const CONNECTING: ConnectionStatus = { kind: "connecting" };

/** The tab's one socket. It looks at one thing at a time, and says so again whenever it comes back. */
export class Connection {
  readonly #socket: Socket;
  readonly #listeners = new Listeners();
  #watcher: Watcher | null = null;
  #status: ConnectionStatus = CONNECTING;
  #everOpen = false;
  #lostTimer: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    this.#socket = io({
      path: LIVE_PATH,
      transports: ["websocket"],
      reconnectionDelay: 500,
      reconnectionDelayMax: 4000,
    });
    this.#socket.on("connect", () => this.#opened());
    this.#socket.on("disconnect", () => this.#closed());
    this.#socket.on("connect_error", () => this.#closed());
    this.#socket.on(LIVE_EVENT.delta, (bytes: ArrayBuffer) => this.#watcher?.delta?.(new Uint8Array(bytes)));
    this.#socket.on(LIVE_EVENT.run, (view: RunView) => this.#watcher?.run?.(view));
    this.#socket.on(LIVE_EVENT.runs, (rows: RunsEvent) => this.#watcher?.runs?.(rows));
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.subscribe(listener);
  readonly status = (): ConnectionStatus => this.#status;

  /** Looks at what the watcher asks for, instead of what was looked at before, until the returned function is called. */
  watch(watcher: Watcher): () => void {
    this.#watcher = watcher;
    if (this.#socket.connected) this.#ask(watcher, false);
    return () => {
      if (this.#watcher === watcher) this.#watcher = null;
    };
  }

  #ask(watcher: Watcher, reconnected: boolean): void {
    this.#socket.emit(LIVE_EVENT.watch, watcher.request, (answer: { cursor: number | null }) => {
      if (this.#watcher === watcher) watcher.watching(answer.cursor, reconnected);
    });
  }

  #opened(): void {
    if (this.#lostTimer !== null) clearTimeout(this.#lostTimer);
    this.#lostTimer = null;
    this.#setStatus({ kind: "open" });
    if (this.#watcher) this.#ask(this.#watcher, this.#everOpen);
    this.#everOpen = true;
  }

  #closed(): void {
    if (this.#lostTimer !== null || this.#status.kind === "lost") return;
    const since = Date.now();
    this.#lostTimer = setTimeout(() => {
      this.#lostTimer = null;
      this.#setStatus({ kind: "lost", since });
    }, LOST_AFTER_MS);
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status;
    this.#listeners.notify();
  }
}

let shared: Connection | null = null;

/** The connection of this tab; opened when first asked for, in a browser only. */
export function connection(): Connection {
  shared ??= new Connection();
  return shared;
}
