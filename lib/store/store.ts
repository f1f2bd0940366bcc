import type {
  Alert,
  AlertStage,
  AlertView,
  Config,
  Delivery,
  DeliveryRow,
  DeliveryState,
  DiagnosisView,
  ErrorCode,
  Facts,
  FileIdentity,
  FileStatus,
  Finding,
  Incident,
  IncidentView,
  LastValue,
  LogLine,
  Mute,
  PointGroup,
  RuleSwitch,
  SeriesView,
  UserRule,
  XAxis,
} from "#lib/protocol/index.ts";

/**
 * The store as the rest of the product sees it: batches go in at a cursor, views come out at a resolution. Asynchronous
 * throughout, and silent about processes, files and SQL, so that another engine can stand behind it.
 *
 * Words: a *record* is what the agent numbered (`seq`), one frame with the points of a stretch of log. An *observation* is
 * what one log line measured: several metrics at one step. `ord` numbers a run's observations from 0 in the order they
 * arrived, over all its files, metrics and attempts. `cursor` counts the commits that touched a run.
 *
 * A run has one file, or several that tell of one training. The file of the highest rank that ever gave a metric *owns* it,
 * of equals the first: whatever this interface gives of a metric are its owner's points. The run's *main file* is the one
 * of the highest rank that gave anything, else the first.
 */
export interface Store extends IngestStore, ReadStore {
  close(): Promise<void>;
}

export type SpoolHello = {
  agent: string;
  spoolId: string;
  epoch: number | null;
  firstSeq: number;
  lastSeq: number;
  host: string;
  fingerprint: string;
  now: number;
};

export type Refused = { kind: "refused"; code: ErrorCode; message: string; expect?: number };

/** Records `firstSeq … firstSeq + count − 1`, joined as `splitRecords` reads them; `digest` is of `bytes`. */
export type AppendBatch = {
  agent: string;
  epoch: number;
  firstSeq: number;
  count: number;
  digest: string;
  bytes: Uint8Array;
  /** What a sender that does not number its batches calls this one: `hasKey` knows it from this commit on. */
  key?: string;
};

/**
 * Observations of one file that share their metrics, columns of equal length; `ord` and `line` ascend. The file that owns
 * the training loss counts the attempts; what others say has attempt 1, for it begins none.
 */
export type ObservationGroup = PointGroup & { ord: Float64Array; attempt: number };

/** Observations up to `to`, the ord to go on from; where there are no more it is the ord that was asked for. */
export type ObservationPage = { groups: ObservationGroup[]; to: number };

/** What one commit added to one run. */
export type RunAppend = {
  run: string;
  fromCursor: number;
  toCursor: number;
  /** Ords of the commit, the last not included; those of metrics which another file owns are in no group. */
  fromOrd: number;
  toOrd: number;
  /** The attempt the run is in now; a new one began in this commit when `newAttempt`. */
  attempt: number;
  newAttempt: boolean;
  /**
   * A metric passed to another file: what was measured before is not what it was taken for. The run has to be judged from
   * its first observation on; that it was judged is already forgotten.
   */
  rejudge: boolean;
  /** What the readers know of the logs after this commit. */
  facts: Facts | null;
  groups: ObservationGroup[];
};

export type AppendResult = { kind: "committed"; last: number; rejected: [seq: number, code: ErrorCode][] } | Refused;

export type StoredDiagnosis = {
  run: string;
  /** Observations judged: the next one has this `ord`. At 0 the state and the view are void. */
  evaluatedTo: number;
  /** The engine's own, opaque to the store. */
  state: string;
  view: DiagnosisView;
};

/** One notice as the outbox keeps it: `body` is opaque to the store, `urgent` ones do not wait. */
export type NoticeWrite = {
  number: number;
  kind: "firing" | "resolved" | "event" | "reminder" | "flapping";
  body: string;
  urgent: boolean;
};
/** `passed`: the alert is over because it is no longer so; what was not told of it yet need not be told. */
export type AlertWrite = {
  alert: Alert;
  isNew: boolean;
  passed: boolean;
  notice: NoticeWrite | null;
  /** As it is now; null where it is not of one. */
  incident: Incident | null;
  stages: readonly AlertStage[];
};

