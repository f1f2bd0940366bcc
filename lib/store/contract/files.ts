import { describe, expect, test } from "vitest";
import { type Chunk, type Facts, METRIC } from "#lib/protocol/index.ts";
import { runIdOf } from "../run-id.ts";
import type { Bench } from "./bench.ts";
import { chunk, group, identity, NOW, pointsOf, rowsOf, WHOLE } from "./fixtures.ts";

const LOSS = METRIC.trainLoss;
const GROUP = "folder:/out/llama";
const FOLDER = runIdOf("agent-1", GROUP);
const CONSOLE = { file: "file00000con", path: "/out/llama/train.log", rank: 10, inode: "10" };
const JSONL = { file: "file0000json", path: "/out/llama/trainer_log.jsonl", rank: 20, inode: "20" };

/** A record of one of the folder's files; rows as `group` takes them. */
function record(
  { file, path, rank, inode }: typeof CONSOLE,
  names: string[],
  rows: readonly (readonly number[])[],
  rest: Partial<Chunk> = {},
): Chunk {
  const source = {
    kind: "log" as const,
    path,
    name: "llama",
    project: "out",
    host: "node-1",
    identity: identity({ inode }),
    group: GROUP,
    rank,
  };
  return chunk(rows.length === 0 ? [] : [group(names, rows)], { file, source, ...rest });
}

/** Losses and gradient norms as a console prints them, one a line from `line` on. */
const printed = (steps: readonly number[], line = 1): Chunk =>
  record(
    CONSOLE,
    ["grad_norm", LOSS],
    steps.map((step, i) => [step, line + i, step / 100, 9]),
  );
/** Losses alone, as the JSON lines beside it have them. */
const logged = (steps: readonly number[], line = 1): Chunk =>
  record(
    JSONL,
    [LOSS],
    steps.map((step, i) => [step, line + i, step / 10]),
  );

const facts = (changes: Partial<Facts>): Facts => ({
  format: null,
  formatReason: null,
  stepSource: null,
  maxSteps: null,
  linesRead: 0,
  linesParsed: 0,
  end: null,
  ...changes,
});

