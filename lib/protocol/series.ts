import { z } from "zod";
import { decodeFrame, encodeFrame } from "./frame.ts";
import { SERIES_COLUMNS, type SeriesView } from "./views.ts";

/** Series views as one frame: the binary answer of `GET …/series?format=frame`. */
const headerSchema = z.object({
  /** The run's cursor when the store was read: live deltas go on from here. */
  cursor: z.number(),
  series: z.array(z.object({ metric: z.string(), shown: z.number(), total: z.number(), buckets: z.number() })),
});

export type SeriesAnswer = { cursor: number; series: SeriesView[] };

export function encodeSeries(answer: SeriesAnswer): Uint8Array<ArrayBuffer> {
  const header = {
    cursor: answer.cursor,
    series: answer.series.map(({ metric, shown, total, x }) => ({ metric, shown, total, buckets: x.length })),
  };
  return encodeFrame(
    header,
    answer.series.flatMap((view) => SERIES_COLUMNS.map((column) => view[column])),
  );
}

/** @throws RangeError or z.ZodError when the bytes are not a series answer */
export function decodeSeries(bytes: Uint8Array): SeriesAnswer {
  const frame = decodeFrame(bytes);
  const header = headerSchema.parse(frame.header);
  let offset = 0;
  const series = header.series.map(({ metric, shown, total, buckets }) => {
    const columns = Object.fromEntries(
      SERIES_COLUMNS.map((column) => {
        offset += buckets;
        return [column, frame.columns.subarray(offset - buckets, offset)];
      }),
    ) as Pick<SeriesView, (typeof SERIES_COLUMNS)[number]>;
    return { metric, shown, total, ...columns };
  });
  return { cursor: header.cursor, series };
}
