/** What a rate did, against the other rates of its group; HIGH? and LOW? are the grey zones that scores leave out. */
export type Label = "OK" | "HIGH" | "LOW" | "DIV" | "HIGH?" | "LOW?";

export type Ended = { lr: number; steps: number; loss: readonly number[] };

export type Labelled = { label: Label; regret: number };

/** By the train loss at the end: regret = (end − best end) / (start − best end) (DIAGNOSIS.md §7.1). In the order given. */
export function label(group: readonly Ended[]): Labelled[] {
  const ends = group.map(endOf);
  const start = startOf(group);
  const best = ends.indexOf(Math.min(...ends));
  return group.map(({ lr }, i) => {
    const regret = (ends[i]! - ends[best]!) / (start - ends[best]!);
    return { label: named(regret, ends[i]! > 1.05 * start, lr > group[best]!.lr), regret };
  });
}

/** Mean loss over the last twentieth, at least 20 steps; Infinity for a run that did not get there. */
export function endOf({ loss, steps }: Ended): number {
  if (loss.length < steps) return Number.POSITIVE_INFINITY;
  const tail = loss.slice(-Math.max(20, Math.floor(steps / 20)));
  const mean = tail.reduce((sum, value) => sum + value, 0) / tail.length;
  return Number.isFinite(mean) ? mean : Number.POSITIVE_INFINITY;
}

/** The middle first loss. */
export function startOf(group: readonly Ended[]): number {
  return group.map(({ loss }) => loss[0]!).sort((a, b) => a - b)[group.length >> 1]!;
}

function named(regret: number, diverged: boolean, above: boolean): Label {
  if (diverged) return "DIV";
  if (regret <= 0.05) return "OK";
  if (above) return regret > 0.1 ? "HIGH" : "HIGH?";
  return regret > 0.25 ? "LOW" : "LOW?";
}
