import type { RunRow } from "#lib/protocol/index.ts";
import { fetchRunRows } from "./api.ts";
import { announce } from "./changes.ts";
import { Coalesced } from "./coalesced.ts";
import type { Connection } from "./connection.ts";
import { Listeners } from "./listeners.ts";
import { mergeRows, type Shelf } from "./rows.ts";

/** The runs list as this page knows it. Changed rows come by socket; a run it does not know makes it read the list anew. */
export class RunsFeed {
  readonly #listeners = new Listeners();
  readonly #shelf: Shelf;
  /** Null before the first answer. */
  #rows: readonly RunRow[] | null;

  /** @param rows what the list began with; null to read it first */
  constructor(rows: readonly RunRow[] | null, shelf: Shelf) {
    this.#rows = rows;
    this.#shelf = shelf;
  }

  readonly subscribe = this.#listeners.subscribe;
  readonly rows = (): readonly RunRow[] | null => this.#rows;

  /** Begins to listen; the returned function ends it. */
  open(connection: Connection): () => void {
    const reload = new Coalesced(
      async (signal) => this.#set(await fetchRunRows(this.#shelf, signal)),
      () => {},
    );
    if (!this.#rows) reload.request();
    const unwatch = connection.watch({
      request: { run: null, metrics: [] },
      watching: (_cursor, reconnected) => {
        if (reconnected) reload.request();
      },
      runs: (changed) => {
        const merged = this.#rows && mergeRows(this.#rows, changed, this.#shelf);
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
    const known = this.#rows;
    this.#rows = rows;
    const before = new Map(known?.map((row) => [row.id, row]));
    // What is read first is not news.
    if (known) for (const after of rows) announce({ before: before.get(after.id) ?? null, after });
    this.#listeners.notify();
  }
}
