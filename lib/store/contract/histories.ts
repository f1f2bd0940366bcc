import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Chunk, METRIC } from "#lib/protocol/index.ts";
import { runIdOf } from "../run-id.ts";
import type { StoreUnderTest } from "./bench.ts";
import { chunk, group, NOW, pointsOf, rowsOf, TestAgent, WHOLE } from "./fixtures.ts";
import { faults, RunModel } from "./model.ts";

/** Sets of metrics that share some: a run's points of one metric lie in several groups. */
const LOSS = METRIC.trainLoss;
const SETS = [[LOSS], [LOSS, "lr"], ["eval"], ["epoch", LOSS], ["grad", LOSS, "lr"]];
/** The first is a run of its own, the others are of one folder: metrics change hands whenever a richer one comes in. */
const FILES = [
  { key: "file0000000a", group: null, rank: 0 },
  { key: "file0000000b", group: "folder:/logs", rank: 10 },
  { key: "file0000000c", group: "folder:/logs", rank: 20 },
  { key: "file0000000d", group: "folder:/logs", rank: 20 },
];
const ODD = [Number.NaN, Infinity, -Infinity, -0, 1e300, -1e300, 5e-324];

/** A stretch of lines of one set; steps go on from the run's last, moved by `move`. */
type Stretch = { set: number; lines: number; move: number };
type Planned = { file: number; stretches: Stretch[]; seed: number; isBroken: boolean };
/** `back` records before the next one expected (or ahead of it, when negative). */
type Act = { kind: "send"; back: number; count: number; times: number } | { kind: "restart" | "crash" | "look" };

const planned: fc.Arbitrary<Planned> = fc.record({
  file: fc.constantFrom(0, 0, 0, 1, 2, 1, 2, 3),
  stretches: fc.array(
    fc.record({
      set: fc.nat(SETS.length - 1),
      lines: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 600 })),
      move: fc.oneof(
        { weight: 5, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.integer({ min: -900, max: 0 }) },
      ),
    }),
    { maxLength: 4 },
  ),
  seed: fc.nat(),
  isBroken: fc.boolean().chain((may) => (may ? fc.constantFrom(false, false, true) : fc.constant(false))),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      back: fc.integer({ min: -1, max: 4 }),
      count: fc.integer({ min: 1, max: 5 }),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("restart" as const, "crash" as const, "look" as const) }) },
);

/** Whatever order, repeats, overlaps, restarts and power cuts: every record counts exactly once. */
export function historiesContract(open: () => Promise<StoreUnderTest>): void {
  test("any history of arrivals gives what the records say, once each", { timeout: 60_000 }, async () => {
    const history = fc.tuple(fc.array(planned, { minLength: 1, maxLength: 14 }), fc.array(act, { maxLength: 14 }));
    await fc.assert(
      fc.asyncProperty(history, async ([plans, acts]) => {
        const store = await open();
        try {
          await play(store, written(plans), acts);
        } finally {
          await store.close();
        }
      }),
      { numRuns: 40 },
    );
  });
}

async function play(store: StoreUnderTest, records: readonly (Chunk | null)[], acts: readonly Act[]): Promise<void> {
  const agent = new TestAgent().add(...records.map((record) => record ?? new Uint8Array(24)));
  await store.writer.openEpoch(agent.hello());
  let last = 0;
  const send = async (first: number, count: number): Promise<void> => {
    const { result } = await agent.send(store.writer, first, Math.min(count, records.length - first + 1));
    if (first > last + 1) {
      expect(result).toMatchObject({ code: "E_GAP", expect: last + 1 });
      return;
    }
    const end = Math.max(last, Math.min(records.length, first + count - 1));
    expect(result).toMatchObject({ kind: "committed", last: end });
    last = end;
  };
  for (const step of acts) {
    if (step.kind === "send") {
      const first = Math.max(1, last + 1 - step.back);
      for (let i = 0; i < step.times && first <= records.length; i++) await send(first, step.count);
    } else if (step.kind === "look") await compare(store, records.slice(0, last));
    else await store[step.kind]();
  }
  const opened = await store.writer.openEpoch(agent.hello());
  expect(opened).toEqual({ kind: "open", epoch: 1, expect: last + 1 });
  while (last < records.length) await send(last + 1, 3);
  await compare(store, records);
}

