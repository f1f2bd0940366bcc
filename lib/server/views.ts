import { hostname } from "node:os";
import { runState } from "#lib/core/index.ts";
import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import {
  type Config,
  type ConfigView,
  type DiagnosisView,
  type LastValue,
  METRIC,
  type RunRow,
  type RunSummary,
  type RunView,
  type SeriesView,
} from "#lib/protocol/index.ts";
import type { RunShelf, StoredRun } from "#lib/store/index.ts";
import { mutedUntil } from "./incident-views.ts";
import { isPushed } from "./push/pushes.ts";
import type { Reader } from "./workers/reader.ts";
import type { Remote } from "./workers/rpc.ts";

/** The metrics that a summary names; a run has those of them that its log told. */
const SUMMARY_METRICS = [
  METRIC.trainLoss,
  METRIC.evalLoss,
  METRIC.learningRate,
  METRIC.gradNorm,
  METRIC.tokensPerSecond,
  METRIC.epoch,
] as const;

const NOT_JUDGED = DiagnosisEngine.fresh().view();
const RUNS_LISTED = 200;
const SPARK_BUCKETS = 64;
/** Views newer than the store's, kept for the runs judged last. */
const VIEWS_KEPT = 256;

/** What pages and API answers are made of: the store's facts, the newest diagnosis, and the clock. */
export class Views {
  readonly #reader: Remote<Reader>;
  readonly #agentGoneSince: (agent: string) => number | null;
  readonly #now: () => number;
  readonly #isOurs: (agent: string) => boolean;
  readonly #judged = new Map<string, DiagnosisView>();

  /** @param isOurs whether an agent takes logs from this server's `watch` */
  constructor(
    reader: Remote<Reader>,
    agentGoneSince: (agent: string) => number | null,
    now: () => number,
    isOurs: (agent: string) => boolean = () => false,
  ) {
    this.#isOurs = isOurs;
    this.#reader = reader;
    this.#agentGoneSince = agentGoneSince;
    this.#now = now;
  }

  /** Takes the diagnosis that follows the newest commit; the store's copy may be some observations older. */
  remember(run: string, view: DiagnosisView): void {
    this.#judged.delete(run);
    this.#judged.set(run, view);
    if (this.#judged.size > VIEWS_KEPT) this.#judged.delete(this.#judged.keys().next().value as string);
  }

  async runs(shelf: RunShelf = "current"): Promise<RunRow[]> {
    const stored = await this.#reader.runs({ limit: RUNS_LISTED, before: null, shelf });
    return Promise.all(stored.map(async (run) => ({ ...this.#summary(run), spark: await this.#spark(run.id) })));
  }

  async summaries(page: { limit: number; before: string | null; shelf?: RunShelf }): Promise<RunSummary[]> {
    return (await this.#reader.runs(page)).map((run) => this.#summary(run));
  }

  async run(id: string): Promise<RunView | null> {
    const view = await this.runOrDeleted(id);
    return view?.deletedAt === null ? view : null;
  }

  /** For pages that have it open. */
  async runOrDeleted(id: string): Promise<RunView | null> {
    const stored = await this.#reader.run(id);
    if (!stored) return null;
    return {
      ...this.#summary(stored),
      notes: stored.notes,
      diagnosis: this.#diagnosis(stored),
      metrics: stored.metrics.map(({ name, points }) => ({ name, points })),
      attempts: stored.attempts,
      formatReason: stored.facts?.formatReason ?? null,
      pushed: isPushed(stored.agent),
      canReadAgain: stored.metrics.length === 0 && this.#isOurs(stored.agent) && stored.host === hostname(),
      alerts: await this.#reader.alerts(id),
      incident: await this.#reader.openIncident(id),
      mutedUntil: mutedUntil({ run: id, project: stored.project }, await this.#reader.mutes(), this.#now()),
      log: await this.#reader.log(id),
      gaps: stored.gaps,
      gpus: stored.gpus,
    };
  }

  /** Settings of a run, by name; null when there is no such run. */
  async config(id: string): Promise<ConfigView | null> {
    const stored = await this.#reader.run(id);
    if (!stored || stored.deletedAt !== null) return null;
    const from = (config: Config, source: "log" | "hand"): ConfigView =>
      Object.fromEntries(Object.entries(config).map(([key, value]) => [key, { value, source }]));
    return { ...from(stored.facts?.config ?? {}, "log"), ...from(stored.entered, "hand") };
  }

  async summary(id: string): Promise<RunSummary | null> {
    const summary = await this.summaryOrDeleted(id);
    return summary?.deletedAt === null ? summary : null;
  }

  /** For lists that show it. */
  async summaryOrDeleted(id: string): Promise<RunSummary | null> {
    const stored = await this.#reader.run(id);
    return stored && this.#summary(stored);
  }

  /** What a person noted of a run; "" when there is no such run. */
  async notes(id: string): Promise<string> {
    return (await this.#reader.run(id))?.notes ?? "";
  }

  #diagnosis(run: StoredRun): DiagnosisView {
    return this.#judged.get(run.id) ?? run.view ?? NOT_JUDGED;
  }

  #summary(run: StoredRun): RunSummary {
    const { facts, step } = run;
    const { verdict, timeline, rhythm } = this.#diagnosis(run);
    const last: Record<string, LastValue> = {};
    for (const metric of run.metrics) {
      if (metric.last && SUMMARY_METRICS.some((name) => name === metric.name)) last[metric.name] = metric.last;
    }
    // A file that was written long before we read it is as old as its last write, not as its reading.
    const lastDataAt = run.status ? Math.min(run.status.mtimeMs, run.lastDataAt ?? run.status.mtimeMs) : run.lastDataAt;
    return {
      id: run.id,
      name: run.name,
      project: run.project,
      host: run.host,
      path: run.path,
      state: runState({
        fileSeen: run.fileSeen,
        facts,
        step,
        lastDataAt,
        msPerRecord: rhythm.msPerRecord,
        agentGoneSince: this.#agentGoneSince(run.agent),
        now: this.#now(),
      }),
      startedAt: run.startedAt,
      lastDataAt,
      step,
      maxSteps: facts?.maxSteps ?? null,
      records: run.observations,
      stepSource: facts?.stepSource ?? null,
      msPerStep: rhythm.msPerStep,
      format: facts?.format ?? null,
      linesRead: facts?.linesRead ?? 0,
      linesParsed: facts?.linesParsed ?? 0,
      end: facts?.end ?? null,
      last,
      bestEval: run.metrics.find(({ name }) => name === METRIC.evalLoss)?.min ?? null,
      verdict,
      timeline,
      tags: run.tags,
      archived: run.archived,
      deletedAt: run.deletedAt,
      cursor: run.cursor,
    };
  }

  async #spark(id: string): Promise<RunRow["spark"]> {
    const { series } = await this.#reader.series(id, {
      metrics: [METRIC.trainLoss],
      x: "step",
      from: null,
      to: null,
      buckets: SPARK_BUCKETS,
    });
    const loss: SeriesView | undefined = series[0];
    if (!loss) return { step: [], value: [] };
    return { step: [...loss.x], value: Array.from(loss.last, (value) => (Number.isFinite(value) ? value : null)) };
  }
}
