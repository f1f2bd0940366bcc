import { describe, expect, test } from "vitest";
import { CONFIG_LIMITS, type Facts, LIMITS } from "#lib/protocol/index.ts";
import { runIdOf } from "../run-id.ts";
import type { RunShelf } from "../store.ts";
import type { Bench } from "./bench.ts";
import { chunk, FILE, group, identity, loss, NOW, RUN, WHOLE } from "./fixtures.ts";

/** What is known of a run beside its points. */
export function runsContract(bench: Bench): void {
  describe("runs", () => {
    const facts: Facts = {
      format: "hf",
      formatReason: null,
      stepSource: "printed",
      maxSteps: 100,
      linesRead: 3,
      linesParsed: 2,
      end: null,
    };
    const source = {
      kind: "log" as const,
      path: "/logs/a.log",
      name: "a",
      project: "p",
      host: "node-1",
      identity: identity(),
    };

    test("a run is what its records said last", async () => {
      const status = { size: 300, mtimeMs: NOW - 1000, eof: true };
      const rows = [
        [1, 1, 3],
        [2, 2, Number.NaN],
        [3, 3, 2],
        [4, 4, Number.POSITIVE_INFINITY],
      ];
      bench.agent.add(chunk([group(["loss"], rows)], { source, facts, status }));
      expect((await bench.agent.send(bench.store.writer)).runs).toMatchObject([{ facts }]);
      await bench.agent
        .add(chunk([], { end: 400, facts: { ...facts, linesRead: 4 } }))
        .send(bench.store.writer, 2, 1, NOW + 9);
      const silent = await bench.agent.add(chunk([], { end: 400 })).send(bench.store.writer, 3);
      expect(silent.runs).toMatchObject([{ facts: { linesRead: 4 }, groups: [] }]);
      expect(await bench.store.reader.run(RUN)).toEqual({
        id: RUN,
        agent: "agent-1",
        name: "a",
        project: "p",
        host: "node-1",
        path: "/logs/a.log",
        fileSeen: true,
        facts: { ...facts, linesRead: 4 },
        entered: {},
        notes: "",
        tags: [],
        archived: false,
        deletedAt: null,
        status,
        startedAt: NOW,
        lastDataAt: NOW,
        observations: 4,
        step: 4,
        cursor: 3,
        attempts: [{ attempt: 1, fromStep: 1 }],
        metrics: [{ name: "loss", points: 4, last: { step: 4, value: "Infinity" }, min: { step: 3, value: 2 } }],
        gaps: [],
        gpus: 0,
        view: null,
      });
    });

    test("what a person makes of a run stays, whatever its log says later; an edit leaves alone what it does not name", async () => {
      const { writer, reader } = bench.store;
      const add = (line: number) =>
        bench.agent.add(chunk([group(["loss"], [[line, line, 2]])], { source })).send(writer, line);
      await add(1);
      await writer.editRun(RUN, { name: "mine", notes: "# Why", tags: ["good", "7b"], archived: false }, NOW);
      await writer.editRun(RUN, { notes: "less" }, NOW);
      await add(2);
      expect(await reader.run(RUN)).toMatchObject({ name: "mine", notes: "less", tags: ["good", "7b"] });
      await writer.editRun(RUN, { name: null, tags: [] }, NOW);
      expect(await reader.run(RUN)).toMatchObject({ name: "a", notes: "less", tags: [] });
      await expect(writer.editRun("nothing", { notes: "x" }, NOW)).rejects.toMatchObject({ code: "not_found" });
    });

    test("a run is on one shelf; a deleted one goes on being fed, and comes back with all of it", async () => {
      const { writer, reader } = bench.store;
      const add = (line: number) =>
        bench.agent.add(chunk([group(["loss"], [[line, line, 2]])], { source })).send(writer, line);
      const shelves = async () => {
        const on = async (shelf: RunShelf) => (await reader.runs({ limit: 10, before: null, shelf })).length;
        return [await on("current"), await on("archived"), await on("deleted")];
      };
      await add(1);
      expect(await shelves()).toEqual([1, 0, 0]);
      await writer.editRun(RUN, { archived: true }, NOW);
      expect(await shelves()).toEqual([0, 1, 0]);
      await writer.editRun(RUN, { deleted: true }, NOW);
      expect(await shelves()).toEqual([0, 0, 1]);
      expect(await writer.runsOfProject(RUN, 10)).toEqual([]);
      expect((await add(2)).result).toMatchObject({ kind: "committed", last: 2 });
      await writer.editRun(RUN, { deleted: true }, NOW + 5);
      expect(await reader.run(RUN)).toMatchObject({ deletedAt: NOW });
      await writer.editRun(RUN, { deleted: false }, NOW + 9);
      expect(await shelves()).toEqual([0, 1, 0]);
      expect((await reader.points(RUN, "loss", 0, 10)).step).toEqual(Float64Array.of(1, 2));
    });

    test("the runs of a project are found from each of them, newest data first; no project has none", async () => {
      const names = ["a", "b", "c", "d"];
      const files = names.map((name) => `file0000000${name}`);
      const ids = files.map((file) => runIdOf("agent-1", file));
      for (const [i, file] of files.entries()) {
        const project = [source.project, "other", source.project, null][i]!;
        const path = `/logs/${names[i]}.log`;
        const described = { ...source, path, name: names[i]!, project, identity: identity({ inode: String(i) }) };
        const record = chunk([group(["loss"], [[1, 1, 2]])], { file, source: described });
        await bench.agent.add(record).send(bench.store.writer, i + 1, 1, NOW + i);
      }
      const of = (i: number, limit = 10) => bench.store.writer.runsOfProject(ids[i]!, limit);
      expect(await of(0)).toEqual([
        { run: ids[2], name: "c" },
        { run: ids[0], name: "a" },
      ]);
      expect(await of(2, 1)).toEqual([{ run: ids[2], name: "c" }]);
      expect(await of(1)).toEqual([{ run: ids[1], name: "b" }]);
      expect(await of(3)).toEqual([]);
    });

    test("a log that does not exist yet is a run without a file", async () => {
      const { state: _, ...waiting } = chunk([], { source: { ...source, identity: null }, end: 0 });
      await bench.agent.add({ ...waiting, state: null }).send(bench.store.writer);
      expect(await bench.store.reader.run(RUN)).toMatchObject({
        fileSeen: false,
        lastDataAt: null,
        observations: 0,
        step: null,
      });
    });

    test("the newest log lines are kept, oldest first", async () => {
      const lines = Array.from({ length: 50 }, (_, i) => i + 1);
      const tails = [0, 50].map((from) =>
        chunk([], {
          tail: lines.map((line) => ({ line: from + line, text: `line ${from + line}`, parsed: line % 2 === 0 })),
        }),
      );
      for (const tail of tails) await bench.agent.add(tail).send(bench.store.writer, bench.agent.records.length);
      const kept = await bench.store.reader.log(RUN);
      expect(kept.map(({ line }) => line)).toEqual(
        Array.from({ length: LIMITS.logLinesKept }, (_, i) => 101 - LIMITS.logLinesKept + i),
      );
      expect(kept.at(-1)).toEqual({ line: 100, text: "line 100", parsed: true });
    });

    test("runs are listed newest data first, page by page", async () => {
      for (const [i, file] of ["file0000000a", "file0000000b", "file0000000c"].entries()) {
        await bench.agent
          .add(chunk([group(["loss"], [[1, 1, 1]])], { file }))
          .send(bench.store.writer, i + 1, 1, NOW + i);
      }
      await bench.agent
        .add(chunk([group(["loss"], [[2, 2, 1]])], { file: "file0000000a" }))
        .send(bench.store.writer, 4, 1, NOW + 9);
      const [a, b, c] = ["a", "b", "c"].map((end) => runIdOf("agent-1", `file0000000${end}`));
      expect((await bench.store.reader.runs({ limit: 2, before: null })).map(({ id }) => id)).toEqual([a, c]);
      expect((await bench.store.reader.runs({ limit: 2, before: c! })).map(({ id }) => id)).toEqual([b]);
    });

    test("a file is found again by what it is, and only then", async () => {
      await bench.agent.add(chunk([], { source, end: 500, state: { at: 5 } })).send(bench.store.writer);
      const ask = async (changes: Parameters<typeof identity>[0]) =>
        (await bench.store.writer.fileCursors("agent-1", [{ path: "/elsewhere", identity: identity(changes) }]))[0];
      expect(await ask({})).toEqual({ file: FILE, end: 500, state: { at: 5 } });
      expect(await ask({ head: "0".repeat(64) })).toBeNull();
      expect(await ask({ headBytes: 100 })).toBeNull();
      expect(await ask({ inode: "78" })).toBeNull();
      expect(await bench.store.writer.fileCursors("agent-2", [{ path: source.path, identity: identity() }])).toEqual([
        null,
      ]);
    });

    test("settings that a person enters add up, are taken back by null, and outlive a crash", async () => {
      const { writer } = bench.store;
      await bench.agent.add(loss([1])).send(writer);
      expect(await writer.enterConfig(RUN, { optim: "adamw", lr: 0.1, bf16: true })).toEqual({
        optim: "adamw",
        lr: 0.1,
        bf16: true,
      });
      expect(await writer.enterConfig(RUN, { lr: 0.2, bf16: null, fp16: null })).toEqual({ optim: "adamw", lr: 0.2 });
      await bench.store.crash();
      const kept = { optim: "adamw", lr: 0.2 };
      expect((await bench.store.reader.run(RUN))?.entered).toEqual(kept);
      const many = Object.fromEntries(Array.from({ length: CONFIG_LIMITS.entered - 1 }, (_, i) => [`key${i}`, i]));
      await expect(bench.store.writer.enterConfig(RUN, many)).rejects.toMatchObject({ code: "bad_request" });
      expect((await bench.store.writer.run(RUN))?.entered).toEqual(kept);
      await expect(bench.store.writer.enterConfig("nothing", kept)).rejects.toMatchObject({ code: "not_found" });
    });

    test("a gap in the agent's records shows on the runs it feeds", async () => {
      bench.agent.add(loss([1]), { kind: "gap", t: NOW, from: 2, to: 5, reason: "spool damaged" });
      const { runs } = await bench.agent.send(bench.store.writer);
      expect(runs.map(({ run }) => run)).toEqual([RUN]);
      expect((await bench.store.reader.run(RUN))?.gaps).toEqual([{ at: NOW, records: 4, reason: "spool damaged" }]);
    });

    test("what is not there is null or empty", async () => {
      expect(await bench.store.reader.run("nothing")).toBeNull();
      expect(await bench.store.reader.log("nothing")).toEqual([]);
      expect(await bench.store.reader.findings("nothing")).toEqual([]);
      expect(await bench.store.reader.series("nothing", { ...WHOLE, metrics: ["loss"] })).toEqual({
        cursor: 0,
        series: [],
      });
      expect((await bench.store.reader.points("nothing", "loss", 0, 10)).next).toBeNull();
      expect(await bench.store.writer.observations("nothing", 0, 10)).toEqual({ groups: [], to: 0 });
      expect(await bench.store.writer.diagnosis("nothing")).toBeNull();
    });
    test("a run's lowest value is over all of its points, wherever they came in", async () => {
      for (const [i, values] of [
        [3, 2],
        [5, 1.5],
        [4, 7],
      ].entries()) {
        const rows = values.map((value, k) => [i * 2 + k, i * 2 + k + 1, value]);
        await bench.agent.add(chunk([group(["eval"], rows)])).send(bench.store.writer, i + 1);
      }
      const [metric] = (await bench.store.reader.run(RUN))!.metrics;
      expect(metric).toEqual({ name: "eval", points: 6, last: { step: 5, value: 7 }, min: { step: 3, value: 1.5 } });
    });
  });
}