/** `before`: the last id of the page before. */
export type IncidentQuery = {
  state: Incident["state"] | "all";
  run: string | null;
  limit: number;
  before: string | null;
};
/** `before`: rows of a lower id. */
export type DeliveryQuery = {
  channel: string | null;
  state: DeliveryState | null;
  limit: number;
  before: number | null;
};

export type OutboxRow = {
  id: number;
  alert: string;
  number: number;
  channel: string;
  notice: string;
  /** This try among them. */
  tries: number;
  createdAt: number;
  /** What the channel answered to the first message of the incident; null before that, and where it answers nothing. */
  receipt: string | null;
};
export type Settled =
  | { state: "sent"; receipt?: string | null }
  | { state: "digested" }
  | { state: "queued"; notBefore: number; error: string }
  /** Given back untried. */
  | { state: "waiting"; notBefore: number; error: string }
  | { state: "dead"; error: string };

/** A rule that a person made, epoch ms. */
export type StoredRule = UserRule & { createdAt: number; updatedAt: number };

/** What is said of a run at one point of it, whole or not at all: the diagnosis, what is new, and what the rules know. */
export type DiagnosisWrite = StoredDiagnosis & {
  newFindings: readonly Finding[];
  alerts: readonly AlertWrite[];
  /** The state of the run's rules, opaque to the store; what is not given stays. */
  rules?: string;
};

/** What a person may change of a run. A name of null is the log's own again. */
export type RunEdit = {
  name?: string | null | undefined;
  notes?: string | undefined;
  tags?: readonly string[] | undefined;
  archived?: boolean | undefined;
  deleted?: boolean | undefined;
};

/** Which runs a list is of: those at hand, those put out of the way, or those thrown away. */
export type RunShelf = "current" | "archived" | "deleted";

