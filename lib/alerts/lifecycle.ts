import {
  type Alert,
  type DiagnosisView,
  type Finding,
  type Localised,
  type RunState,
  VERDICTS,
} from "#lib/protocol/index.ts";
import type { Notice, RunSnapshot } from "./notice.ts";

/**
 * The life of an alert, pure: `pending → firing → resolved`. A finding has been held by the engine's own hysteresis, so it
 * fires at once; a state of the run (silence, a lost agent) is pending until it has lasted. What merely happened (a jump of
 * the learning rate, the end of the run) is told and over.
 */
/** `passed`: it is over because it is no longer so, not because the run ended. */
export type AlertChange = { alert: Alert; passed: boolean; notice: Notice | null };

export type Context = {
  run: RunSnapshot;
  /** Loss of late, oldest first. */
  curve: readonly number[];
  attempt: number;
  now: number;
};

const NO_ADVICE: Localised = { en: "", "zh-CN": "" };

/** What one stretch of diagnosis changes: new findings open alerts, a verdict that has passed ends its own. */
export function stepAlerts(
  open: readonly Alert[],
  findings: readonly Finding[],
  view: DiagnosisView,
  context: Context,
): AlertChange[] {
  const changes: AlertChange[] = [];
  const standing = new Map(open.map((alert) => [alert.subject, alert]));
  for (const finding of findings) {
    if (!finding.alert || standing.has(finding.rule)) continue;
    const isVerdict = VERDICTS.some((name) => name === finding.rule);
    const ofVerdict = finding.rule === view.verdict.name;
    const alert = fire({
      subject: finding.rule,
      severity: finding.severity,
      step: finding.step,
      text: ofVerdict ? view.verdict.reason : finding.text,
      advice: ofVerdict ? view.verdict.advice : NO_ADVICE,
      confidence: ofVerdict ? view.verdict.confidence : null,
      context,
    });
    if (isVerdict) {
      const change = told(alert, "firing", context);
      standing.set(finding.rule, change.alert);
      changes.push(change);
    } else {
      changes.push(told({ ...alert, state: "resolved", resolvedAt: context.now }, "event", context));
    }
  }
  const { name, also } = view.verdict;
  for (const alert of standing.values()) {
    const isVerdict = VERDICTS.some((verdict) => verdict === alert.subject);
    if (!isVerdict || alert.subject === name || also.some((other) => other === alert.subject)) continue;
    // "Healthy again" is news; an alert that a worse one took over from ends in silence.
    changes.push(
      name === "healthy"
        ? told(end(alert, context), "resolved", context)
        : { alert: end(alert, context), passed: true, notice: null },
    );
  }
  return joined(changes);
}

/** Silence and a lost agent are alerts while they last. */
export function stateAlerts(open: readonly Alert[], state: RunState, context: Context): AlertChange[] {
  const changes: AlertChange[] = [];
  const subject = state === "lost" ? "run.lost" : state === "quiet" ? "run.quiet" : null;
  for (const alert of open) {
    if ((alert.subject !== "run.lost" && alert.subject !== "run.quiet") || alert.subject === subject) continue;
    const again =
      state === "running"
        ? told(end(alert, context), "resolved", context)
        : { alert: end(alert, context), passed: true, notice: null };
    changes.push(again);
  }
  if (subject !== null && !open.some((alert) => alert.subject === subject)) {
    const alert = fire({
      subject,
      severity: "caution",
      step: context.run.step,
      ...WORDS[subject],
      confidence: null,
      context,
    });
    changes.push(told(alert, "firing", context));
  }
  return changes;
}

/**
 * The run is over: said once, and everything still open ends with it, untold.
 *
 * @param words what is known of how it ended, where that is more than that it has
 */
export function endOfRun(
  open: readonly Alert[],
  state: "finished" | "failed",
  context: Context,
  words?: { text: Localised; advice: Localised },
): AlertChange[] {
  const subject = `run.${state}` as const;
  const alert = fire({
    subject,
    severity: state === "failed" ? "critical" : "good",
    step: context.run.step,
    ...(words ?? WORDS[subject]),
    confidence: null,
    context,
  });
  return [
    ...open.map((standing) => ({ alert: end(standing, context), passed: false, notice: null })),
    told({ ...alert, state: "resolved" as const, resolvedAt: context.now }, "event", context),
  ];
}

/** Said once of an attempt, whatever more the log brings after it. */
const ONCE = new Set(["run.finished", "run.failed"]);

const WORDS = {
  "run.lost": {
    text: {
      en: "The agent is not answering. What happens on the training host is not known.",
      "zh-CN": "代理没有响应，训练主机上的情况未知。",
    },
    advice: { en: "Check that the host is up and the agent runs.", "zh-CN": "检查主机是否在线、代理是否在运行。" },
  },
  "run.quiet": {
    text: {
      en: "The log has stopped growing, far beyond the run's own rhythm.",
      "zh-CN": "日志已停止增长，远超该训练自身的节奏。",
    },
    advice: {
      en: "Check that the process is alive and not waiting for data or another rank.",
      "zh-CN": "检查进程是否存活，是否在等待数据或其他 rank。",
    },
  },
  "run.finished": { text: { en: "The run is finished.", "zh-CN": "训练已完成。" }, advice: NO_ADVICE },
  "run.failed": {
    text: { en: "The run has failed.", "zh-CN": "训练已失败。" },
    advice: { en: "Read the last lines of the log.", "zh-CN": "查看日志的最后几行。" },
  },
} satisfies Record<string, { text: Localised; advice: Localised }>;

export function fire(made: {
  subject: string;
  severity: Alert["severity"];
  step: number | null;
  text: Localised;
  advice: Localised;
  confidence: number | null;
  context: Context;
}): Alert {
  const { context, ...alert } = made;
  return {
    ...alert,
    // The same finding of the same run has the same id, however often it is judged.
    id: `${context.run.id}-${context.attempt}-${alert.subject}${ONCE.has(alert.subject) ? "" : `-${alert.step ?? context.now}`}`,
    run: context.run.id,
    incident: "",
    state: "firing",
    since: context.now,
    firedAt: context.now,
    resolvedAt: null,
    notices: 0,
    untold: null,
  };
}

export const end = (alert: Alert, { now }: Context): Alert => ({ ...alert, state: "resolved", resolvedAt: now });

/** The alert with one more notice written, and that notice. */
export function told(alert: Alert, kind: Notice["kind"], { run, curve, now }: Omit<Context, "attempt">): AlertChange {
  const { id, incident, notices: number, subject, severity, step, text, advice, confidence, title } = alert;
  const said = { alert: id, incident, number, kind, subject, severity, step, text, advice, confidence };
  const about = title ? { ...said, title } : said;
  return {
    alert: { ...alert, notices: number + 1 },
    passed: kind === "resolved",
    notice: { ...about, at: now, run, curve: [...curve], more: 0 },
  };
}

/** Several changes of one alert in one go: the newest state of it, with each notice. */
export function joined(changes: readonly AlertChange[]): AlertChange[] {
  const newest = new Map(changes.map(({ alert }) => [alert.id, alert]));
  return changes.map((change) => ({ ...change, alert: newest.get(change.alert.id) as Alert }));
}
