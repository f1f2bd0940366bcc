import type { SpoolLimits } from "./limits.ts";
import type { Segment } from "./segment.ts";

/**
 * The oldest segment when it is time to remove it, else null. Only segments the server has committed go, never the last one:
 * for their age while `ackedMinBytes` of committed ones remain, for their number, or when room is `short`.
 *
 * @param segments ascending, at least one
 * @param now epoch ms
 */
export function expiredSegment(
  segments: readonly Segment[],
  now: number,
  short: boolean,
  { ackedKeepMs, ackedMinBytes, ackedMaxBytes }: SpoolLimits,
): Segment | null {
  const oldest = segments[0]!;
  if (oldest.ackedAt === null) return null;
  const acked = segments.reduce((sum, segment) => sum + (segment.ackedAt === null ? 0 : segment.bytes), 0);
  const isOld = now - oldest.ackedAt >= ackedKeepMs && acked - oldest.bytes >= ackedMinBytes;
  return isOld || acked > ackedMaxBytes || short ? oldest : null;
}