/** The records as a log would give them; null for one that cannot be read. */
function written(plans: readonly Planned[]): (Chunk | null)[] {
  const places = FILES.map(() => ({ line: 1, step: 0 }));
  return plans.map(({ file, stretches, seed, isBroken }) => {
    const place = places[file]!;
    let random = seed;
    const next = (): number => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return random / 2 ** 32;
    };
    const bySet = new Map<number, number[][]>();
    for (const { set, lines, move } of stretches) {
      place.step = Math.max(0, place.step + move - 1);
      for (let i = 0; i < lines; i++) {
        // Now and then one line has two sets of metrics.
        if (next() < 0.95) place.line++;
        place.step++;
        const values = SETS[set]!.map((name) => {
          if (name === "epoch") return next() < 0.02 ? Number.NaN : place.step / 100;
          return next() < 0.02 ? ODD[Math.floor(next() * ODD.length)]! : next() * 10;
        });
        bySet.set(set, [...(bySet.get(set) ?? []), [place.step, place.line, ...values]]);
      }
    }
    const groups = [...bySet].map(([set, rows]) => group(SETS[set]!, rows, NOW));
    for (const { at } of groups) for (const i of at.keys()) if (next() < 0.02) at[i] = Number.NaN;
    if (isBroken) return null;
    const { key, group: run, rank } = FILES[file]!;
    const source = {
      kind: "log" as const,
      path: `/logs/${key}`,
      name: "logs",
      project: null,
      host: "node-1",
      identity: null,
      group: run,
      rank,
    };
    return chunk(groups, { file: key, end: place.line * 100, source });
  });
}

async function compare(store: StoreUnderTest, records: readonly (Chunk | null)[]): Promise<void> {
  for (const [key, files] of Map.groupBy(FILES, (file) => file.group ?? file.key)) {
    const model = new RunModel();
    for (const record of records) {
      const file = files.find((known) => known.key === record?.file);
      if (record && file) model.add(record, file.rank);
    }
    const id = runIdOf("agent-1", key);
    const run = await store.reader.run(id);
    expect(run?.observations ?? 0).toBe(model.length);
    expect(run?.attempts ?? []).toEqual(model.attempts);
    if (!run) continue;
    const rows = model
      .observations()
      .map(({ ord, attempt, step, values }) => [ord, attempt, step, ...[...values].sort()]);
    const read = rowsOf((await store.writer.observations(id, 0, 1e6)).groups);
    expect(read.map(([ord, attempt, step, ...values]) => [ord, attempt, step, ...values.sort()])).toEqual(rows);
    for (const { name, points, last } of run.metrics) {
      const expected = model.points(name);
      expect(points).toBe(expected.length);
      expect(last?.step).toBe(expected.at(-1)?.step);
      const page = await store.reader.points(id, name, 0, expected.length + 1);
      expect(pointsOf(page)).toEqual(expected.map(({ ord, step, attempt, value }) => [ord, step, attempt, value]));
      await compareSeries(store, id, name, model);
    }
  }
}

async function compareSeries(store: StoreUnderTest, run: string, metric: string, model: RunModel): Promise<void> {
  const points = model.points(metric);
  const middle = points[Math.floor(points.length / 2)]!.step;
  for (const x of ["step", "time", "epoch"] as const) {
    for (const [from, to] of [
      [null, null],
      [null, middle],
      [middle - 50, middle + 50],
    ] as const) {
      for (const buckets of [1, 40]) {
        const query = { ...WHOLE, x, from, to, buckets };
        const { series } = await store.reader.series(run, { ...query, metrics: [metric] });
        expect(faults(series[0]!, model.shown(metric, query), buckets)).toEqual([]);
      }
    }
  }
}
