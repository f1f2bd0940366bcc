import { basename, dirname } from "node:path/posix";
import type {
  Language,
  Localised,
  RunState,
  RunView,
  Schedule,
  SeriesView,
  Severity,
  VerdictName,
} from "#lib/protocol/index.ts";
import { type Figure, figureOf } from "./figure.ts";
import { type Incident, incidentsOf } from "./incidents.ts";
import { type KeyFigure, keyFigures } from "./key-figures.ts";
import { type NextStep, nextSteps } from "./next-steps.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { type Setting, settingsSeen } from "./settings.ts";
import { type TimelineRow, timelineRows } from "./timeline.ts";

/** What a report needs to know of a run: a `RunView`, or what a log alone told of one. */
export type ReportRun = Pick<
  RunView,
  | "name"
  | "project"
  | "host"
  | "path"
  | "state"
  | "step"
  | "maxSteps"
  | "stepSource"
  | "msPerStep"
  | "format"
  | "linesRead"
  | "linesParsed"
  | "end"
  | "last"
  | "bestEval"
  | "timeline"
  | "diagnosis"
  | "metrics"
  | "attempts"
  | "gaps"
>;

/** An alert somebody was told of. Times are epoch ms; `endedAt` is null while it lasts. */
export type ToldAlert = {
  /** A rule id or a verdict's name, and the step it began at: what makes it belong to an incident. */
  subject: string;
  step: number | null;
  severity: Severity;
  text: Localised;
  channel: string;
  toldAt: number;
  endedAt: number | null;
};

export type ReportInput = {
  run: ReportRun;
  /** Train and eval loss and learning rate by step, at most some 800 buckets each; those the run has. */
  series: readonly SeriesView[];
  alerts: readonly ToldAlert[];
  /** When the report is written, epoch ms. */
  now: number;
  /** Of Curvewatch. */
  version: string;
};

/** A run as its report tells it. Lists are in reading order; null and empty mean "not known", and are left out. */
export type Report = {
  writtenAt: number;
  version: string;
  run: {
    name: string;
    project: string | null;
    host: string | null;
    /** The log's name and its folder's, without those above: a report travels further than its machine. */
    file: string;
    folder: string | null;
    format: string | null;
    state: RunState;
    verdict: VerdictName;
    lastStep: number | null;
    plannedSteps: number | null;
  };
  outcome: Outcome;
  /** The line that told of the failure; null when there is none. */
  failure: { line: number; text: string } | null;
  keyFigures: KeyFigure[];
  figure: Figure | null;
  timeline: TimelineRow[];
  schedule: Omit<Schedule, "curve"> | null;
  incidents: Incident[];
  settings: Setting[];
  next: NextStep[];
  /** What stands where there is nothing to try. */
  nothingToTry: Localised;
  lines: { read: number; parsed: number; missingRecords: number };
};

/** How a report is written out: its language, and the zone its clock times are told in. */
export type Writing = { lang: Language; timeZone?: string };

/** Decides what a report says. Pure: the same run, series, alerts and time give the same report. */
export function reportModel({ run, series, alerts, now, version }: ReportInput): Report {
  const { verdict, schedule } = run.diagnosis;
  const path = run.path.replaceAll("\\", "/");
  const timeline = timelineRows(run);
  const incidents = incidentsOf(run, timeline, alerts);
  return {
    writtenAt: now,
    version,
    run: {
      name: run.name,
      project: run.project,
      host: run.host || null,
      file: basename(path),
      folder: basename(dirname(path)) || null,
      format: run.format,
      state: run.state,
      verdict: verdict.name,
      lastStep: run.step,
      plannedSteps: run.maxSteps,
    },
    outcome: outcomeOf(run, series, incidents, timeline),
    failure: run.end?.kind === "failed" ? { line: run.end.line, text: run.end.text } : null,
    keyFigures: keyFigures(run, series),
    figure: figureOf(run, series, incidents),
    timeline,
    schedule: schedule && withoutCurve(schedule),
    incidents,
    settings: settingsSeen(run, series),
    next: nextSteps(run, series, timeline),
    nothingToTry: verdict.advice,
    lines: {
      read: run.linesRead,
      parsed: run.linesParsed,
      missingRecords: run.gaps.reduce((sum, { records }) => sum + records, 0),
    },
  };
}

function withoutCurve({ curve: _, ...schedule }: Schedule): Omit<Schedule, "curve"> {
  return schedule;
}