/** Several files of one training. */
export function filesContract(bench: Bench): void {
  const send = async (...records: Chunk[]) => {
    const first = bench.agent.records.length + 1;
    return (await bench.agent.add(...records).send(bench.store.writer, first)).runs;
  };
  const read = async () => {
    const { reader, writer } = bench.store;
    const run = await reader.run(FOLDER);
    const { series } = await reader.series(FOLDER, { ...WHOLE, metrics: [LOSS, "grad_norm"] });
    return {
      attempts: run?.attempts,
      metrics: run?.metrics,
      series: series.map(({ metric, x, last, total }) => ({ metric, x: [...x], last: [...last], total })),
      loss: pointsOf(await reader.points(FOLDER, LOSS, 0, 100)),
      observations: rowsOf((await writer.observations(FOLDER, 0, 100)).groups),
    };
  };

  describe("files of one run", () => {
    test("files of a group are one run, named as they say, and each metric is shown once: of the richer file", async () => {
      await send(logged([1, 2]), printed([1, 2]));
      expect(await bench.store.reader.runs({ limit: 10, before: null })).toMatchObject([
        { id: FOLDER, name: "llama", project: "out", path: JSONL.path, observations: 2, step: 2 },
      ]);
      expect(await read()).toEqual({
        attempts: [{ attempt: 1, fromStep: 1 }],
        metrics: [
          { name: LOSS, points: 2, last: { step: 2, value: 0.2 }, min: { step: 1, value: 0.1 } },
          { name: "grad_norm", points: 2, last: { step: 2, value: 0.02 }, min: { step: 1, value: 0.01 } },
        ],
        series: [
          { metric: LOSS, x: [1, 2], last: [0.1, 0.2], total: 2 },
          { metric: "grad_norm", x: [1, 2], last: [0.01, 0.02], total: 2 },
        ],
        loss: [
          [0, 1, 1, 0.1],
          [1, 2, 1, 0.2],
        ],
        observations: [
          [0, 1, 1, [LOSS, 0.1]],
          [1, 1, 2, [LOSS, 0.2]],
          [2, 1, 1, ["grad_norm", 0.01]],
          [3, 1, 2, ["grad_norm", 0.02]],
        ],
      });
    });

    test("a richer file that comes later takes its metrics over, and the run is to be judged anew", async () => {
      expect(await send(printed([1, 2, 3]))).toMatchObject([{ rejudge: false, fromOrd: 0, toOrd: 3 }]);
      const diagnosis = { state: "s", view: { findings: [] } as never };
      await bench.store.writer.saveDiagnosis(
        [{ run: FOLDER, evaluatedTo: 3, newFindings: [], alerts: [], ...diagnosis }],
        [],
        NOW,
      );
      expect(await bench.store.writer.runsToJudge()).toEqual([]);
      expect(await send(logged([1, 2]))).toMatchObject([{ rejudge: true, newAttempt: false, fromOrd: 3, toOrd: 5 }]);
      expect(await bench.store.writer.runsToJudge()).toMatchObject([{ run: FOLDER }]);
      expect(await bench.store.writer.diagnosis(FOLDER)).toMatchObject({ evaluatedTo: 0 });
      const after = await read();
      expect(after.loss.map(([, step, , value]) => [step, value])).toEqual([
        [1, 0.1],
        [2, 0.2],
      ]);
      expect(after.metrics?.map(({ name, points }) => [name, points])).toEqual([
        ["grad_norm", 3],
        [LOSS, 2],
      ]);
      const [again] = await send(printed([4], 4));
      expect(again).toMatchObject({ rejudge: false });
      expect(rowsOf(again!.groups)).toEqual([[5, 1, 4, ["grad_norm", 0.04]]]);
    });

    test("a file that is read late from its beginning is no restart; a restart that both tell is one", async () => {
      await send(logged([1, 2, 3, 2, 3]));
      const [late] = await send(printed([1, 2]), printed([3], 3), printed([2, 3], 4));
      expect(late).toMatchObject({ attempt: 2, newAttempt: false });
      const { attempts, series } = await read();
      expect(attempts).toEqual([
        { attempt: 1, fromStep: 1 },
        { attempt: 2, fromStep: 2 },
      ]);
      expect(series.map(({ x }) => x)).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]);
      expect(await send(printed([3], 6), logged([3], 6), logged([2], 7))).toMatchObject([
        { attempt: 3, newAttempt: true },
      ]);
    });

    test.each(["restart", "crash"] as const)("after a %s everything is as before, and goes on", async (end) => {
      await send(printed([1, 2, 1]), logged([1, 2]));
      const before = await read();
      await bench.store[end]();
      expect(await read()).toEqual(before);
      const [after] = await send(logged([1], 3), printed([2], 4));
      expect(after).toMatchObject({ attempt: 2, newAttempt: true, rejudge: false });
      expect(rowsOf(after!.groups)).toEqual([
        [5, 2, 1, [LOSS, 0.1]],
        [6, 1, 2, ["grad_norm", 0.02]],
      ]);
    });

    test("a page of observations may be empty and still lead on", async () => {
      await send(logged([1]), record(CONSOLE, [LOSS], [[1, 1, 9]]), printed([2], 2));
      const page = (from: number) => bench.store.writer.observations(FOLDER, from, 1);
      expect(await page(1)).toEqual({ groups: [], to: 2 });
      expect(await page(2)).toMatchObject({ groups: [{ names: ["grad_norm"] }], to: 3 });
      expect(await page(3)).toEqual({ groups: [], to: 3 });
    });

    test("each file is found again at its own place", async () => {
      await send(
        record(CONSOLE, [], [], { end: 700, state: { at: "console" } }),
        record(JSONL, [], [], { end: 300, state: { at: "jsonl" } }),
      );
      const files = [JSONL, CONSOLE].map(({ path, inode }) => ({ path, identity: identity({ inode }) }));
      expect(await bench.store.writer.fileCursors("agent-1", files)).toEqual([
        { file: JSONL.file, end: 300, state: { at: "jsonl" } },
        { file: CONSOLE.file, end: 700, state: { at: "console" } },
      ]);
    });

    test("the run's facts are its main file's; an end, a plan and the newest write are any file's", async () => {
      const end = { kind: "failed" as const, line: 9, text: "Traceback" };
      const tail = [{ line: 9, text: "Traceback", parsed: false }];
      const status = { size: 70, mtimeMs: NOW, eof: true };
      await send(
        record(CONSOLE, [], [], { tail, facts: facts({ format: "hf", linesRead: 9, maxSteps: 50, end }), status }),
      );
      expect(await bench.store.reader.run(FOLDER)).toMatchObject({
        path: CONSOLE.path,
        facts: { format: "hf" },
        status,
      });
      expect(await bench.store.reader.log(FOLDER)).toEqual(tail);
      const finished = { kind: "finished" as const, line: 2, text: "done" };
      const [told] = await send(
        record(JSONL, [LOSS], [[1, 1, 2]], {
          facts: facts({ format: "jsonl", linesRead: 2, end: finished }),
          status: { size: 20, mtimeMs: NOW - 5, eof: false },
        }),
      );
      const merged = { format: "jsonl", linesRead: 2, maxSteps: 50, end };
      expect(told?.facts).toMatchObject(merged);
      expect(await bench.store.reader.run(FOLDER)).toMatchObject({
        path: JSONL.path,
        facts: merged,
        status: { ...status, eof: false },
      });
      expect(await bench.store.reader.log(FOLDER)).toEqual([]);
    });

    test("settings add up over a file's records, later ones winning, and those of the console have the last word", async () => {
      await send(record(CONSOLE, [], [], { facts: facts({ config: { lr: 1, seed: 2, wd: 0 } }) }));
      await send(record(CONSOLE, [], [], { facts: facts({ linesRead: 5 }) }));
      const [told] = await send(record(CONSOLE, [], [], { facts: facts({ config: { lr: 3 } }) }));
      expect(told?.facts?.config).toEqual({ lr: 3, seed: 2, wd: 0 });
      const [both] = await send(
        record(JSONL, [LOSS], [[1, 1, 2]], { facts: facts({ config: { wd: 0.1, eps: 1e-8 } }) }),
      );
      const all = { lr: 3, seed: 2, wd: 0, eps: 1e-8 };
      expect(both?.facts?.config).toEqual(all);
      expect((await bench.store.reader.run(FOLDER))?.facts?.config).toEqual(all);
    });

    test("a file stays in the run it began in, whatever its later records say", async () => {
      const alone = record(CONSOLE, [LOSS], [[1, 1, 9]]);
      await send({ ...alone, source: { ...alone.source!, group: null } }, record(CONSOLE, [LOSS], [[2, 2, 9]]));
      const ids = (await bench.store.reader.runs({ limit: 10, before: null })).map(({ id }) => id);
      expect(ids).toEqual([runIdOf("agent-1", CONSOLE.file)]);
    });
  });
}
