import type { AlertView, Incident, IncidentView } from "./alerts.ts";
import type { DiagnosisView, TimelineSegment, Verdict } from "./diagnosis.ts";
import type { GpuMetric, RunState, StepSource } from "./names.ts";
import type { Config, LogLine } from "./record.ts";
import type { JsonValue } from "./value.ts";

/** What pages and API clients read. Times are epoch ms by the server's clock; null means "not known", never 0. */
export type LastValue = { step: number; value: JsonValue };

export type RunSummary = {
  id: string;
  name: string;
  project: string | null;
  host: string;
  /** Absolute path of the main log on its host. */
  path: string;
  state: RunState;
  /** When the run was first seen, and when data last arrived or the log last grew. */
  startedAt: number;
  lastDataAt: number | null;
  /** Last step read, the planned last one, and the records read so far. */
  step: number | null;
  maxSteps: number | null;
  records: number;
  stepSource: StepSource | null;
  /** Median time a step takes, from lines read live or stamped; null when no line told a time. */
  msPerStep: number | null;
  format: string | null;
  linesRead: number;
  linesParsed: number;
  end: { kind: "finished" | "failed"; line: number; text: string } | null;
  /** By metric name: the newest value of each lane's metric that the run has, and the best evaluation loss. */
  last: Record<string, LastValue>;
  bestEval: LastValue | null;
  verdict: Verdict;
  timeline: TimelineSegment[];
  /** What a person put on it. */
  tags: string[];
  archived: boolean;
  /** When it was deleted; null while it is not. */
  deletedAt: number | null;
  /** Commits that touched this run: a browser's cursor. */
  cursor: number;
};

export type RunView = RunSummary & {
  /** What a person noted, in Markdown. */
  notes: string;
  diagnosis: DiagnosisView;
  metrics: { name: string; points: number }[];
  /** The stretches between (re)starts, oldest first; `fromStep` is the first step of each. */
  attempts: { attempt: number; fromStep: number }[];
  formatReason: string | null;
  /** A program sends the points itself: there is no file. */
  pushed: boolean;
  /** It has given nothing, and the agent that follows it can be asked to read it another way. */
  canReadAgain: boolean;
  /** Newest first, each with who was told. */
  alerts: AlertView[];
  /** The incident that is open, if one is. */
  incident: Incident | null;
  /** Until when nobody is told of the run; "always": until somebody ends that. */
  mutedUntil: IncidentView["mutedUntil"];
  /** The newest log lines, oldest first. */
  log: LogLine[];
  /** Holes that could not be avoided, each with the number of records that are missing. */
  gaps: { at: number; records: number; reason: string }[];
  /** GPUs of its host that have ever been read; whether any was in the time of this run, `GpusView` says. */
  gpus: number;
};

/** The GPUs of a run's host from `from` to `to`; none of them when nothing was read in that time. */
export type GpusView = { from: number; to: number; gpus: GpuView[] };

export type GpuView = {
  uuid: string;
  index: number;
  model: string;
  host: string;
  /** When it was last read. */
  lastAt: number;
  /** As it was then; what was not known is missing. */
  latest: Partial<Record<GpuMetric, number>>;
  /** Ascending in time, lowest and highest kept at any resolution; null is a hole. */
  series: Partial<Record<GpuMetric, { at: number[]; value: (number | null)[] }>>;
};

/** A run's hyperparameters, each with where it comes from; what a person entered goes over what the log told. */
export type ConfigView = Record<string, { value: Config[string]; source: "log" | "hand" }>;

/** One row of the runs list: the summary and the loss drawn small. */
export type RunRow = RunSummary & { spark: { step: number[]; value: (number | null)[] } };

/**
 * A series at a resolution: columns of equal length, one entry per bucket, ascending in x. `first`, `last`, `min`, `max`
 * are over the bucket's finite values and NaN where it has none; `nan`, `posInf`, `negInf` and `count` (finite) count points.
 */
export type SeriesView = {
  metric: string;
  /** Points shown by these buckets, and points the metric has in all. */
  shown: number;
  total: number;
  x: Float64Array;
  xLast: Float64Array;
  first: Float64Array;
  last: Float64Array;
  min: Float64Array;
  max: Float64Array;
  count: Float64Array;
  nan: Float64Array;
  posInf: Float64Array;
  negInf: Float64Array;
};

/** The numeric columns of a series view, in the order they travel. */
export const SERIES_COLUMNS = [
  "x",
  "xLast",
  "first",
  "last",
  "min",
  "max",
  "count",
  "nan",
  "posInf",
  "negInf",
] as const satisfies readonly (keyof SeriesView)[];

export type XAxis = "step" | "time" | "epoch" | "tokens";
