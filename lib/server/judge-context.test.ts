import { afterEach, beforeEach, expect, test } from "vitest";
import { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import { type Chunk, type Config, type Facts, METRIC, type ReviewItem } from "#lib/protocol/index.ts";
import { chunk, group, TestAgent } from "#lib/store/contract/fixtures.ts";
import { runIdOf } from "#lib/store/index.ts";
import type { Judge } from "./judge.ts";
import { type JudgeBench, openJudgeBench } from "./judge-fixture.ts";

/** What the judge tells the engine beside the measurements: that a log has ended, and settings a person entered. */
const KEY = "train0000001";
const RUN = runIdOf("agent-1", KEY);
const source = { kind: "log" as const, path: "/out/a.log", name: "a", project: null, host: "h", identity: null };
const FACTS: Facts = {
  format: "jsonl",
  formatReason: null,
  stepSource: "printed",
  maxSteps: null,
  linesRead: 1,
  linesParsed: 1,
  end: null,
};
const END: Facts = { ...FACTS, end: { kind: "finished", line: 99, text: "Training complete" } };

let bench: JudgeBench;
beforeEach(async () => {
  bench = await openJudgeBench(new TestAgent());
});
afterEach(() => bench.close());

/** Losses of the steps from … to. Of thirty in all an engine says nothing until it knows that there will be no more. */
function losses(from: number, to: number, rest: Partial<Chunk> = {}): Chunk {
  const rows = Array.from({ length: to - from + 1 }, (_, i) => [from + i, from + i, 3 / Math.sqrt(from + i)]);
  return chunk([group([METRIC.trainLoss], rows)], { file: KEY, source, facts: FACTS, ...rest });
}
const take = async (...records: Chunk[]) => bench.judge.take(await bench.commit(...records));
/** Whether the engine holds the log to be at its end, as it was saved. */
async function hasEnded(): Promise<boolean | undefined> {
  const { state } = (await bench.store.diagnosis(RUN))!;
  return DiagnosisEngine.restore(state).siblingCurve(RUN, "a")?.ended;
}
const verdict = async (judge = bench.judge): Promise<string> => (await judge.view(RUN)).verdict.name;

test("an end in the log concludes what it holds, after the records that came with it", async () => {
  await take(losses(1, 15));
  expect(await verdict()).toBe("reading");
  await take(losses(16, 30, { facts: END }));
  expect(await hasEnded()).toBe(true);
  expect(await verdict()).toBe("healthy");
  // After a restart, and in one piece after a crash, it is the same.
  expect(await verdict(bench.restarted())).toBe("healthy");
  await bench.close();
  bench = await openJudgeBench(new TestAgent());
  await bench.commit(losses(1, 30, { facts: END }));
  const [resumed] = await bench.restarted().resume();
  expect(resumed?.view.verdict.name).toBe("healthy");
});

test("a run that goes on after an end has not ended, until it ends again", async () => {
  await take(losses(1, 30, { facts: END }));
  await take(losses(31, 400));
  expect(await hasEnded()).toBe(false);
  await take(chunk([], { file: KEY, facts: END }));
  expect(await hasEnded()).toBe(true);
});

test("an end that one file tells waits for the others to be read", async () => {
  const status = (eof: boolean) => ({ status: { size: 9, mtimeMs: 9, eof } });
  const both = { ...source, group: "folder:/out" };
  const run = runIdOf("agent-1", both.group);
  await take(losses(1, 24, { source: both, ...status(false) }));
  await take(chunk([], { file: "console00001", source: both, facts: END, ...status(true) }));
  expect((await bench.judge.view(run)).verdict.name).toBe("reading");
  await take(losses(25, 30, { source: both, facts: END, ...status(true) }));
  expect((await bench.judge.view(run)).verdict.name).toBe("healthy");
});

test("a run that reaches its planned end without a word has ended by its state", async () => {
  await take(losses(1, 30));
  await bench.judge.changeState(RUN, "running", "quiet");
  expect(await hasEnded()).toBe(false);
  await bench.judge.changeState(RUN, "quiet", "finished");
  expect(await hasEnded()).toBe(true);
  expect(await verdict()).toBe("healthy");
});

const ADAM: Config = { optim: "adamw_torch", learning_rate: 1e-4 };
async function decay(judge: Judge = bench.judge): Promise<[ReviewItem["status"], ReviewItem["value"]]> {
  const item = (await judge.view(RUN)).review.find(({ rule }) => rule === "hp.wd.range")!;
  return [item.status, item.value];
}

test("a setting entered by hand is reviewed at once, goes over the log's, and can be taken back", async () => {
  await take(losses(1, 200, { facts: { ...FACTS, config: ADAM } }));
  expect(await decay()).toEqual(["not_judged", null]);
  await bench.judge.enterConfig(RUN, { weight_decay: 0.1 });
  expect(await decay()).toEqual(["pass", 0.1]);
  expect((await bench.reader.run(RUN))?.view?.review).toEqual((await bench.judge.view(RUN)).review);
  // The log tells it later, under a longer name of the same setting.
  await take(losses(201, 210, { facts: { ...FACTS, config: { "trainer.weight_decay": 3 } } }));
  expect(await decay()).toEqual(["pass", 0.1]);
  await bench.judge.enterConfig(RUN, { weight_decay: null });
  expect(await decay()).toEqual(["caution", 3]);
  expect((await bench.reader.run(RUN))?.entered).toEqual({});
});

test("what was entered survives a restart and a judgement from the beginning", async () => {
  const both = { ...source, group: "folder:/out" };
  const run = runIdOf("agent-1", both.group);
  await take(losses(1, 200, { source: { ...both, rank: 10 }, facts: { ...FACTS, config: ADAM } }));
  await bench.judge.enterConfig(run, { weight_decay: 0.1 });
  const restarted = bench.restarted();
  const status = async (): Promise<string | undefined> =>
    (await restarted.view(run)).review.find(({ rule }) => rule === "hp.wd.range")?.status;
  expect(await status()).toBe("pass");
  const richer = losses(1, 200, { file: "richer000001", source: { ...both, rank: 20 } });
  const [append] = await bench.commit(richer);
  expect(append?.rejudge).toBe(true);
  await restarted.take([append!]);
  expect(await status()).toBe("pass");
});

test("settings for a run that is not there are refused", async () => {
  await expect(bench.judge.enterConfig(RUN, { weight_decay: 0.1 })).rejects.toMatchObject({ code: "not_found" });
});
