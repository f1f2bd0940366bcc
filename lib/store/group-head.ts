import { CHUNK_ROWS, firstChunkRows } from "./keys.ts";
import { Pyramid } from "./pyramid.ts";

/** Columns every group has before those of its metrics. */
export const AXES = 4;
export const ORD = 0;
export const STEP = 1;
export const AT = 2;
export const LINE = 3;

/** What a growing head says. The writer stores it; a mirror of what is already stored lets it pass. */
export interface HeadSink {
  /** The id of the run's group `number`, of one of its files, with these metrics (ascending). */
  openGroup(run: number, number: number, file: number, names: readonly string[]): number;
  /** The head's open chunk is full: `columns[…][0 … open)`. */
  sealChunk(head: GroupHead): void;
  /** A row of level-of-detail buckets of a column is full. */
  lodRow(column: number, level: number, row: number, buckets: Float64Array): void;
  beginAttempt(file: number, attempt: number, fromStep: number): void;
}

/** One of a run's files, as it grows. */
export type FileHead = {
  readonly number: number;
  readonly rank: number;
  readonly state: {
    observations: number;
    /** 1 from the first observation on; 0 before. */
    attempt: number;
    /** Highest step of the current attempt. */
    step: number | null;
  };
};

export type GroupState = {
  /** Rows of the group in all, and those of them in the open chunk. */
  rows: number;
  open: number;
  /** Number of the open chunk. */
  chunk: number;
  /** The attempt the open chunk belongs to, and whether it is that attempt's first chunk of this group. */
  attempt: number;
  startsAttempt: boolean;
  lastStep: number | null;
};

/**
 * The growing end of one group: its open chunk and open level-of-detail rows, in memory. How it grows depends on the rows
 * alone and not on how they were cut into commits, so a replay of the journal rebuilds it to the last bit.
 *
 * Column `i` of the group has the id `id + i`: ord, step, at, line, then one for each name.
 */
export class GroupHead {
  readonly id: number;
  readonly file: FileHead;
  readonly names: readonly string[];
  readonly state: GroupState;
  /** Values of the open chunk, `state.open` of them; the arrays are longer. */
  readonly columns: Float64Array[];
  /** By column; null for ord and line, which nobody draws. */
  readonly pyramids: (Pyramid | null)[];
  /** Changed since it was last saved. */
  isDirty = false;

  constructor(
    id: number,
    file: FileHead,
    names: readonly string[],
    saved?: Pick<GroupHead, "state" | "columns" | "pyramids">,
  ) {
    this.id = id;
    this.file = file;
    this.names = names;
    const width = AXES + names.length;
    this.state = saved?.state ?? { rows: 0, open: 0, chunk: 0, attempt: 0, startsAttempt: true, lastStep: null };
    this.columns = saved?.columns ?? Array.from({ length: width }, () => new Float64Array(0));
    this.pyramids = saved?.pyramids ?? Array.from({ length: width }, (_, i) => (isDrawn(i) ? new Pyramid() : null));
  }

  /** Rows in sealed chunks. */
  get sealed(): number {
    return this.state.rows - this.state.open;
  }

  columnOf(name: string): number | null {
    const index = this.names.indexOf(name);
    return index < 0 ? null : AXES + index;
  }

  /** Further rows belong to this attempt. A chunk never spans two, so within one the steps ascend. */
  enterAttempt(attempt: number, sink: HeadSink): void {
    if (attempt === this.state.attempt) return;
    if (this.state.open > 0) this.#seal(sink);
    this.state.attempt = attempt;
    this.state.startsAttempt = true;
  }

  /** Appends rows `from … to` of `columns`, which are as the group's are. */
  append(columns: readonly Float64Array[], from: number, to: number, sink: HeadSink): void {
    const state = this.state;
    this.isDirty = true;
    for (let at = from; at < to; ) {
      const room = (state.chunk === 0 ? firstChunkRows(this.id) : CHUNK_ROWS) - state.open;
      const take = Math.min(room, to - at);
      for (let i = 0; i < columns.length; i++) {
        const values = columns[i]!.subarray(at, at + take);
        this.#fill(i, values);
        this.pyramids[i]?.extend(values, (level, row, buckets) => sink.lodRow(this.id + i, level, row, buckets));
      }
      at += take;
      state.open += take;
      state.rows += take;
      if (take === room) this.#seal(sink);
    }
    if (to > from) state.lastStep = columns[STEP]![to - 1]!;
  }

  #fill(index: number, values: Float64Array): void {
    let column = this.columns[index]!;
    const end = this.state.open + values.length;
    if (end > column.length) {
      const grown = new Float64Array(Math.min(CHUNK_ROWS, Math.max(end, column.length * 2, 16)));
      grown.set(column);
      this.columns[index] = grown;
      column = grown;
    }
    column.set(values, this.state.open);
  }

  #seal(sink: HeadSink): void {
    sink.sealChunk(this);
    this.state.chunk++;
    this.state.open = 0;
    this.state.startsAttempt = false;
    this.isDirty = true;
  }
}

/** Columns that have levels of detail: the metrics, and the axes a chart can have. */
export const isDrawn = (column: number): boolean => column === STEP || column === AT || column >= AXES;
