import { LIMITS, METRIC, type PointGroup } from "#lib/protocol/index.ts";
import { type FileHead, GroupHead, type HeadSink } from "./group-head.ts";

/** Groups with several metrics a run may have. Metrics in further sets get groups of their own, one each. */
const GROUPS_PER_RUN = 256;
/** Attempts told apart in a file: a log whose steps jump at every line must not make a chunk of every line. */
const ATTEMPTS_PER_FILE = 1000;
const LAYOUTS_KEPT = 1024;

/** Rows that one group took: columns as the group's, of equal length. */
export type Stretch = { head: GroupHead; attempt: number; columns: Float64Array[] };

/** Where the metrics of one set go: usually one part with all of them. `pick` says which of the names each column is. */
type Layout = { parts: { head: GroupHead; pick: number[] }[]; dropped: string[] };

/** One record's group on its way into the run. */
type Lane = Layout & { file: FileHead; source: PointGroup; next: number; ord: Float64Array };

/**
 * The growing end of one run: its files with the attempt each is in, their groups, and the next `ord`. A pure function of
 * what was appended (ids apart, which the sink gives), whichever commits it came in.
 *
 * Of several files that give a metric, the one of the highest rank owns it, of equals the first. What the others say of it
 * is kept and not shown. Every file counts its own attempts: one that is read late, from its beginning, is no restart.
 */
export class RunHeads {
  readonly number: number;
  readonly id: string;
  /** By number. */
  readonly files: Map<number, FileHead>;
  readonly groups: GroupHead[] = [];
  /** Metric name → its number in the run, in order of appearance. */
  readonly series = new Map<string, number>();
  /** Observations of all files. */
  observations: number;
  /** Checkpoint during which it was last used. */
  usedAt = 0;
  readonly #owners = new Map<string, FileHead>();
  readonly #byNames = new Map<string, GroupHead>();
  readonly #layouts = new Map<string, Layout>();

  constructor(number: number, id: string, files: readonly FileHead[], groups: readonly GroupHead[]) {
    this.number = number;
    this.id = id;
    this.files = new Map(files.map((file) => [file.number, file]));
    this.observations = files.reduce((sum, { state }) => sum + state.observations, 0);
    for (const head of groups) this.#adopt(head);
  }

  /** Grown beyond its saved tails. */
  get isDirty(): boolean {
    return this.groups.some((head) => head.isDirty);
  }

  /** The file that counts the run's attempts: the owner of the training loss, before there is any the first with points. */
  get leader(): FileHead | null {
    return this.#owners.get(METRIC.trainLoss) ?? this.groups[0]?.file ?? null;
  }

  /** The file whose points of a metric are shown; null when the run does not have it. */
  ownerOf(metric: string): FileHead | null {
    return this.#owners.get(metric) ?? null;
  }

  /** Those of the group's metrics that are shown of its file. */
  shownOf(head: GroupHead): string[] {
    return head.names.filter((name) => this.#owners.get(name) === head.file);
  }

  /** The groups that a metric's shown points are in. */
  groupsOf(metric: string): GroupHead[] {
    const owner = this.ownerOf(metric);
    return this.groups.filter((head) => head.file === owner && head.names.includes(metric));
  }

  /** One of the run's files, which may be new to it. */
  file(number: number, rank: number): FileHead {
    let file = this.files.get(number);
    if (!file) {
      file = { number, rank, state: { observations: 0, attempt: 0, step: null } };
      this.files.set(number, file);
    }
    return file;
  }

  /**
   * Appends the groups of one record of a file. Observations are numbered by line over all groups; where the step goes back
   * a new attempt of the file begins.
   *
   * @returns the rows taken, in order; the metrics refused because the run has as many as it may; and those which belonged
   *   to another file before
   */
  append(
    file: FileHead,
    groups: readonly PointGroup[],
    sink: HeadSink,
  ): { stretches: Stretch[]; dropped: string[]; taken: string[] } {
    const taken: string[] = [];
    const lanes: Lane[] = groups.map((source) => {
      const layout = this.#layout(file, source.names, sink, taken);
      return { ...layout, file, source, next: 0, ord: new Float64Array(source.step.length) };
    });
    const stretches: Stretch[] = [];
    const open = lanes.filter((lane) => lane.parts.length > 0);
    for (let lane = earliest(open); lane; lane = earliest(open)) {
      const to = endOfTurn(lane, open);
      this.#appendRows(lane, lane.next, to, stretches, sink);
      lane.next = to;
    }
    return { stretches, dropped: [...new Set(lanes.flatMap((lane) => lane.dropped))], taken };
  }

  #appendRows(lane: Lane, from: number, to: number, stretches: Stretch[], sink: HeadSink): void {
    const { step, at, line, values } = lane.source;
    const { state } = lane.file;
    for (let i = from; i < to; i++) lane.ord[i] = this.observations++;
    state.observations += to - from;
    for (let start = from; start < to; ) {
      let end = start + 1;
      while (end < to && step[end]! >= step[end - 1]!) end++;
      this.#placeInAttempt(lane, step[start]!, sink);
      state.step = Math.max(state.step ?? Number.NEGATIVE_INFINITY, step[end - 1]!);
      for (const { head, pick } of lane.parts) {
        const all = [lane.ord, step, at, line, ...pick.map((index) => values[index]!)];
        head.append(all, start, end, sink);
        const columns = all.map((column) => column.subarray(start, end));
        stretches.push({ head, attempt: head.state.attempt, columns });
      }
      start = end;
    }
  }

