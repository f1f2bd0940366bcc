import type Database from "better-sqlite3";
import {
  type AlertStage,
  type AlertView,
  type Delivery,
  type DeliveryRow,
  type Finding,
  GPU_METRICS,
  type Incident,
  type LogLine,
  type Mute,
  type RuleSwitch,
  type SeriesView,
} from "#lib/protocol/index.ts";
import { AlertReads, type StoredIncidentView } from "./alert-reads.ts";
import { ColumnReads } from "./columns.ts";
import { Heads } from "./heads.ts";
import { readPoints } from "./observations.ts";
import { RuleReads } from "./rules.ts";
import { RunReads } from "./runs.ts";
import { readSeries } from "./series.ts";
import type {
  DeliveryQuery,
  IncidentQuery,
  PointPage,
  ReadStore,
  SeriesQuery,
  StoredGpu,
  StoredRule,
  StoredRun,
} from "./store.ts";

/** One reading connection. Every answer is read in one transaction, and so of one committed moment. */
export class SqliteReader implements ReadStore {
  readonly #db: Database.Database;
  readonly #heads: Heads;
  readonly #columns: ColumnReads;
  readonly #runs: RunReads;
  readonly #alerts: AlertReads;
  readonly #rules: RuleReads;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#heads = new Heads(db);
    this.#columns = new ColumnReads(db);
    this.#runs = new RunReads(db);
    this.#alerts = new AlertReads(db);
    this.#rules = new RuleReads(db);
  }

  async runs(page: Parameters<ReadStore["runs"]>[0]): Promise<StoredRun[]> {
    return this.#read(() => this.#runs.page(page));
  }

  async run(id: string): Promise<StoredRun | null> {
    return this.#read(() => this.#runs.run(id));
  }

  async log(id: string): Promise<LogLine[]> {
    return this.#read(() => this.#runs.log(id));
  }

  async findings(id: string): Promise<Finding[]> {
    return this.#read(() => this.#runs.findings(id));
  }

  async alerts(id: string): Promise<AlertView[]> {
    return this.#read(() => this.#alerts.of(id));
  }

  async incidents(query: IncidentQuery): Promise<StoredIncidentView[]> {
    return this.#read(() => this.#alerts.incidents(query));
  }

  async incident(id: string): Promise<StoredIncidentView | null> {
    return this.#read(() => this.#alerts.incident(id));
  }

  async openIncident(run: string): Promise<Incident | null> {
    return this.#read(() => this.#alerts.openIncident(run));
  }

  async alertStory(alert: string): Promise<AlertStage[] | null> {
    return this.#read(() => this.#alerts.story(alert));
  }

  async mutes(): Promise<Mute[]> {
    return this.#read(() => this.#alerts.mutes());
  }

  async deliveries(query: DeliveryQuery): Promise<DeliveryRow[]> {
    return this.#read(() => this.#alerts.deliveries(query));
  }

  async lastDelivery(channel: string): Promise<Delivery | null> {
    return this.#read(() => this.#alerts.lastDelivery(channel));
  }

  async series(id: string, query: SeriesQuery): Promise<{ cursor: number; series: SeriesView[] }> {
    return this.#read(() => {
      this.#heads.catchUp();
      return this.#series(id, query);
    });
  }

  async points(id: string, metric: string, fromOrd: number, limit: number): Promise<PointPage> {
    return this.#read(() => {
      this.#heads.catchUp();
      const heads = this.#heads.get(id);
      return readPoints(heads, this.#columns, metric, fromOrd, limit);
    });
  }

  async gpus(id: string, range: { from: number; to: number; buckets: number }): Promise<StoredGpu[]> {
    return this.#read(() => {
      this.#heads.catchUp();
      const query: SeriesQuery = { metrics: GPU_METRICS, x: "time", ...range };
      return this.#runs.gpus(id).flatMap(({ id: readings, ...gpu }) => {
        const series = this.#series(readings, query).series.filter(({ x }) => x.length > 0);
        return series.length > 0 ? [{ ...gpu, series }] : [];
      });
    });
  }

  async rules(): Promise<StoredRule[]> {
    return this.#read(() => this.#rules.all());
  }

  async ruleSwitches(): Promise<RuleSwitch[]> {
    return this.#read(() => this.#rules.switches());
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #series(id: string, query: SeriesQuery): { cursor: number; series: SeriesView[] } {
    const moment = this.#runs.moment(id);
    const heads = this.#heads.get(id);
    if (!moment || !heads) return { cursor: 0, series: [] };
    return { cursor: moment.cursor, series: readSeries(heads, this.#columns, moment.attempts, query) };
  }

  #read<Result>(answer: () => Result): Result {
    return this.#db.transaction(answer).deferred();
  }
}
