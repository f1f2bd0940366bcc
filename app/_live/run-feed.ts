import { counterClock, placeOfStep, STRIP_METRICS, stepClock } from "#lib/charts/index.ts";
import { type Delta, decodeDelta, METRIC, type RunView, type SeriesView } from "#lib/protocol/index.ts";
import { fetchRunView, fetchSeries } from "./api.ts";
import { announce } from "./changes.ts";
import { Coalesced } from "./coalesced.ts";
import type { Connection, Watcher } from "./connection.ts";
import { Listeners } from "./listeners.ts";
import { axisMetrics, type Clocks, moved, type SeriesQuery, SeriesWindow } from "./series-window.ts";

/** Raw points beside a view after which the store's own resolution is asked for again. */
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
      request: { run: this.#view.id, metrics: [...new Set([...this.#metrics, ...axisMetrics(this.#query.x)])] },
      watching: (cursor, reconnected) => {
        if (cursor === null) return;
        this.#watchedFrom = cursor;
        this.#viewWanted ||= reconnected;
        if (reconnected || (this.#series && this.#series.cursor !== cursor)) reload.request();
      },
      delta: (bytes) => this.#take(decodeDelta(bytes)),
      run: (view) => {
        if (view.id !== this.#view.id) return;
        const wentBack = view.attempts.length !== this.#view.attempts.length;
        this.#setView(view);
        if (wentBack) reload.request();
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
    const follows = axisMetrics(query.x).join() !== axisMetrics(this.#query.x).join();
    this.#query = query;
    if (follows) this.#watch?.();
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
  const { x, range } = query;
  if (x === "step") {
    const [from, to] = [range?.from ?? null, range?.to ?? null];
    const [answer, clocks, superseded] = await Promise.all([
      fetchSeries(run.id, { metrics, x, from, to }, signal),
      readClocks(run, query, signal),
      readSuperseded(run, { x, from, to }, signal),
    ]);
    return new SeriesWindow(query, answer, to, clocks, superseded);
  }
  const clocks = await readClocks(run, query, signal);
  const place = (step: number | null): number | null =>
    step === null || !clocks.axis ? null : placeOfStep(clocks.axis, step, null);
  // A stretch that ends beyond the last step is open: what comes has its place in it.
  const isOpen = range?.to == null || range.to >= (clocks.axis?.step.at(-1) ?? 0);
  const [from, to] = [place(range?.from ?? null), isOpen ? null : place(range.to)];
  const [answer, superseded] = await Promise.all([
    fetchSeries(run.id, { metrics, x, from, to }, signal),
    readSuperseded(run, { x, from, to }, signal),
  ]);
  const series = await withPlaces(run, answer.series, query, clocks, signal);
  return new SeriesWindow(query, { ...answer, series }, to, clocks, superseded);
}

/** Evaluations, as a rule, carry no epoch or tokens of their own: what has no place on the axis is placed by its steps. */
async function withPlaces(
  run: RunView,
  series: SeriesView[],
  { x, range }: SeriesQuery,
  { axis }: Clocks,
  signal: AbortSignal,
): Promise<SeriesView[]> {
  const without = series.filter((view) => view.x.length === 0 && view.total > 0).map(({ metric }) => metric);
  if (x === "time" || !axis || without.length === 0) return series;
  const [from, to] = [range?.from ?? null, range?.to ?? null];
  const bySteps = await fetchSeries(run.id, { metrics: without, x: "step", from, to }, signal);
  const placed = new Map(bySteps.series.map((view) => [view.metric, moved(view, axis)]));
  return series.map((view) => placed.get(view.metric) ?? view);
}

const WHOLE = { from: null, to: null };

/** Reads where the run's steps lie in time and, for an axis that counts something else, on that. */
async function readClocks(run: RunView, { x }: SeriesQuery, signal: AbortSignal): Promise<Clocks> {
  const logged = (name: string): boolean => run.metrics.some((metric) => metric.name === name && metric.points > 0);
  const guide = [METRIC.trainLoss, METRIC.evalLoss].find(logged) ?? run.metrics[0]?.name;
  const counter = axisMetrics(x).find(logged);
  const read = async (metric: string, along: "step" | "time"): Promise<SeriesView | null> => {
    const { series } = await fetchSeries(run.id, { metrics: [metric], x: along, ...WHOLE }, signal);
    return series[0] ?? null;
  };
  const timed = run.msPerStep !== null && guide !== undefined;
  const [bySteps, byTimes, counts] = await Promise.all([
    timed ? read(guide, "step") : null,
    timed ? read(guide, "time") : null,
    counter === undefined ? null : read(counter, "step"),
  ]);
  const times = bySteps && byTimes ? stepClock(bySteps, byTimes) : null;
  if (x === "time") return { axis: times, times };
  return { axis: counts && counterClock(counts), times };
}

/** The loss that later attempts ran over, where there was any. */
async function readSuperseded(
  run: RunView,
  range: { x: SeriesQuery["x"]; from: number | null; to: number | null },
  signal: AbortSignal,
): Promise<SeriesView | null> {
  if (run.attempts.length < 2) return null;
  const { series } = await fetchSeries(run.id, { metrics: [METRIC.trainLoss], ...range, superseded: true }, signal);
  return series[0] ?? null;
}
