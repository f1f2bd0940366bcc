import { STRIP_METRICS, stepClock, timeOfStep } from "#lib/charts/index.ts";
import { type Delta, decodeDelta, METRIC, type RunView } from "#lib/protocol/index.ts";
import { fetchRunView, fetchSeries } from "./api.ts";
import { announce } from "./changes.ts";
import { Coalesced } from "./coalesced.ts";
import type { Connection, Watcher } from "./connection.ts";
import { Listeners } from "./listeners.ts";
import { type SeriesQuery, SeriesWindow } from "./series-window.ts";

/** Raw points beside the views after which the store's own resolution is asked for again. */
const TAIL_LIMIT = 2000;

/**
 * One run as this page knows it: its view, at most once a second, and its series, point by point. Whatever was missed is
 * read from the store; there is no way back to a wrong line.
 */
export class RunFeed {
  readonly #viewListeners = new Listeners();
  readonly #pointListeners = new Listeners();
  #view: RunView;
  #series: SeriesWindow | null = null;
  #query: SeriesQuery = { x: "step", range: null };
  #deltas: Delta[] = [];
  /** Where the run was when the server began to look with us: every later commit comes as a delta. */
  #watchedFrom = 0;
  #viewWanted = false;
  #failed = false;
  #reload: Coalesced | null = null;
  /** Metrics beside the strip's, by who wants them. */
  readonly #wanted = new Map<symbol, readonly string[]>();
  #metrics: readonly string[] = STRIP_METRICS;
  #watch: (() => void) | null = null;

  constructor(view: RunView) {
    this.#view = view;
  }

  readonly subscribeView = this.#viewListeners.subscribe;
  readonly subscribePoints = this.#pointListeners.subscribe;
  readonly view = (): RunView => this.#view;
  /** Null until the first answer. */
  readonly series = (): SeriesWindow | null => this.#series;
  /** The store could not be read; it is being tried again. */
  readonly failed = (): boolean => this.#failed;

  /** Begins to listen and to read; the returned function ends both. */
  open(connection: Connection): () => void {
    const reload = new Coalesced(
      (signal) => this.#read(signal),
      () => this.#setFailed(true),
    );
    this.#reload = reload;
    reload.request();
    let unwatch = (): void => {};
    this.#watch = () => {
      unwatch = connection.watch(this.#watcher(reload));
    };
    this.#watch();
    return () => {
      unwatch();
      reload.close();
      this.#reload = null;
      this.#watch = null;
    };
  }

  #watcher(reload: Coalesced): Watcher {
    return {
      request: { run: this.#view.id, metrics: [...this.#metrics] },
      watching: (cursor, reconnected) => {
        if (cursor === null) return;
        this.#watchedFrom = cursor;
        this.#viewWanted ||= reconnected;
        if (reconnected || (this.#series && this.#series.cursor !== cursor)) reload.request();
      },
      delta: (bytes) => this.#take(decodeDelta(bytes)),
      run: (view) => {
        if (view.id === this.#view.id) this.#setView(view);
      },
    };
  }

  /** Reads and follows these metrics too, until the returned function is called. What is shown stays until they are there. */
  want(metrics: readonly string[]): () => void {
    const who = Symbol();
    this.#wanted.set(who, metrics);
    this.#chooseMetrics();
    return () => {
      this.#wanted.delete(who);
      this.#chooseMetrics();
    };
  }

  #chooseMetrics(): void {
    const metrics = [...new Set([...STRIP_METRICS, ...[...this.#wanted.values()].flat()])];
    const isMore = metrics.some((metric) => !this.#metrics.includes(metric));
    if (!isMore && metrics.length === this.#metrics.length) return;
    this.#metrics = metrics;
    this.#watch?.();
    if (isMore) this.#reload?.request();
  }

  /** Looks at another axis or stretch. What is shown stays until the answer is there. */
  setQuery(query: SeriesQuery): void {
    if (JSON.stringify(query) === JSON.stringify(this.#query)) return;
    this.#query = query;
    this.#reload?.request();
  }

  #take(delta: Delta): void {
    if (delta.run !== this.#view.id) return;
    if (this.#reload?.running || !this.#series) {
      this.#deltas.push(delta);
      return;
    }
    const outcome = this.#series.apply(delta);
    if (outcome === "applied") this.#pointListeners.notify();
    if (outcome === "missed" || this.#series.appended > TAIL_LIMIT) this.#reload?.request();
  }

  async #read(signal: AbortSignal): Promise<void> {
    this.#deltas = [];
    const query = this.#query;
    const withView = this.#viewWanted;
    const [series, view] = await Promise.all([
      readSeries(this.#view, this.#metrics, query, signal),
      withView ? fetchRunView(this.#view.id, signal) : null,
    ]);
    this.#series = series;
    if (view) {
      this.#viewWanted = false;
      this.#setView(view);
    }
    this.#setFailed(false);
    const missed = this.#deltas.some((delta) => series.apply(delta) === "missed");
    if (missed || series.cursor < this.#watchedFrom) this.#reload?.request();
    this.#deltas = [];
    this.#pointListeners.notify();
  }

  #setView(view: RunView): void {
    const before = this.#view;
    this.#view = view;
    announce({ before, after: view });
    this.#viewListeners.notify();
  }

  #setFailed(failed: boolean): void {
    if (failed === this.#failed) return;
    this.#failed = failed;
    this.#viewListeners.notify();
  }
}

async function readSeries(
  run: RunView,
  metrics: readonly string[],
  query: SeriesQuery,
  signal: AbortSignal,
): Promise<SeriesWindow> {
  if (query.x === "step") {
    const [from, to] = [query.range?.from ?? null, query.range?.to ?? null];
    const answer = await fetchSeries(run.id, { metrics, x: "step", from, to }, signal);
    return new SeriesWindow(query, answer, to, null);
  }
  const whole = { from: null, to: null };
  const guide = run.metrics.some(({ name }) => name === METRIC.trainLoss)
    ? METRIC.trainLoss
    : (run.metrics[0]?.name ?? METRIC.evalLoss);
  const [bySteps, byTimes] = await Promise.all([
    fetchSeries(run.id, { metrics: [guide], x: "step", ...whole }, signal),
    fetchSeries(run.id, { metrics: [...new Set([...metrics, guide])], x: "time", ...whole }, signal),
  ]);
  const [byStep, byTime] = [bySteps.series[0], byTimes.series.find(({ metric }) => metric === guide)];
  const clock = byStep && byTime ? stepClock(byStep, byTime) : null;
  if (!clock || !query.range) return new SeriesWindow(query, byTimes, null, clock);
  const from = timeOfStep(clock, query.range.from, null);
  const to = query.range.to === null ? null : timeOfStep(clock, query.range.to, null);
  const answer = await fetchSeries(run.id, { metrics, x: "time", from, to }, signal);
  return new SeriesWindow(query, answer, to, clock);
}
