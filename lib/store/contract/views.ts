import { describe, expect, test } from "vitest";
import type { PointPage } from "../store.ts";
import type { Bench } from "./bench.ts";
import { chunk, group, loss, NOW, pointsOf, RUN, rowsOf, WHOLE } from "./fixtures.ts";
import { faults, RunModel } from "./model.ts";

/** Points in full and series at a resolution. */
export function viewsContract(bench: Bench): void {
  describe("points", () => {
    test("every double comes back as it went in, to the last bit", async () => {
      const values = [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, Number.MAX_VALUE, 0.1 + 0.2];
      await bench.agent
        .add(
          chunk([
            group(
              ["v"],
              values.map((value, i) => [i, i + 1, value]),
            ),
          ]),
        )
        .send(bench.store.writer);
      await bench.store.restart();
      const { value } = await bench.store.reader.points(RUN, "v", 0, 100);
      expect(new Uint8Array(value.buffer)).toEqual(new Uint8Array(Float64Array.from(values).buffer));
    });

    test("pages follow one another without a seam, over groups and chunks", async () => {
      const model = new RunModel();
      for (let k = 0; k < 4; k++) {
        const rows = Array.from({ length: 900 }, (_, i) => [k * 900 + i, k * 900 + i + 1, Math.sin(i)]);
        const isWide = (row: number[]): boolean => row[0]! % 10 === 0;
        const record = chunk([
          group(
            ["loss"],
            rows.filter((row) => !isWide(row)),
          ),
          group(
            ["loss", "lr"],
            rows.filter(isWide).map((row) => [...row, 1e-4]),
          ),
        ]);
        model.add(record);
        bench.agent.add(record);
      }
      await bench.agent.send(bench.store.writer);
      const read: number[][] = [];
      for (let from: number | null = 0; from !== null; ) {
        const page: PointPage = await bench.store.reader.points(RUN, "loss", from, 777);
        expect(page.ord.length).toBeLessThanOrEqual(777);
        read.push(...pointsOf(page));
        from = page.next;
      }
      expect(read).toEqual(model.points("loss").map(({ ord, step, attempt, value }) => [ord, step, attempt, value]));
      const some = await bench.store.writer.observations(RUN, 1000, 500);
      expect(rowsOf(some.groups).map(([ord]) => ord)).toEqual(Array.from({ length: 500 }, (_, i) => 1000 + i));
    });
  });

  describe("series", () => {
    test("a metric without points on the axis asked for is empty, one the run lacks is left out", async () => {
      await bench.agent.add(loss([1, 2])).send(bench.store.writer);
      const query = { ...WHOLE, x: "epoch" as const, metrics: ["loss", "none"] };
      const { series, cursor } = await bench.store.reader.series(RUN, query);
      expect(cursor).toBe(1);
      expect(series).toMatchObject([{ metric: "loss", shown: 0, total: 2, x: new Float64Array(0) }]);
    });

    test("what a later attempt ran over is left out of a series, and is what `superseded` asks for", async () => {
      const names = ["loss", "epoch"];
      const model = new RunModel();
      for (const [first, last, line] of [
        [1, 400, 1],
        [250, 500, 401],
        [450, 600, 652],
      ] as const) {
        const rows = Array.from({ length: last - first + 1 }, (_, i) => [
          first + i,
          line + i,
          line + i,
          (first + i) / 10,
        ]);
        const record = chunk([group(names, rows, NOW)]);
        model.add(record);
        bench.agent.add(record);
        await bench.agent.send(bench.store.writer, bench.agent.records.length);
      }
      for (const x of ["step", "time", "epoch"] as const) {
        for (const superseded of [false, true]) {
          for (const buckets of [20, 1000]) {
            const query = { ...WHOLE, x, buckets, superseded };
            const [view] = (await bench.store.reader.series(RUN, { ...query, metrics: ["loss"] })).series;
            expect(view!.shown).toBe(superseded ? 151 + 51 : 600);
            expect(faults(view!, model.shown("loss", query), buckets)).toEqual([]);
          }
        }
      }
    });

    test("single spikes and values that are not finite are seen at every zoom", { timeout: 30_000 }, async () => {
      const length = 40_000;
      const names = ["loss", "epoch", "num_tokens"];
      const odd = new Map([
        [77, 1e6],
        [20_000, -1e6],
        [20_001, Number.NaN],
        [33_333, Infinity],
        [39_999, -Infinity],
      ]);
      const model = new RunModel();
      for (let from = 0; from < length; from += 4000) {
        const rows = Array.from({ length: 4000 }, (_, i) => from + i).map((step) => {
          return [step, step + 1, odd.get(step) ?? Math.sin(step / 50), step / 1000, step * 512];
        });
        const record = chunk([group(names, rows, NOW)]);
        model.add(record);
        bench.agent.add(record);
        await bench.agent.send(bench.store.writer, bench.agent.records.length);
      }
      for (const buckets of [1, 7, 100, 1000]) {
        for (const [from, to] of [
          [null, null],
          [0, 77],
          [19_990, 20_010],
          [12_345, 34_567],
          [39_000, null],
        ] as const) {
          const query = { ...WHOLE, from, to, buckets };
          const [view] = (await bench.store.reader.series(RUN, { ...query, metrics: ["loss"] })).series;
          expect(faults(view!, model.shown("loss", query), buckets)).toEqual([]);
        }
      }
      for (const x of ["time", "epoch", "tokens"] as const) {
        const query = { ...WHOLE, x, buckets: 50 };
        const [view] = (await bench.store.reader.series(RUN, { ...query, metrics: ["loss"] })).series;
        expect(faults(view!, model.shown("loss", query), 50)).toEqual([]);
      }
    });
  });
}
