import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Chunk,
  type Delta,
  decodeDelta,
  decodeFrame,
  decodeRecord,
  decodeSeries,
  encodeDelta,
  encodeFrame,
  encodeRecord,
  encodeSeries,
  fromJsonValue,
  joinRecords,
  type PointGroup,
  SERIES_COLUMNS,
  type SeriesView,
  splitRecords,
  toJsonValue,
  valueSchema,
} from "./index.ts";

const bits = (values: Iterable<number>): string[] =>
  Array.from(values, (value) => Buffer.from(new Float64Array([value]).buffer).toString("hex"));
const double = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 5e-324));
const column = (n: number): fc.Arbitrary<Float64Array> =>
  fc.array(double, { minLength: n, maxLength: n }).map((values) => Float64Array.from(values));
const name = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme-ascii" });

const group: fc.Arbitrary<PointGroup> = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.uniqueArray(name, { minLength: 1, maxLength: 4 }))
  .chain(([n, names]) =>
    fc.record({
      names: fc.constant(names),
      step: column(n),
      at: column(n),
      line: column(n),
      values: fc.tuple(...names.map(() => column(n))),
    }),
  );
const chunk: fc.Arbitrary<Chunk> = fc.record({
  kind: fc.constant("chunk" as const),
  t: fc.integer(),
  file: fc.constant("abcdef0123456789"),
  end: fc.nat(),
  state: fc.jsonValue(),
  groups: fc.array(group, { maxLength: 4 }),
});

const flat = (groups: readonly PointGroup[]): unknown =>
  groups.map(({ names, step, at, line, values }) => [names, bits(step), bits(at), bits(line), values.map(bits)]);

test("a record comes back bit for bit, NaN and both infinities among it, wherever its bytes lie", () => {
  fc.assert(
    fc.property(chunk, fc.nat({ max: 9 }), (record, shift) => {
      const encoded = encodeRecord(record);
      const moved = new Uint8Array(encoded.length + shift);
      moved.set(encoded, shift);
      const decoded = decodeRecord(moved.subarray(shift)) as Chunk;
      expect(flat(decoded.groups)).toEqual(flat(record.groups));
      // A Node Buffer's `slice` is no copy.
      const pooled = decodeRecord(Buffer.from(moved).subarray(shift)) as Chunk;
      expect(flat(pooled.groups)).toEqual(flat(record.groups));
      expect({ ...decoded, groups: [] }).toEqual({ ...JSON.parse(JSON.stringify(record)), groups: [] });
    }),
  );
});

test("records laid end to end come apart again", () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 6 }), (records) => {
      const encoded = records.map(encodeRecord);
      expect(splitRecords(joinRecords(encoded)).map((bytes) => Buffer.from(bytes))).toEqual(
        encoded.map((bytes) => Buffer.from(bytes)),
      );
    }),
  );
});

test("deltas and series come back bit for bit", () => {
  fc.assert(
    fc.property(fc.array(group, { maxLength: 3 }), (groups) => {
      const delta: Delta = { run: "r", from: 1, to: 2, reload: false, groups };
      expect(flat(decodeDelta(encodeDelta(delta)).groups)).toEqual(flat(groups));
    }),
  );
  const series = fc.integer({ min: 0, max: 30 }).chain((n) =>
    fc.tuple(...SERIES_COLUMNS.map(() => column(n))).map((columns): SeriesView => {
      const byName = Object.fromEntries(SERIES_COLUMNS.map((key, i) => [key, columns[i]]));
      return { metric: "m", shown: n, total: n, ...byName } as SeriesView;
    }),
  );
  fc.assert(
    fc.property(fc.array(series, { maxLength: 3 }), (views) => {
      const decoded = decodeSeries(encodeSeries({ cursor: 7, series: views }));
      expect(decoded.series.map((view) => SERIES_COLUMNS.map((key) => bits(view[key])))).toEqual(
        views.map((view) => SERIES_COLUMNS.map((key) => bits(view[key]))),
      );
    }),
  );
});

test("whatever bytes come, decoding gives a record or an error it foresaw", () => {
  const valid = encodeRecord({ kind: "gap", t: 1, from: 1, to: 2, reason: "test" });
  const mutated = fc.tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 })).map(([at, value]) => {
    const bytes = valid.slice();
    bytes[at] = value;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
      for (const decode of [decodeFrame, decodeRecord, decodeDelta, decodeSeries]) {
        try {
          decode(bytes);
        } catch (error) {
          expect((error as Error).name).toMatch(/RangeError|ZodError/);
        }
      }
    }),
  );
});

test("a header never counts as columns: its length is checked before anything is allocated", () => {
  const bytes = encodeFrame({ a: 1 }, [new Float64Array(2)]);
  new DataView(bytes.buffer).setUint32(0, 0xffff_ffff, true);
  expect(() => decodeFrame(bytes)).toThrow(RangeError);
});

test("JSON spells what it cannot carry", () => {
  fc.assert(
    fc.property(double, (value) => {
      const text = JSON.stringify(toJsonValue(value));
      // JSON has no negative zero.
      expect(bits([fromJsonValue(valueSchema.parse(JSON.parse(text)))])).toEqual(bits([value === 0 ? 0 : value]));
    }),
  );
  expect([Number.NaN, Infinity, -Infinity].map(toJsonValue)).toEqual(["NaN", "Infinity", "-Infinity"]);
});
