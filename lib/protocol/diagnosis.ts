import type { Language, LrJudgement, Severity, VerdictName } from "./names.ts";

/**
 * What the diagnosis says of a run, as it is stored, sent to browsers and printed. Plain JSON throughout: a number that is
 * not finite is spelled by `toJsonValue`. Texts come in every language at once, so a page, a Slack message and a report
 * read the same sentence.
 */
export type Localised = Record<Language, string>;

/** A number that lets a reader check a statement. `value` is in `unit` ("x", "%", "loss", "steps", "" for a bare number). */
export type Evidence = {
  name: string;
  value: number | string;
  unit: string;
  label: Localised;
  /**
   * A little curve behind the number, at most 64 points, for a tile: a line, bars from zero, or the height of a `swing` to
   * either side of the trend. `mark` is a level to hold it against; `log` wants a logarithmic scale.
   */
  series?: {
    step: number[];
    value: (number | null)[];
    kind: "line" | "bars" | "swing";
    mark?: number;
    log?: boolean;
  };
};

export type Verdict = {
  name: VerdictName;
  /** `null` while reading: nothing is claimed yet. */
  severity: Severity | null;
  /** 0 … 1; pushed from .80, "maybe" below .60. */
  confidence: number;
  /** Where the change began, not where it was noticed; null while reading. */
  sinceStep: number | null;
  cause: "stalled" | "no_progress" | null;
  also: VerdictName[];
  reason: Localised;
  advice: Localised;
  evidence: Evidence[];
};

export type LrView = {
  judgement: LrJudgement;
  confidence: number;
  /** The learning rate to try next, or null when nothing is to be changed or nothing can be said. */
  next: number | null;
  because: string[];
  /** Where the rate lies between too slow and diverging; null where nothing tells. */
  tape?: LrTape | null;
};

/** The learning-rate scale as it is at this point of this run: an estimate. Every `next` lies in `healthy`. */
export type LrTape = {
  /** Ascending and without overlap; one that nothing tells of is left out. A null end is open: not known how far. */
  zones: { name: "too_slow" | "healthy" | "oscillating" | "diverging"; from: number | null; to: number | null }[];
  /** The rate that is judged; and whether it is the one in force, or the peak that the schedule has come down from. */
  now: number;
  at: "now" | "peak";
  /** What the zone of `now` rests on: the course of this run, runs at other rates, or what is usual for its kind and size. */
  basis: "run" | "siblings" | "usual";
  /** Some end of a zone is the usual one, whatever the basis. */
  usualEnds: boolean;
};

export type Finding = {
  rule: string;
  severity: Severity;
  /** Where it began. */
  step: number;
  /** The last step read when it was said: never depends on later data. */
  saidAtStep: number;
  /** Would be pushed to a channel. */
  alert: boolean;
  text: Localised;
  evidence: Evidence[];
};

/** A stretch of one verdict; the last one has `toStep: null` while it lasts. */
export type TimelineSegment = {
  verdict: VerdictName;
  lr: LrJudgement;
  fromStep: number;
  saidAtStep: number;
  toStep: number | null;
};

export type Schedule = {
  /**
   * `constant`, `step`, `reduce-on-plateau`, `linear`, `cosine`, `cosine-restarts`, `inverse-sqrt`, `exponential`,
   * `polynomial` or `wsd`, after a warm-up with `warmup-` before it; `unknown` while no model fits.
   */
  kind: string;
  warmupSteps: number;
  peak: number;
  final: number | null;
  /** Where the identified curve ends, in steps; null when it cannot be told yet. */
  totalSteps: number | null;
  /** 1 − largest residual / peak. */
  fit: number;
  /** Of a polynomial decay. */
  power: number | null;
  /** In order, through to the planned end; a phase that the schedule does not have, or not yet, is left out. */
  phases: { name: "warmup" | "stable" | "decay" | "floor"; fromStep: number; toStep: number }[];
  changes: { step: number; from: number; to: number }[];
  text: Localised;
  /** The identified curve through to its end, at most 64 knots, to be drawn beside the measured one. */
  curve: { step: number[]; value: number[] };
};

export type ReviewItem = {
  rule: string;
  /** The setting that is judged, in words. */
  name: Localised;
  status: "pass" | "note" | "caution" | "critical" | "not_judged";
  value: number | string | null;
  advice: Localised;
  source: string;
  /** Of one that is not judged: the config keys that would help, as they can be entered by hand; none where nothing would. */
  missing?: string[];
};

export type DiagnosisView = {
  verdict: Verdict;
  lr: LrView;
  findings: Finding[];
  timeline: TimelineSegment[];
  schedule: Schedule | null;
  earlyStopping: {
    metric: string;
    best: { step: number; value: number };
    evalsSinceBest: number;
    /** Whether the last evaluation exhausts the patience of this dialect of early stopping. */
    wouldStop: boolean;
    patience: number;
    dialect: "keras" | "lightning" | "hf" | "torch_plateau" | "native";
    /** Prechelt's generalisation loss in percent, and its quotient; null where the metric has no meaningful zero. */
    gl: number | null;
    pq: number | null;
    /** What going on to the planned end should still bring, in the metric's unit; null while that cannot be told. */
    expectedGain: {
      value: number;
      low: number;
      high: number;
      /** Of the gain so far; in units of the evaluation's own noise; per hour. */
      share: number | null;
      noiseUnits: number | null;
      perHour: number | null;
    } | null;
  } | null;
  /** The train loss at the end of the run, and on the way there (at most 32 points); the band holds a share of `level`. */
  forecast: {
    step: number;
    value: number;
    low: number;
    high: number;
    level: number;
    curve: { step: number[]; value: number[]; low: number[]; high: number[] };
  } | null;
  /** How the run stands at one step among runs that differ from it in the learning rate; null while there are too few. */
  siblings?: {
    /** 1 is best. */
    rank: number;
    of: number;
    /** Where they are compared: the last step that enough of them have reached. */
    atStep: number;
    /** What is lost against the best run, as a share of what that has learnt; null for a run that failed. */
    regret: number | null;
    best: { id: string; name: string; rate: number };
    /** By rate, this run too, at most 24; the level is null where a run has failed. */
    curve: {
      id: string;
      rate: number;
      level: number | null;
      regret: number | null;
      name: string;
      verdict: VerdictName;
    }[];
  } | null;
  review: ReviewItem[];
  /** The robust trend the verdict was made from, at most 128 points, by step; and the noise around it, in loss units. */
  trend: { step: number[]; value: number[]; noise: number | null };
  /** Finite train losses judged so far. */
  pointsJudged: number;
  /** The run's own pace: median over its recent records; null where no line told a time. */
  rhythm: { msPerStep: number | null; msPerRecord: number | null };
};
