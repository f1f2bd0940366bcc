import type { RunSummary } from "#lib/protocol/index.ts";

/** What a feed knew of a run and what it knows now. A run's own page knows its alerts too. */
export type Change<Known extends RunSummary = RunSummary> = { before: Known | null; after: Known };
type Listener = (change: Change) => void;

const listeners = new Set<Listener>();

/** Calls back at every change of a run that this tab learns of, hidden or not, until the returned function is called. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function announce(change: Change): void {
  if (change.before !== change.after) for (const listener of listeners) listener(change);
}
