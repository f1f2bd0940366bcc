import type { Alert, Condition } from "#lib/protocol/index.ts";
import { type AlertChange, type Context, end, fire, joined, told } from "./lifecycle.ts";

/**
 * What conditions that began or are over change: a person's rule, a GPU, a disk. Whoever watches them has held them already,
 * so they fire at once; one that is open is not opened again, and what was not open has no end to tell.
 */
export function conditionAlerts(
  open: readonly Alert[],
  conditions: readonly Condition[],
  context: Context,
): AlertChange[] {
  const standing = new Map(open.map((alert) => [alert.subject, alert]));
  const changes: AlertChange[] = [];
  for (const { subject, kind, severity, step, text, advice, title } of conditions) {
    const known = standing.get(subject);
    if ((known !== undefined) === (kind === "began")) continue;
    if (known !== undefined) {
      changes.push(told(end(known, context), "resolved", context));
      standing.delete(subject);
      continue;
    }
    const fired = fire({ subject, severity, step, text, advice, confidence: null, context });
    const change = told({ ...fired, ...(title && { title }) }, "firing", context);
    standing.set(subject, change.alert);
    changes.push(change);
  }
  return joined(changes);
}