  /** A group that steps back within the current attempt begins the next; one that lags in an older attempt just moves on. */
  #placeInAttempt(lane: Lane, step: number, sink: HeadSink): void {
    const { number, state } = lane.file;
    const stepsBack = lane.parts.some(
      ({ head }) => head.state.attempt === state.attempt && head.state.lastStep !== null && step < head.state.lastStep,
    );
    if (state.attempt === 0 || (stepsBack && state.attempt < ATTEMPTS_PER_FILE)) {
      state.attempt++;
      state.step = null;
      sink.beginAttempt(number, state.attempt, step);
    }
    for (const { head } of lane.parts) head.enterAttempt(state.attempt, sink);
  }

  #layout(file: FileHead, names: readonly string[], sink: HeadSink, taken: string[]): Layout {
    const key = keyOf(file, names);
    const known = this.#layouts.get(key);
    if (known) return known;
    const accepted: string[] = [];
    const dropped: string[] = [];
    let room = LIMITS.seriesPerRun - this.series.size;
    for (const name of names) (this.series.has(name) || room-- > 0 ? accepted : dropped).push(name);
    const parts = this.#groupsFor(file, accepted.sort(), sink, taken).map((head) => ({
      head,
      pick: head.names.map((name) => names.indexOf(name)),
    }));
    if (this.#layouts.size >= LAYOUTS_KEPT) this.#layouts.clear();
    const layout = { parts, dropped };
    this.#layouts.set(key, layout);
    return layout;
  }

  #groupsFor(file: FileHead, names: readonly string[], sink: HeadSink, taken: string[]): GroupHead[] {
    if (names.length === 0) return [];
    const find = (set: readonly string[]): GroupHead | undefined => this.#byNames.get(keyOf(file, set));
    const open = (set: readonly string[]): GroupHead => {
      const id = sink.openGroup(this.number, this.groups.length, file.number, set);
      const head = new GroupHead(id, file, set);
      taken.push(...this.#adopt(head));
      return head;
    };
    const existing = find(names);
    if (existing) return [existing];
    if (this.groups.length < GROUPS_PER_RUN || names.length === 1) return [open(names)];
    return names.map((name) => find([name]) ?? open([name]));
  }

  /** @returns those of its metrics that belonged to another file before */
  #adopt(head: GroupHead): string[] {
    this.groups.push(head);
    this.#byNames.set(keyOf(head.file, head.names), head);
    const taken: string[] = [];
    for (const name of head.names) {
      if (!this.series.has(name)) this.series.set(name, this.series.size);
      const owner = this.#owners.get(name);
      if (owner && owner.rank >= head.file.rank) continue;
      this.#owners.set(name, head.file);
      if (owner) taken.push(name);
    }
    return taken;
  }
}

const keyOf = (file: FileHead, names: readonly string[]): string => `${file.number}\0${names.join("\0")}`;

/** The lane whose next row was read first; null when all are through. */
function earliest(lanes: readonly Lane[]): Lane | null {
  let best: Lane | null = null;
  for (const lane of lanes) {
    if (lane.next === lane.ord.length) continue;
    if (!best || lane.source.line[lane.next]! < best.source.line[best.next]!) best = lane;
  }
  return best;
}

/** How far the lane goes before a row of another lane comes first; at equal lines the earlier lane does. */
function endOfTurn(lane: Lane, lanes: readonly Lane[]): number {
  let limit = Number.POSITIVE_INFINITY;
  let before = true;
  for (const other of lanes) {
    if (other === lane) {
      before = false;
      continue;
    }
    if (other.next === other.ord.length) continue;
    // Just below the other's line where that lane goes first on a tie.
    const line = other.source.line[other.next]! - (before ? 0.5 : 0);
    if (line < limit) limit = line;
  }
  let end = lane.next + 1;
  while (end < lane.ord.length && lane.source.line[end]! <= limit) end++;
  return end;
}
