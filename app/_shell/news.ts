import type { Alert, Localised, RunSummary, RunView, Severity } from "#lib/protocol/index.ts";
import type { Change } from "../_live/index.ts";

/** Something a person may want to hear of while looking elsewhere. */
export type News = {
  run: string;
  runName: string;
  severity: Extract<Severity, "caution" | "critical">;
  /** Rule id or verdict's name: the same incident has the same one on every page. */
  subject: string;
  /** One sentence; null where the verdict's word says it all. */
  text: Localised | null;
  advice: Localised;
};

/**
 * What a change brings that was not there before: alerts that began to fire, and a verdict that turned to caution or
 * critical. The first view of a run brings none: what is already so when a page is opened is on that page.
 */
export function newsOf({ before, after }: Change): News[] {
  if (before === null) return [];
  const fired = alertsOf(after)
    .filter((alert) => alert.state === "firing")
    .filter(({ id }) => !alertsOf(before).some((known) => known.id === id && known.state !== "pending"));
  const news: News[] = fired.flatMap(({ severity, subject, text, advice }) =>
    isAlarming(severity) ? [{ run: after.id, runName: after.name, severity, subject, text, advice }] : [],
  );
  const { name, severity, advice } = after.verdict;
  const turned = name !== before.verdict.name || severity !== before.verdict.severity;
  if (turned && isAlarming(severity) && !news.some(({ subject }) => subject === name)) {
    news.push({ run: after.id, runName: after.name, severity, subject: name, text: null, advice });
  }
  return news;
}

const isAlarming = (severity: Severity | null): severity is News["severity"] =>
  severity === "caution" || severity === "critical";

function alertsOf(run: RunSummary | RunView): readonly Alert[] {
  return "alerts" in run ? run.alerts : [];
}
