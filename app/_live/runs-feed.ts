import type { RunRow } from "#lib/protocol/index.ts";
import { fetchRunRows } from "./api.ts";
import { announce } from "./changes.ts";
import { Coalesced } from "./coalesced.ts";
import type { Connection } from "./connection.ts";
import { Listeners } from "./listeners.ts";
import { mergeRows } from "./rows.ts";

/** The runs list as this page knows it. Changed rows come by socket; a run it does not know makes it read the list anew. */
export class RunsFeed {
  readonly #listeners = new Listeners();
  #rows: readonly RunRow[];

  constructor(rows: readonly RunRow[]) {
    this.#rows = rows;
  }

  readonly subscribe = this.#listeners.subscribe;
  readonly rows = (): readonly RunRow[] => this.#rows;

  /** Begins to listen; the returned function ends it. */
  open(connection: Connection): () => void {
    const reload = new Coalesced(
      async (signal) => this.#set(await fetchRunRows(signal)),
      () => {},
    );
    const unwatch = connection.watch({
      request: { run: null, metrics: [] },
      watching: (_cursor, reconnected) => {
        if (reconnected) reload.request();
      },
      runs: (changed) => {
        const merged = mergeRows(this.#rows, changed);
        if (merged) this.#set(merged);
        else reload.request();
      },
    });
    return () => {
      unwatch();
      reload.close();
    };
  }

  #set(rows: readonly RunRow[]): void {
    const before = new Map(this.#rows.map((row) => [row.id, row]));
    this.#rows = rows;
    for (const after of rows) announce({ before: before.get(after.id) ?? null, after });
    this.#listeners.notify();
  }
}
