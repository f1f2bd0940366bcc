import { describe, expect, test } from "vitest";
import { LIMITS } from "#lib/protocol/index.ts";
import { digestOf } from "../batch.ts";
import { runIdOf } from "../run-id.ts";
import type { Bench } from "./bench.ts";
import { chunk, group, loss, NOW, pointsOf, RUN, rowsOf, SPOOL, TestAgent, WHOLE } from "./fixtures.ts";
import { RunModel } from "./model.ts";

/** What becomes of batches: each record once, the rest refused or set aside by name. */
export function appendingContract(bench: Bench): void {
  describe("appending", () => {
    test("a record counts once however often it arrives, alone or in other company", async () => {
      bench.agent.add(...[1, 2, 3, 4, 5].map((step) => loss([step], step)));
      await bench.agent.send(bench.store.writer, 1, 3);
      expect((await bench.agent.send(bench.store.writer, 1, 3)).runs).toEqual([]);
      const overlap = await bench.agent.send(bench.store.writer, 2, 4);
      expect(overlap.result).toEqual({ kind: "committed", last: 5, rejected: [] });
      expect(overlap.runs.map((run) => [...run.groups[0]!.step])).toEqual([[4, 5]]);
      expect((await bench.store.reader.run(RUN))?.observations).toBe(5);
    });

    test("a batch beyond the next record is a gap: nothing is written, and the answer says where to go on", async () => {
      const { result } = await bench.agent.add(loss([1]), loss([2], 2)).send(bench.store.writer, 2, 1);
      expect(result).toMatchObject({ kind: "refused", code: "E_GAP", expect: 1 });
      expect(await bench.store.reader.run(RUN)).toBeNull();
    });

    test("a batch's key is kept with its records: both survive a crash, and a batch that is refused leaves none", async () => {
      const { writer } = bench.store;
      bench.agent.add(loss([1]), loss([2], 2));
      await writer.append([{ ...bench.agent.batch(1, 1), key: "first" }], NOW);
      await writer.append([{ ...bench.agent.batch(2, 1), digest: "0".repeat(32), key: "second" }], NOW);
      await bench.store.crash();
      const { writer: after, reader } = bench.store;
      expect((await reader.run(RUN))?.observations).toBe(1);
      const known = ["first", "second"].map((key) => after.hasKey(bench.agent.agent, key));
      expect(await Promise.all(known)).toEqual([true, false]);
      expect(await after.hasKey("agent-2", "first")).toBe(false);
    });

    test("an epoch that was never opened is refused", async () => {
      bench.agent.epoch = 2;
      expect((await bench.agent.add(loss([1])).send(bench.store.writer)).result).toMatchObject({ code: "E_EPOCH" });
    });

    test("other records under numbers that are stored are told apart from a repeat", async () => {
      await bench.agent.add(loss([1]), loss([2], 2)).send(bench.store.writer, 1, 2);
      const other = new TestAgent().add(loss([1]), loss([9], 2));
      expect((await other.send(bench.store.writer, 1, 2)).result).toMatchObject({
        kind: "refused",
        code: "E_DIVERGED",
      });
    });

    test("bytes that do not have their digest are not stored", async () => {
      const batch = { ...bench.agent.add(loss([1])).batch(1, 1), digest: "0".repeat(32) };
      const { results } = await bench.store.writer.append([batch], NOW);
      expect(results[0]).toMatchObject({ kind: "refused", code: "E_RECORD_INVALID" });
      expect(await bench.store.reader.run(RUN)).toBeNull();
    });

    test("a refused batch leaves the others of the commit alone", async () => {
      const stranger = new TestAgent("agent-2").add(loss([1]));
      bench.agent.add(loss([1]), loss([2], 2));
      const { results } = await bench.store.writer.append(
        [bench.agent.batch(1, 1), stranger.batch(1, 1), bench.agent.batch(2, 1)],
        NOW,
      );
      expect(results.map((result) => (result.kind === "refused" ? result.code : result.last))).toEqual([
        1,
        "E_EPOCH",
        2,
      ]);
    });

    test("records that cannot be read are named and stand in nobody's way", async () => {
      const badStep = group(["loss"], [[Number.NaN, 1, 1]]);
      const twice = group(["loss", "loss"], [[1, 1, 1, 1]]);
      const control = group(["lo\u0001ss"], [[1, 1, 1]]);
      bench.agent.add(loss([1]), new Uint8Array(16), chunk([badStep]), chunk([twice]), chunk([control]), loss([2], 2));
      const rejected = [2, 3, 4, 5].map((seq) => [seq, seq === 5 ? "E_METRIC_NAME" : "E_RECORD_INVALID"]);
      expect((await bench.agent.send(bench.store.writer)).result).toEqual({ kind: "committed", last: 6, rejected });
      expect((await bench.agent.send(bench.store.writer)).result).toEqual({ kind: "committed", last: 6, rejected });
      expect((await bench.store.reader.run(RUN))?.observations).toBe(2);
    });

    test("a record over the limit and a batch cut inside a record are set aside", async () => {
      bench.agent.add(new Uint8Array(LIMITS.recordBytes + 8), loss([1]));
      expect((await bench.agent.send(bench.store.writer)).result).toMatchObject({
        rejected: [[1, "E_RECORD_TOO_LARGE"]],
      });
      const whole = bench.agent.add(loss([2], 2), loss([3], 3)).batch(3, 2);
      const bytes = whole.bytes.slice(0, -8);
      const { results } = await bench.store.writer.append([{ ...whole, bytes, digest: digestOf(bytes) }], NOW);
      const rejected = [3, 4].map((seq) => [seq, "E_RECORD_INVALID"]);
      expect(results[0]).toEqual({ kind: "committed", last: 4, rejected });
    });

    test("a metric beyond the most a run may have is dropped and named; the others stay", async () => {
      const names = Array.from({ length: LIMITS.seriesPerRun - 1 }, (_, i) => `m${i}`);
      const row = [1, 1, ...names.map((_, i) => i)];
      const late = chunk([group(["x", "m0", "y"], [[2, 2, 0.5, 1, 0.25]])]);
      bench.agent.add(chunk([group(names, [row])]), late, late, chunk([group(["y"], [[4, 4, 1]])]));
      const { result, runs } = await bench.agent.send(bench.store.writer);
      expect(result).toMatchObject({ rejected: [2, 3, 4].map((seq) => [seq, "E_SERIES_LIMIT"]) });
      expect(runs[0]?.groups.at(-1)?.names).toEqual(["m0", "x"]);
      const run = await bench.store.reader.run(RUN);
      expect(run?.metrics.length).toBe(LIMITS.seriesPerRun);
      expect(run?.observations).toBe(3);
    });

    test("a run with very many sets of metrics keeps every point, in bounded memory", async () => {
      const model = new RunModel();
      const records = Array.from({ length: 3 }, (_, k) =>
        chunk(
          Array.from({ length: 200 }, (_, i) => {
            const line = k * 200 + i + 1;
            return group(["common", `m${(line * 7) % 311}`], [[line, line, line / 2, line / 4]]);
          }),
        ),
      );
      for (const record of records) model.add(record);
      await bench.agent.add(...records).send(bench.store.writer);
      await bench.store.restart();
      expect(pointsOf(await bench.store.reader.points(RUN, "common", 0, 1000))).toEqual(
        model.points("common").map(({ ord, step, value }) => [ord, step, 1, value]),
      );
      const ords = new Set((await bench.store.writer.observations(RUN, 0, 1000)).groups.flatMap(({ ord }) => [...ord]));
      expect(ords.size).toBe(600);
    });

    test("each commit tells what it added to each run, and the cursor it moved", async () => {
      bench.agent.add(loss([1, 2]), chunk([group(["loss"], [[3, 3, 0.5]])], { file: "file00000002" }));
      const { runs } = await bench.agent.send(bench.store.writer);
      expect(runs.map(({ run, fromCursor, toCursor }) => [run, fromCursor, toCursor])).toEqual([
        [RUN, 0, 1],
        [runIdOf("agent-1", "file00000002"), 0, 1],
      ]);
      const again = await bench.agent.add(loss([3], 3)).send(bench.store.writer, 3);
      expect(again.runs).toMatchObject([{ run: RUN, fromCursor: 1, toCursor: 2, attempt: 1, newAttempt: false }]);
      expect(rowsOf(again.runs[0]!.groups)).toEqual([[2, 1, 3, ["loss", 0.3]]]);
    });

    test("a new attempt begins where a metric's step goes back, and other metrics follow it", async () => {
      const train = (line: number, ...steps: number[]) => loss(steps, line);
      const evaluation = (line: number, step: number) => chunk([group(["eval"], [[step, line, 1]])]);
      bench.agent.add(train(1, 10, 20, 30), evaluation(4, 30));
      expect((await bench.agent.send(bench.store.writer)).runs).toMatchObject([{ attempt: 1, newAttempt: false }]);
      bench.agent.add(train(5, 20, 30), evaluation(7, 20), evaluation(8, 30));
      expect((await bench.agent.send(bench.store.writer, 3)).runs).toMatchObject([{ attempt: 2, newAttempt: true }]);
      const run = await bench.store.reader.run(RUN);
      expect(run?.attempts).toEqual([
        { attempt: 1, fromStep: 10 },
        { attempt: 2, fromStep: 20 },
      ]);
      const { series } = await bench.store.reader.series(RUN, { ...WHOLE, metrics: ["loss", "eval"] });
      expect(series.map(({ x }) => [...x])).toEqual([
        [10, 20, 30],
        [20, 30],
      ]);
      expect((await bench.store.reader.points(RUN, "loss", 0, 10)).attempt).toEqual(Float64Array.of(1, 1, 1, 2, 2));
    });

    test("a log whose step jumps at every line keeps every point, in a bounded number of attempts", async () => {
      const rows = Array.from({ length: 3000 }, (_, i) => [i % 2 === 0 ? 2 : 1, i + 1, i]);
      await bench.agent.add(chunk([group(["loss"], rows)])).send(bench.store.writer);
      expect((await bench.store.reader.run(RUN))?.attempts.length).toBe(1000);
      const { value } = await bench.store.reader.points(RUN, "loss", 0, 5000);
      expect([...value]).toEqual(rows.map(([, , x]) => x));
    });

    test.each(["restart", "crash"] as const)("a rewind right after a %s is still seen", async (end) => {
      await bench.agent.add(loss([10, 20, 30])).send(bench.store.writer);
      await bench.store[end]();
      const { runs } = await bench.agent.add(loss([20], 4)).send(bench.store.writer, 2);
      expect(runs).toMatchObject([{ attempt: 2, newAttempt: true }]);
    });

    test("two agents may send the same file name and stay apart", async () => {
      const other = new TestAgent("agent-2").add(loss([1]));
      await bench.store.writer.openEpoch(other.hello({ spoolId: SPOOL }));
      await other.send(bench.store.writer);
      await bench.agent.add(loss([1])).send(bench.store.writer);
      expect((await bench.store.reader.runs({ limit: 10, before: null })).length).toBe(2);
    });
  });
}