/** The writer's side. One caller, in order. */
export interface IngestStore {
  /** Mints or finds the spool's epoch (RELIABILITY.md §2.3); never throws for what an agent may send. */
  openEpoch(hello: SpoolHello): Promise<{ kind: "open"; epoch: number; expect: number } | Refused>;
  /**
   * Commits all batches in one durable transaction; a batch that is refused leaves the others alone. Records already
   * stored are skipped, records that cannot be read are set aside and named in `rejected`.
   */
  append(batches: readonly AppendBatch[], now: number): Promise<{ results: AppendResult[]; runs: RunAppend[] }>;
  /** A batch of that key is committed. */
  hasKey(agent: string, key: string): Promise<boolean>;
  /** For each file asked for, where the store is in it and the reader's state there. */
  fileCursors(
    agent: string,
    files: readonly { path: string; identity: FileIdentity }[],
  ): Promise<({ file: string; end: number; state: unknown } | null)[]>;
  /** State, view, findings and the rules' state in a transaction of their own. Findings are appended, never rewritten. */
  saveDiagnosis(rows: readonly DiagnosisWrite[], channels: readonly string[], now: number): Promise<void>;
  /** What the rules know of a run, as last saved; null before. */
  ruleState(run: string): Promise<string | null>;
  rules(): Promise<StoredRule[]>;
  ruleSwitches(): Promise<RuleSwitch[]>;
  /** @throws CurvewatchError `conflict` when there are as many rules as there may be */
  addRule(rule: UserRule, now: number): Promise<void>;
  /** @throws CurvewatchError `not_found` when there is no such rule */
  changeRule(rule: UserRule, now: number): Promise<void>;
  /** @throws CurvewatchError `not_found` when there is no such rule */
  removeRule(id: string): Promise<void>;
  /** Whether a built-in rule is pushed, everywhere or in one project; null goes back to the default. */
  switchRule(rule: string, project: string | null, enabled: boolean | null): Promise<void>;
  /** Runs that have an alert of this subject open. */
  runsWithOpenAlert(subject: string): Promise<string[]>;
  /** Alerts that do not come from the diagnosis, with a notice for each of `channels`, in one transaction. */
  saveAlerts(writes: readonly AlertWrite[], channels: readonly string[], now: number): Promise<void>;
  /** Alerts of a run that are not resolved, oldest first. */
  openAlerts(run: string): Promise<Alert[]>;
  /** Every alert that is not resolved, by run. */
  allOpenAlerts(): Promise<Alert[]>;
  latestIncident(run: string): Promise<Incident | null>;
  storedIncident(id: string): Promise<Incident | null>;
  /** How many alerts of a subject a run has had since. */
  alertsSince(run: string, subject: string, since: number): Promise<number>;
  /** Those that are in force, and those that have ended by themselves and were not removed yet. */
  mutes(): Promise<Mute[]>;
  saveMute(mute: Mute): Promise<void>;
  /** @returns whether there was one */
  removeMute(id: string): Promise<boolean>;
  /** Tries a dead notice again. @returns whether there was one */
  retryDelivery(id: number, now: number): Promise<boolean>;
  /** Gives back every notice that was taken and not settled: for the start, when nobody else can have one. */
  releaseOutbox(now: number): Promise<void>;
  /**
   * Takes notices that are due, for `leaseMs`; one whose lease ran out is given out again. Of an alert a channel is given
   * one notice after the other: the next one when the one before is settled for good.
   *
   * @param except channels that are given none
   */
  leaseOutbox(now: number, leaseMs: number, limit: number, except?: readonly string[]): Promise<OutboxRow[]>;
  /** Says how a try of these went, all or none; without effect on one whose lease has passed to another try. */
  settleOutbox(rows: readonly Pick<OutboxRow, "id" | "tries">[], settled: Settled, now: number): Promise<void>;
  /** When the next notice is due that `leaseOutbox` would give, epoch ms; null when none waits. */
  nextDue(except?: readonly string[]): Promise<number | null>;
  /**
   * Adds to the settings that a person entered for a run; null takes one back.
   *
   * @returns all that are entered now
   * @throws CurvewatchError `not_found` when there is no such run, `bad_request` when there would be more than
   *   `CONFIG_LIMITS.entered`
   */
  enterConfig(run: string, values: Config): Promise<Config>;
  /**
   * Takes over what a person changed of a run; the rest stays. A deleted run is judged on and tells nobody.
   *
   * @throws CurvewatchError `not_found` when there is no such run
   */
  editRun(run: string, edit: RunEdit, now: number): Promise<void>;
  /** What is committed of a run, as the reader tells it. */
  run(id: string): Promise<StoredRun | null>;
  /** The saved diagnosis of a run, or null when there is none yet. */
  diagnosis(run: string): Promise<StoredDiagnosis | null>;
  /** The newest log lines of a run's main file, oldest first. */
  log(run: string): Promise<LogLine[]>;
  /** The findings saved of a run, in order. */
  findings(run: string): Promise<Finding[]>;
  /** Runs of the project that a run belongs to, itself too, newest data first, without deleted ones; none when it belongs
   * to no project. */
  runsOfProject(run: string, limit: number): Promise<{ run: string; name: string }[]>;
  /** Runs that have observations beyond what their diagnosis has judged, and what the readers know of their logs. */
  runsToJudge(): Promise<{ run: string; facts: Facts | null }[]>;
  /** A run's observations from `fromOrd` on, in order, at most `limit` of them. */
  observations(run: string, fromOrd: number, limit: number): Promise<ObservationPage>;
}

