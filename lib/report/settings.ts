import { formatLearningRate, formatReviewValue, formatShare, formatStep } from "#lib/core/index.ts";
import type { Localised, ReviewItem, SeriesView } from "#lib/protocol/index.ts";
import { peakRate } from "./key-figures.ts";
import { localised, MESSAGES, type Messages } from "./messages/index.ts";
import type { ReportRun } from "./model.ts";

/** A hyperparameter as the log shows it: one we read (`status` null), or one the review has judged. */
export type Setting = {
  name: Localised;
  status: ReviewItem["status"] | null;
  value: Localised;
  note: Localised | null;
};

/** A peak this many times the schedule's own was not planned. */
const CLEARLY_OVER = 1.02;

export function settingsSeen(run: ReportRun, series: readonly SeriesView[]): Setting[] {
  const { schedule, review } = run.diagnosis;
  const seen: Setting[] = [];
  const add = (name: (m: Messages) => string, value: Localised, note: Localised | null = null): void => {
    seen.push({ name: localised(name), status: null, value, note });
  };
  const peak = peakRate(series);
  const planned = schedule && schedule.kind !== "unknown" ? schedule.peak : null;
  if (peak !== null) {
    const note =
      planned !== null && peak > planned * CLEARLY_OVER
        ? localised((m) => m.settings.planned(formatLearningRate(planned)))
        : null;
    add((m) => m.settings.peakRate, same(formatLearningRate(peak)), note);
  }
  if (schedule && schedule.kind !== "unknown") {
    const total = run.maxSteps ?? schedule.totalSteps;
    const { warmupSteps, final } = schedule;
    if (warmupSteps > 0) {
      const share = total === null ? null : formatShare(warmupSteps / total);
      add(
        (m) => m.settings.warmup,
        localised((m) => m.settings.warmupOf(formatStep(warmupSteps), share)),
      );
    }
    add(
      (m) => m.settings.schedule,
      kindInWords(schedule.kind),
      localised((m) => m.settings.fits(formatShare(schedule.fit))),
    );
    if (final !== null) add((m) => m.settings.finalRate, same(formatLearningRate(final)));
  }
  if (run.maxSteps !== null) add((m) => m.settings.plannedSteps, same(formatStep(run.maxSteps)));
  const judged = review.filter(({ status }) => status !== "not_judged");
  const unknown = review.length - judged.length;
  const left: Setting = {
    name: localised((m) => m.settings.notJudged),
    status: "not_judged",
    value: localised((m) => m.settings.checks(unknown)),
    note: localised((m) => m.settings.whyNotJudged),
  };
  // What nothing tells is counted: a list of it would hide what is known.
  return [...seen, ...judged.map(reviewed), ...(unknown === 0 ? [] : [left])];
}

function reviewed(item: ReviewItem): Setting {
  const value = localised((_, language) => (item.value === null ? "" : formatReviewValue(item, language)));
  return { name: item.name, status: item.status, value, note: item.advice };
}

function kindInWords(kind: string): Localised {
  const shape = kind.replace("warmup-", "");
  return localised((m) => m.settings.kinds[shape] ?? MESSAGES.en.settings.kinds[shape] ?? shape);
}

const same = (text: string): Localised => localised(() => text);
