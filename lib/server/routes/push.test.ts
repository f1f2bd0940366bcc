import { afterAll, beforeAll, expect, test } from "vitest";
import { LIMITS } from "#lib/protocol/index.ts";
import { type ApiBench, openApiBench } from "../api-fixture.ts";

/** A program that sends its points itself, against the whole API over a real store. */
let bench: ApiBench;
beforeAll(async () => {
  bench = await openApiBench();
});
afterAll(async () => {
  await bench.close();
  expect(bench.failures).toEqual([]);
});

type Answer = { status: number; answer: never };
type Point = { step: number; at?: number; epoch?: number; values: Record<string, number | string> };

async function newRun(body: object = {}): Promise<string> {
  const { answer } = await bench.call("/api/v1/runs", { name: "tiny", ...body });
  return (answer as { run: { id: string } }).run.id;
}

const push = (run: string, body: object): Promise<Answer> => bench.call(`/api/v1/runs/${run}/points`, body);
const runOf = async (run: string): Promise<Record<string, never>> => (await bench.call(`/api/v1/runs/${run}`)).answer;

async function stored(run: string, metric: string): Promise<unknown[]> {
  const response = await fetch(`${bench.url}/api/v1/runs/${run}/points?metric=${encodeURIComponent(metric)}`);
  const lines = (await response.text()).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line)).map(({ step, value }) => [step, value]);
}

/** Losses that fall, one a step. */
const losses = (from: number, count: number): Point[] =>
  Array.from({ length: count }, (_, i) => ({
    step: from + i,
    values: { loss: 1 + 3 / Math.sqrt(from + i) + ((from + i) % 7) / 100, lr: 1e-4 },
  }));

test("a run is made once for its key, and found by it afterwards", async () => {
  const body = { key: "exp-1", name: "exp", project: "p", host: "node-7", maxSteps: 400, config: { batch: 8 } };
  const made = await bench.call("/api/v1/runs", body);
  expect(made).toMatchObject({ status: 201, answer: { run: { id: expect.stringMatching(/^[0-9a-f]{16}$/) } } });
  const again = await bench.call("/api/v1/runs", { ...body, name: "renamed" });
  const { id } = (made.answer as { run: { id: string } }).run;
  expect(again).toMatchObject({ status: 200, answer: { run: { id, name: "exp" } } });
  expect(await runOf(id)).toMatchObject({
    name: "exp",
    project: "p",
    host: "node-7",
    maxSteps: 400,
    state: "waiting",
    config: { batch: { value: 8, source: "log" } },
  });
  expect(await newRun()).not.toBe(await newRun());
});

test("a push of the same key counts once, over a kill of the server too", async () => {
  const run = await newRun({ maxSteps: 1000 });
  const first = { key: "a", points: losses(1, 20) };
  expect(await push(run, first)).toEqual({ status: 200, answer: { added: 20, points: 20 } });
  expect(await push(run, first)).toEqual({ status: 200, answer: { added: 0, points: 20 } });
  await bench.restart();
  expect(await push(run, first)).toEqual({ status: 200, answer: { added: 0, points: 20 } });
  expect(await push(run, { key: "b", points: losses(21, 10) })).toMatchObject({ answer: { added: 10, points: 30 } });
  expect(await push(run, first)).toEqual({ status: 200, answer: { added: 0, points: 30 } });
  const all = losses(1, 30).map(({ step, values }) => [step, values.loss]);
  expect(await stored(run, "train/loss")).toEqual(all);
  expect(await runOf(run)).toMatchObject({ state: "running", step: 30, records: 30, linesParsed: 30 });
  expect((await bench.call(`/api/v1/runs/${run}/log`)).answer).toMatchObject({
    lines: expect.arrayContaining([expect.objectContaining({ line: 30, parsed: true })]),
  });
});

test("repeats that arrive together count once, and pushes without a key each time", async () => {
  const run = await newRun();
  const twins = await Promise.all(Array.from({ length: 8 }, () => push(run, { key: "k", points: losses(1, 5) })));
  const added = twins.map(({ answer }) => (answer as { added: number }).added);
  expect(added.toSorted()).toEqual([0, 0, 0, 0, 0, 0, 0, 5]);
  await Promise.all([6, 11, 16].map((from) => push(run, { points: losses(from, 5) })));
  expect(await runOf(run)).toMatchObject({ records: 20 });
});

test("NaN arrives as NaN and is the verdict", async () => {
  const run = await newRun();
  const points = [...losses(1, 30), { step: 31, epoch: 0.5, values: { loss: "NaN", grad_norm: "Infinity" } }];
  expect(await push(run, { points })).toMatchObject({ answer: { added: 31 } });
  expect((await stored(run, "train/loss")).at(-1)).toEqual([31, "NaN"]);
  expect(await stored(run, "grad_norm")).toEqual([[31, "Infinity"]]);
  expect(await stored(run, "epoch")).toEqual([[31, 0.5]]);
  await expect.poll(async () => await runOf(run), { timeout: 5000 }).toMatchObject({ verdict: { name: "nan" } });
  await expect
    .poll(async () => (await bench.call(`/api/v1/runs/${run}/incidents`)).answer, { timeout: 5000 })
    .toMatchObject({ incidents: [{ severity: "critical" }] });
});