/** What the store knows of a run; state, ages and ETA are worked out from it by the caller. */
export type StoredRun = {
  id: string;
  agent: string;
  name: string;
  project: string | null;
  host: string;
  /** Of the main file. */
  path: string;
  /** What a person noted, in Markdown; and tags, in their order. */
  notes: string;
  tags: string[];
  archived: boolean;
  /** When it was deleted, epoch ms; null while it is not. */
  deletedAt: number | null;
  /** A log exists (it was found at least once). */
  fileSeen: boolean;
  /** Those of the main file; the end and the planned steps as any file tells them, a failure before a finish. */
  facts: Facts | null;
  /** Settings that a person entered; they go over those of `facts`. */
  entered: Config;
  /**
   * Of the file written last; whether reading had reached the end, of every file. Null before.
   */
  status: FileStatus | null;
  /** Server time the run was first seen, and data last arrived. */
  startedAt: number;
  lastDataAt: number | null;
  /** Of the main file. */
  observations: number;
  /** Highest step of the current attempt. */
  step: number | null;
  cursor: number;
  /** As the file that owns the training loss counts them, while there is none the first with points. */
  attempts: { attempt: number; fromStep: number }[];
  metrics: {
    name: string;
    points: number;
    last: LastValue | null;
    min: LastValue | null;
  }[];
  gaps: { at: number; records: number; reason: string }[];
  /** GPUs of its host that its agent has ever read. */
  gpus: number;
  view: DiagnosisView | null;
};

export type SeriesQuery = {
  metrics: readonly string[];
  x: XAxis;
  /** Inclusive range in x; null is open. */
  from: number | null;
  to: number | null;
  /** 1 … LIMITS.bucketsPerAnswer. */
  buckets: number;
  /** Where attempts overlap, the later one is shown; true asks for what that leaves out, and nothing else. */
  superseded?: boolean;
};

/** One GPU as nvidia-smi knows it, and its readings by time. */
export type StoredGpu = { uuid: string; index: number; model: string; host: string; series: SeriesView[] };

/** Full-resolution points of one metric in arrival order; `attempt` as their file counts it. */
export type PointPage = {
  ord: Float64Array;
  step: Float64Array;
  at: Float64Array;
  line: Float64Array;
  attempt: Float64Array;
  value: Float64Array;
  /** `ord` to go on from, or null at the end. */
  next: number | null;
};

/** The reader's side: any number of callers, never in the writer's way. Every answer is of one committed moment. */
export interface ReadStore {
  /** Newest data first. `before` is the last id of the page before; without a shelf the current ones. */
  runs(page: { limit: number; before: string | null; shelf?: RunShelf }): Promise<StoredRun[]>;
  /** Deleted ones too. */
  run(id: string): Promise<StoredRun | null>;
  /** The newest log lines of a run's main file, oldest first. */
  log(id: string): Promise<LogLine[]>;
  findings(id: string): Promise<Finding[]>;
  /** The run's alerts, newest first, with who was told. */
  alerts(id: string): Promise<AlertView[]>;
  /** Newest first, each with its alerts. */
  incidents(query: IncidentQuery): Promise<Omit<IncidentView, "mutedUntil" | "title">[]>;
  incident(id: string): Promise<Omit<IncidentView, "mutedUntil" | "title"> | null>;
  /** The incident of a run that is open; null when none is. */
  openIncident(run: string): Promise<Incident | null>;
  /** What became of an alert, oldest first; null when there is none of that id. */
  alertStory(id: string): Promise<AlertStage[] | null>;
  mutes(): Promise<Mute[]>;
  /** Newest first. */
  deliveries(query: DeliveryQuery): Promise<DeliveryRow[]>;
  /** How the newest try to use a channel went; null when there was none. */
  lastDelivery(channel: string): Promise<Delivery | null>;
  /**
   * Series at a resolution. Where attempts overlap, the later one is shown. Extremes and non-finite points survive every
   * resolution. Metrics that the run does not have are left out.
   */
  series(id: string, query: SeriesQuery): Promise<{ cursor: number; series: SeriesView[] }>;
  /**
   * The GPUs of a run's host, as the run's agent has read them, by index; those without a reading in the range (epoch ms,
   * inclusive) are left out. Of a GPU's metrics the ones with points in the range. Readings are in no other answer: what is
   * stored of a GPU is no run.
   */
  gpus(id: string, range: { from: number; to: number; buckets: number }): Promise<StoredGpu[]>;
  points(id: string, metric: string, fromOrd: number, limit: number): Promise<PointPage>;
  /** Rules that people made, oldest first; and the built-in ones that they switched. */
  rules(): Promise<StoredRule[]>;
  ruleSwitches(): Promise<RuleSwitch[]>;
}
