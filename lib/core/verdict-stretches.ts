import type { TimelineSegment } from "#lib/protocol/index.ts";

/**
 * A timeline as the verdicts alone tell it: neighbours that say the same are one stretch, whatever was said of the learning
 * rate meanwhile, and a verdict that was taken back to where it began has none.
 */
export function verdictStretches(timeline: readonly TimelineSegment[]): TimelineSegment[] {
  const kept: TimelineSegment[] = [];
  for (const segment of timeline) {
    if (segment.toStep !== null && segment.toStep <= segment.fromStep) continue;
    const before = kept.at(-1);
    if (before?.verdict === segment.verdict) before.toStep = segment.toStep;
    else kept.push({ ...segment });
  }
  return kept;
}