test("the end is told by the program, and points after it open the run again", async () => {
  const run = await newRun();
  await push(run, { points: losses(1, 3) });
  expect(await push(run, { points: [], end: { state: "failed", text: "out of memory" } })).toMatchObject({
    answer: { added: 0, points: 3 },
  });
  expect(await runOf(run)).toMatchObject({ state: "failed", end: { kind: "failed", text: "out of memory" } });
  await push(run, { points: losses(4, 1) });
  expect(await runOf(run)).toMatchObject({ state: "running", end: null });
  await push(run, { points: losses(5, 1), end: { state: "finished" } });
  expect(await runOf(run)).toMatchObject({ state: "finished", records: 5 });
});

test("as many points as one push may have are one commit, whatever metrics each has", async () => {
  const run = await newRun();
  const points = Array.from({ length: LIMITS.pushPoints }, (_, i) => ({ step: i, values: { [`m${i % 1500}`]: i } }));
  expect(await push(run, { points })).toEqual({ status: 200, answer: { added: 10_000, points: 10_000 } });
  const wide = { step: 1, values: Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`m${i}`, i])) };
  expect(await push(run, { points: Array(200).fill(wide) })).toMatchObject({ answer: { added: 200 } });
  const others = { step: 2, values: Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`n${i}`, i])) };
  const third = { ...others, values: Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`o${i}`, i])) };
  expect(await push(run, { points: [others, third] })).toMatchObject({
    status: 200,
    answer: { added: 2, warning: expect.stringContaining("2000 metrics") },
  });
});

const point = (values: object, rest: object = {}): string => JSON.stringify({ points: [{ step: 1, values, ...rest }] });
test.each([
  ["no JSON", "step=1", "not JSON"],
  ["Python's NaN", '{"points":[{"step":1,"values":{"loss":NaN}}]}', "not JSON"],
  ["no object", "null", "body: "],
  ["no points", "{}", "points: "],
  ["a null value", point({ loss: null }), 'points.0.values.loss: a value is a number, or the text "NaN"'],
  ["another text", point({ loss: "nan" }), "points.0.values.loss: "],
  ["no values", point({}), "points.0.values: a point has 1 to 256 values"],
  ["a step that is none", point({ loss: 1 }, { step: 1.5 }), "points.0.step: "],
  ["a time that is none", point({ loss: 1 }, { at: "now" }), "points.0.at: "],
  ["a metric twice", point({ loss: 1, "train/loss": 2 }), 'points.0.values: "train/loss" is train/loss'],
  ["a long name", point({ ["é".repeat(101)]: 1 }), "200 bytes"],
  ["a control character", point({ "a\u0000b": 1 }), "control characters"],
  ["an end that is none", JSON.stringify({ points: [], end: { state: "done" } }), "end.state: "],
  ["many faults", JSON.stringify({ points: Array(50).fill({}) }), "more"],
])("%s is refused with a sentence that says where, and nothing is stored", async (_, body, told) => {
  const run = await newRun({ key: "bad" });
  const { status, answer } = await bench.send(`/api/v1/runs/${run}/points`, body);
  expect(status).toBe(400);
  expect(answer).toMatchObject({
    error: { code: "bad_request", message: expect.stringContaining(told), hint: expect.any(String) },
  });
  expect(await runOf(run)).toMatchObject({ records: 0 });
});

test("a run without a name is refused", async () => {
  expect(await bench.call("/api/v1/runs", { key: "x" })).toMatchObject({
    status: 400,
    answer: { error: { code: "bad_request", message: expect.stringContaining("name: ") } },
  });
});

test("what is too large is said so, with what to do", async () => {
  const run = await newRun();
  const path = `/api/v1/runs/${run}/points`;
  const tooLarge = { status: 413, answer: { error: { code: "too_large", hint: expect.any(String) } } };
  expect(await bench.send(path, " ".repeat(LIMITS.pushBytes + 1))).toMatchObject(tooLarge);
  expect(await bench.send(path, " ".repeat(16 * LIMITS.pushBytes))).toMatchObject(tooLarge);
  const points = Array(LIMITS.pushPoints + 1).fill({ step: 1, values: { a: 1 } });
  expect(await push(run, { points })).toMatchObject(tooLarge);
  expect(await push(run, { points: losses(1, 1) })).toMatchObject({ status: 200 });
});

test("a run that is not there is said so", async () => {
  const points = losses(1, 1);
  expect(await push("fedcba9876543210", { points })).toMatchObject({
    status: 404,
    answer: { error: { code: "not_found", message: expect.stringContaining("fedcba9876543210") } },
  });
  expect(await push("no-run-id", { points })).toMatchObject({ status: 400 });
});

test("another site's page cannot push", async () => {
  const headers = { origin: "http://evil.example" };
  const response = await fetch(`${bench.url}/api/v1/runs`, { method: "POST", headers, body: '{"name":"x"}' });
  expect(response.status).toBe(403);
});
