import { expect, test } from "vitest";
import type { Alert, RunSummary, RunView, Severity, VerdictName } from "#lib/protocol/index.ts";
import { newsOf } from "./news.ts";

/** A run as far as news read it. */
function summary(name: VerdictName, severity: Severity | null): RunSummary {
  const advice = { en: "Stop.", "zh-CN": "立即停止。" };
  return { id: "run1", name: "tiny", verdict: { name, severity, advice } } as unknown as RunSummary;
}

function view(
  verdict: RunSummary,
  ...alerts: [subject: string, state: Alert["state"], severity?: Severity][]
): RunView {
  const text = { en: "Loss is NaN", "zh-CN": "损失为 NaN" };
  return {
    ...verdict,
    alerts: alerts.map(([subject, state, severity = "critical"]) => ({
      id: subject,
      subject,
      state,
      severity,
      text,
      advice: text,
    })),
  } as unknown as RunView;
}

const healthy = summary("healthy", "good");
const nan = summary("nan", "critical");
const subjects = (before: RunSummary | null, after: RunSummary): string[] =>
  newsOf({ before, after }).map(({ subject }) => subject);

test("a verdict that turns to caution or critical is news, one that gets better or is only worth a note is not", () => {
  expect(subjects(healthy, nan)).toEqual(["nan"]);
  expect(subjects(healthy, summary("oscillating", "caution"))).toEqual(["oscillating"]);
  expect(subjects(nan, nan)).toEqual([]);
  expect(subjects(nan, healthy)).toEqual([]);
  expect(subjects(healthy, summary("plateau", "note"))).toEqual([]);
});

test("what is so when a page is opened is no news", () => {
  expect(subjects(null, nan)).toEqual([]);
});

test("an alert that begins to fire is told once, and with its verdict not twice", () => {
  expect(subjects(view(healthy), view(nan, ["nan", "firing"]))).toEqual(["nan"]);
  expect(subjects(view(healthy, ["lr.jump", "pending"]), view(healthy, ["lr.jump", "firing"]))).toEqual(["lr.jump"]);
  expect(subjects(view(healthy, ["lr.jump", "firing"]), view(healthy, ["lr.jump", "firing"]))).toEqual([]);
  expect(subjects(view(healthy), view(healthy, ["run.end", "firing", "note"], ["lr.jump", "pending"]))).toEqual([]);
});
