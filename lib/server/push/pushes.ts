import { createHash } from "node:crypto";
import { type Chunk, CurvewatchError, type Facts, LIMITS, type LogLine, NotFoundError } from "#lib/protocol/index.ts";
import {
  type AppendBatch,
  type AppendResult,
  digestOf,
  type IngestStore,
  runIdOf,
  type StoredRun,
} from "#lib/store/index.ts";
import type { NewRun, Push } from "./body.ts";
import { batchesOf, groupsOfPoints } from "./records.ts";

/**
 * Runs that send their points themselves. Each is an agent of its own with one file, so its records go the way of all
 * records: numbered, committed, then answered. The key of a push is committed with its points, so one that is repeated
 * after a crash is known whether or not it was answered.
 */
const PREFIX = "push:";
const FILE = "push00000001";
const FINGERPRINT = "push";
/** Points shown as the lines of its log. */
const LINES = 50;

/** Nobody holds a connection for such a run: its silence says nothing but that no points came. */
export const isPushed = (agent: string): boolean => agent.startsWith(PREFIX);

export type Pushed = {
  /** Points that this push added, and points the run has now. */
  added: number;
  points: number;
  warning?: string;
};

export class Pushes {
  readonly #store: IngestStore;
  readonly #append: (batches: readonly AppendBatch[]) => Promise<AppendResult[]>;
  readonly #now: () => number;
  /** The last that was asked for each run: what is next waits for it. */
  readonly #lanes = new Map<string, Promise<unknown>>();

  constructor(
    store: IngestStore,
    append: (batches: readonly AppendBatch[]) => Promise<AppendResult[]>,
    now: () => number,
  ) {
    this.#store = store;
    this.#append = append;
    this.#now = now;
  }

  /** Makes the run of a key, or finds it; one that is there stays as it is. */
  async create(run: NewRun & { key: string; host: string }): Promise<{ id: string; name: string; isNew: boolean }> {
    const agent = `${PREFIX}${createHash("sha256").update(run.key).digest("hex").slice(0, 32)}`;
    const id = runIdOf(agent, FILE);
    return this.#inTurn(id, async () => {
      const known = await this.#store.run(id);
      if (known) return { id, name: known.name, isNew: false };
      const { name, project = null, host, maxSteps = null, config } = run;
      const facts: Facts = {
        format: "push",
        formatReason: "points sent by the program itself",
        stepSource: "printed",
        maxSteps,
        linesRead: 0,
        linesParsed: 0,
        end: null,
        ...(config && { config }),
      };
      const source = {
        kind: "log" as const,
        path: `POST /api/v1/runs/${id}/points`,
        name,
        project,
        host,
        identity: null,
      };
      await this.#commit(agent, host, [{ ...this.#chunk(0), source, facts }], undefined);
      return { id, name, isNew: true };
    });
  }

  /**
   * @throws CurvewatchError `not_found` when there is no such run, `conflict` when it is read from a log, `bad_request`
   *   when a point has a metric twice
   */
  async push(id: string, { key, points, end }: Push): Promise<Pushed> {
    return this.#inTurn(id, async () => {
      const run = await this.#store.run(id);
      if (!run) throw new NotFoundError("run", id);
      if (!isPushed(run.agent)) {
        throw new CurvewatchError("conflict", `run ${id} is read from ${run.path} on ${run.host}: it takes no points`, {
          hint: "Make a run of your own with POST /api/v1/runs.",
        });
      }
      const before = run.observations;
      if (key !== undefined && (await this.#store.hasKey(run.agent, key))) return { added: 0, points: before };
      const total = before + points.length;
      const records: Chunk[] = groupsOfPoints(points, before + 1, this.#now()).map((groups) => ({
        ...this.#chunk(total),
        groups,
      }));
      if (records.length === 0 && !end) return { added: 0, points: before };
      const last = records.pop() ?? this.#chunk(total);
      const facts = factsAfter(run, total, end);
      const rejected = await this.#commit(
        run.agent,
        run.host,
        [...records, { ...last, source: sourceOf(run), facts, tail: linesOf(points, before + 1) }],
        key,
      );
      const added = (await this.#store.run(id))!.observations - before;
      const warning = `The run has ${LIMITS.seriesPerRun} metrics, which is the most; values of others were left out.`;
      return { added, points: before + added, ...(rejected && { warning }) };
    });
  }

  /** @returns whether metrics found no room */
  async #commit(agent: string, host: string, records: Chunk[], key: string | undefined): Promise<boolean> {
    const spoolId = agent.slice(PREFIX.length);
    const spool = { spoolId, epoch: null, firstSeq: 0, lastSeq: 0, fingerprint: FINGERPRINT };
    const opened = await this.#store.openEpoch({ agent, host, ...spool, now: this.#now() });
    if (opened.kind === "refused") throw refusal(opened);
    let firstSeq = opened.expect;
    const batches = batchesOf(records).map(({ bytes, count }): AppendBatch => {
      const batch = { agent, epoch: opened.epoch, firstSeq, count, digest: digestOf(bytes), bytes };
      firstSeq += count;
      return batch;
    });
    // All are one commit; the key is stored with the last.
    if (key !== undefined) batches.push({ ...(batches.pop() as AppendBatch), key });
    let isShort = false;
    for (const result of await this.#append(batches)) {
      if (result.kind === "refused") throw refusal(result);
      isShort ||= result.rejected.length > 0;
    }
    return isShort;
  }

  #chunk(end: number): Chunk {
    return { kind: "chunk", t: this.#now(), file: FILE, end, state: null, groups: [] };
  }

  /** One after the other for each run: a push begins at the cursor that the one before left. */
  #inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.#lanes.get(id) ?? Promise.resolve()).then(act);
    const settled = turn.then(
      () => {},
      () => {},
    );
    this.#lanes.set(id, settled);
    void settled.then(() => {
      if (this.#lanes.get(id) === settled) this.#lanes.delete(id);
    });
    return turn;
  }
}

function factsAfter({ facts }: StoredRun, lines: number, end: Push["end"]): Facts {
  const { config: _known, ...known } = facts as Facts;
  return {
    ...known,
    linesRead: lines,
    linesParsed: lines,
    end: end ? { kind: end.state, line: lines, text: end.text ?? end.state } : null,
  };
}

/** The source with an identity: from its first points on the run is no longer waited for. */
function sourceOf({ agent, name, project, host, path }: StoredRun): NonNullable<Chunk["source"]> {
  const identity = { dev: "push", inode: agent.slice(PREFIX.length), birthtimeMs: 0, headBytes: 0, head: "" };
  return { kind: "log", path, name, project, host, identity };
}

function linesOf(points: Push["points"], firstLine: number): LogLine[] {
  const from = Math.max(0, points.length - LINES);
  return points.slice(from).map(({ step, epoch, values }, i) => ({
    line: firstLine + from + i,
    text: JSON.stringify({ step, ...(epoch !== undefined && { epoch }), ...values }).slice(0, LIMITS.logTextChars),
    parsed: true,
  }));
}

function refusal({ code, message }: { code: string; message: string }): CurvewatchError {
  if (code !== "E_STORAGE_FULL") return new CurvewatchError("internal", `${code}: ${message}`);
  const hint = "Make room on the server's disk and push again; nothing of this push was stored.";
  return new CurvewatchError("busy", "the server's disk is full", { hint });
}
