import { describe, expect, test } from "vitest";
import { type Chunk, GPU_METRICS, type SeriesView } from "#lib/protocol/index.ts";
import { runIdOf } from "../run-id.ts";
import type { Bench } from "./bench.ts";
import { chunk, group, identity, loss, NOW, pointsOf, RUN, TestAgent, WHOLE } from "./fixtures.ts";

const SECONDS = 60;
const START = NOW / 1000;
const RANGE = { from: NOW, to: NOW + SECONDS * 1000, buckets: 100 };
const USED = ["memory.used", "utilization.gpu"];

/** A GPU read once a second from `START` on: 1000 + second MiB, second %. */
function readings(index: number, host = "node-1", names = USED, from = 0, to = SECONDS): Chunk {
  const rows = Array.from({ length: to - from }, (_, i) => {
    const second = from + i;
    return [START + second, START + second, ...names.map((name) => (name === "memory.used" ? 1000 + second : second))];
  });
  const read = group(names, rows);
  read.at = read.step.map((second) => second * 1000);
  const source = { kind: "gpu" as const, path: `GPU-${index}`, name: `${index} NVIDIA H100 80GB HBM3`, project: null };
  return chunk([read], {
    file: `${host.replace("-", "")}gpu0000${index}`,
    end: 0,
    state: null,
    source: { ...source, host, identity: null },
  });
}

const valuesOf = ({ last }: SeriesView): number[] => [...last];

/** Readings of GPUs: stored with everything a run's points are stored with, and never shown as a run. */
export function gpusContract(bench: Bench): void {
  describe("GPUs", () => {
    const source = { kind: "log" as const, path: "/logs/a.log", name: "a", project: null, host: "node-1" };
    const log = (): Chunk => ({ ...loss([1, 2]), source: { ...source, identity: identity() } });
    const gpus = (range = RANGE) => bench.store.reader.gpus(RUN, range);

    test("a run has the GPUs of its host, by index, with what is known of each", async () => {
      await bench.agent.add(log(), readings(1), readings(0), readings(2, "node-2")).send(bench.store.writer);
      await bench.store.restart();
      const found = await gpus();
      expect(found).toMatchObject([
        { uuid: "GPU-0", index: 0, model: "NVIDIA H100 80GB HBM3", host: "node-1" },
        { uuid: "GPU-1", index: 1 },
      ]);
      expect(found[0]!.series.map(({ metric }) => metric)).toEqual(GPU_METRICS.filter((name) => USED.includes(name)));
      expect(valuesOf(found[0]!.series[0]!)).toEqual(Array.from({ length: SECONDS }, (_, i) => i));
      expect(await bench.store.reader.run(RUN)).toMatchObject({ gpus: 2 });
    });

    test("a GPU read by another agent is that agent's", async () => {
      const other = new TestAgent("agent-2");
      await bench.store.writer.openEpoch(other.hello());
      await other.add(readings(0)).send(bench.store.writer);
      await bench.agent.add(log()).send(bench.store.writer);
      expect(await gpus()).toEqual([]);
    });

    test("only what was read in the time asked for is there, at the resolution asked for", async () => {
      await bench.agent.add(log(), readings(0)).send(bench.store.writer);
      const [gpu] = await gpus({ from: NOW + 10_000, to: NOW + 19_500, buckets: 5 });
      expect(gpu?.series.map(({ x, shown }) => [x.length, shown])).toEqual([
        [5, 10],
        [5, 10],
      ]);
      expect(await gpus({ from: NOW + SECONDS * 1000, to: NOW + 1e9, buckets: 5 })).toEqual([]);
    });

    test("a value that is unknown for a while is missing then, and the others are not", async () => {
      bench.agent.add(log(), readings(0, "node-1", USED, 0, 10), readings(0, "node-1", ["memory.used"], 10, 20));
      await bench.agent.add(readings(0, "node-1", USED, 20, 30)).send(bench.store.writer);
      const [gpu] = await gpus();
      const [utilization, memory] = gpu!.series;
      expect(valuesOf(memory!)).toEqual(Array.from({ length: 30 }, (_, i) => 1000 + i));
      expect(Array.from(utilization!.x, (at) => (at - NOW) / 1000)).toEqual(
        [0, 20].flatMap((from) => Array.from({ length: 10 }, (_, i) => from + i)),
      );
    });

    test("it is no run: not listed, not counted, not found, not judged and not announced", async () => {
      const { runs } = await bench.agent.add(readings(0), log(), readings(1)).send(bench.store.writer);
      expect(runs.map(({ run }) => run)).toEqual([RUN]);
      expect((await bench.store.reader.runs({ limit: 10, before: null })).map(({ id }) => id)).toEqual([RUN]);
      expect((await bench.store.writer.runsToJudge()).map(({ run }) => run)).toEqual([RUN]);
      expect(await bench.store.reader.run(runIdOf("agent-1", readings(0).file))).toBeNull();
      // What the log told is untouched by what came beside it.
      expect(pointsOf(await bench.store.reader.points(RUN, "loss", 0, 10)).length).toBe(2);
      expect((await bench.store.reader.series(RUN, { ...WHOLE, metrics: [...GPU_METRICS] })).series).toEqual([]);
    });

    test("what was read survives a crash, once", async () => {
      await bench.agent.add(log(), readings(0, "node-1", USED, 0, 30)).send(bench.store.writer);
      await bench.store.crash();
      await bench.agent.add(readings(0, "node-1", USED, 30, 60)).send(bench.store.writer, 1);
      const [gpu] = await gpus();
      expect(gpu?.series[0]?.shown).toBe(SECONDS);
    });
  });
}
