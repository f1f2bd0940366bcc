import { z } from "zod";
import { LIMITS } from "./limits.ts";

/** Points of one key set in columns of equal length. `step` is the optimiser's step, `at` epoch ms or NaN for "unknown",
 * `line` the 1-based physical line in the file (ascending), `values[i]` belongs to `names[i]`. */
export type PointGroup = {
  names: string[];
  step: Float64Array;
  at: Float64Array;
  line: Float64Array;
  values: Float64Array[];
};

const metricName = z
  .string()
  .min(1)
  .max(LIMITS.metricNameBytes)
  .refine((name) => !/[\u0000-\u001f\u007f]/.test(name), "control character in a metric name");

/** What a frame's header says of a group; its columns follow in the frame, each `n` long: step, at, line, one per name. */
export const groupHeaderSchema = z.object({
  names: z.array(metricName).min(1).max(LIMITS.seriesPerRun),
  n: z.int().positive(),
});
type GroupHeader = z.infer<typeof groupHeaderSchema>;

/** Groups as a frame carries them. */
export function framed(groups: readonly PointGroup[]): { groups: GroupHeader[]; columns: Float64Array[] } {
  return {
    groups: groups.map(({ names, step }) => ({ names, n: step.length })),
    columns: groups.flatMap(({ step, at, line, values }) => [step, at, line, ...values]),
  };
}

/**
 * The groups of a frame, as views of its columns.
 *
 * @throws RangeError when there are more or fewer values than the headers say
 */
export function readGroups(headers: readonly GroupHeader[], columns: Float64Array): PointGroup[] {
  let offset = 0;
  const take = (n: number): Float64Array => {
    if (offset + n > columns.length) throw new RangeError("frame has fewer values than its header says");
    offset += n;
    return columns.subarray(offset - n, offset);
  };
  const groups = headers.map(({ names, n }) => ({
    names,
    step: take(n),
    at: take(n),
    line: take(n),
    values: names.map(() => take(n)),
  }));
  if (offset !== columns.length) throw new RangeError("frame has more values than its header says");
  return groups;
}
