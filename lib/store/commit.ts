import { type Chunk, mergeConfig, type Source } from "#lib/protocol/index.ts";
import { newFile, type RunFile, runFacts } from "./files.ts";
import { AT, type FileHead, type GroupHead, type HeadSink, LINE, ORD, STEP } from "./group-head.ts";
import type { RunHeads, Stretch } from "./run-heads.ts";
import type { ObservationGroup, RunAppend } from "./store.ts";

export type MetricChange = {
  name: string;
  points: number;
  last: { step: number; value: number };
  /** Lowest finite value. */
  min: { step: number; value: number } | null;
};

/** What the records of one commit change in one file. */
export type FileChange = {
  /** As it is after the commit. */
  file: RunFile;
  epoch: number;
  source: Chunk["source"];
  state: unknown;
  tail: NonNullable<Chunk["tail"]>;
};

/** What is stored of a run and its files before a commit. */
export type RunBefore = { kind: Source["kind"]; cursor: number; files: RunFile[] };

/** What the records of one commit change in one run. The newest of what can only be one thing, all of what adds up. */
export class RunChange {
  readonly heads: RunHeads;
  readonly kind: Source["kind"];
  readonly cursor: number;
  readonly #fromOrd: number;
  readonly #leaderBefore: FileHead | null;
  readonly #attemptBefore: number;
  readonly #filesBefore: readonly RunFile[];
  readonly #stretches: Stretch[] = [];
  /** By number of the file. */
  readonly changes = new Map<number, FileChange>();
  /** Metrics that belong to another file since. */
  readonly taken = new Set<string>();
  source: Chunk["source"];
  /** Observations came, or a file was read further. */
  hasData = false;

  constructor(heads: RunHeads, before: RunBefore) {
    this.heads = heads;
    this.kind = before.kind;
    this.cursor = before.cursor;
    this.#filesBefore = before.files;
    this.#fromOrd = heads.observations;
    this.#leaderBefore = heads.leader;
    this.#attemptBefore = heads.leader?.state.attempt ?? 0;
  }

  /** The run's files as they are after what was added, in the order they came. */
  get files(): RunFile[] {
    const files = new Map(this.#filesBefore.map((file) => [file.number, file]));
    for (const [number, { file }] of this.changes) files.set(number, file);
    return [...files.values()];
  }

  /** What was measured before this commit is not what it was taken for. */
  get rejudge(): boolean {
    const { leader } = this.heads;
    return this.taken.size > 0 || (this.#leaderBefore !== null && leader !== this.#leaderBefore);
  }

  /** @returns metrics that were refused because the run has as many as it may */
  add(head: FileHead, chunk: Chunk, epoch: number, sink: HeadSink): string[] {
    const { source, facts, status, end, state, groups, tail = [] } = chunk;
    const change = this.#changeOf(head);
    const { file } = change;
    this.hasData ||= end > file.end || groups.length > 0;
    this.source = source ?? this.source;
    change.epoch = epoch;
    change.source = source ?? change.source;
    change.state = state;
    change.tail.push(...tail);
    const { stretches, dropped, taken } = this.heads.append(head, groups, sink);
    this.#stretches.push(...stretches);
    for (const metric of taken) this.taken.add(metric);
    file.path = source?.path ?? file.path;
    file.seen ||= Boolean(source?.identity);
    if (facts) {
      const config = mergeConfig(file.facts?.config, facts.config);
      file.facts = config ? { ...facts, config } : facts;
    }
    file.status = status ?? file.status;
    file.end = end;
    file.observations = head.state.observations;
    return dropped;
  }

  #changeOf(head: FileHead): FileChange {
    let change = this.changes.get(head.number);
    if (!change) {
      const before = this.#filesBefore.find(({ number }) => number === head.number);
      change = { file: before ? { ...before } : newFile(head), epoch: 0, source: undefined, state: null, tail: [] };
      this.changes.set(head.number, change);
    }
    return change;
  }

  /** What the owners of the metrics said of them, by metric number in the run. */
  metrics(): Map<number, MetricChange> {
    const changes = new Map<number, MetricChange>();
    for (const { head, columns } of this.#stretches) {
      const [, step, , , ...values] = columns as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
        ...Float64Array[],
      ];
      for (const name of this.heads.shownOf(head)) {
        const number = this.heads.series.get(name)!;
        changes.set(number, metricChange(name, step, values[head.names.indexOf(name)]!, changes.get(number)));
      }
    }
    return changes;
  }

  appended(): RunAppend {
    const { id, leader, observations } = this.heads;
    const attempt = leader?.state.attempt ?? 0;
    return {
      run: id,
      fromCursor: this.cursor,
      toCursor: this.cursor + 1,
      fromOrd: this.#fromOrd,
      toOrd: observations,
      attempt: Math.max(1, attempt),
      newAttempt: this.#attemptBefore > 0 && attempt > this.#attemptBefore,
      rejudge: this.rejudge,
      facts: runFacts(this.files),
      groups: joinStretches(this.heads, this.#stretches),
    };
  }
}

function metricChange(name: string, step: Float64Array, value: Float64Array, before?: MetricChange): MetricChange {
  const end = step.length - 1;
  let lowest = before?.min?.value ?? Number.POSITIVE_INFINITY;
  let at = -1;
  for (let i = 0; i <= end; i++) {
    if (!(value[i]! < lowest && value[i]! > Number.NEGATIVE_INFINITY)) continue;
    lowest = value[i]!;
    at = i;
  }
  return {
    name,
    points: (before?.points ?? 0) + step.length,
    last: { step: step[end]!, value: value[end]! },
    min: at < 0 ? (before?.min ?? null) : { step: step[at]!, value: lowest },
  };
}

/** One group for each (group, attempt), in arrays of their own: the caller may hand their memory to another thread. */
function joinStretches(run: RunHeads, stretches: readonly Stretch[]): ObservationGroup[] {
  const together = new Map<string, Stretch[]>();
  for (const stretch of stretches) {
    const key = `${stretch.head.id}:${stretch.attempt}`;
    const others = together.get(key);
    if (others) others.push(stretch);
    else together.set(key, [stretch]);
  }
  return [...together.values()].flatMap((parts) => {
    const { head, attempt } = parts[0]!;
    return observationGroup(run, head, attempt, (column) => concat(parts.map(({ columns }) => columns[column]!)));
  });
}

/**
 * Some rows of a group with those of its metrics that are shown of its file; none when there are none.
 *
 * @param read the rows' values in a column of the group
 */
export function observationGroup(
  run: RunHeads,
  head: GroupHead,
  attempt: number,
  read: (column: number) => Float64Array,
): ObservationGroup[] {
  const names = run.shownOf(head);
  if (names.length === 0) return [];
  const values = names.map((name) => read(head.columnOf(name)!));
  const counted = head.file === run.leader ? attempt : 1;
  return [{ names, attempt: counted, ord: read(ORD), step: read(STEP), at: read(AT), line: read(LINE), values }];
}

function concat(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1) return parts[0]!.slice();
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
