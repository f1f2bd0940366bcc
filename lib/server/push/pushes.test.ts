import { afterEach, beforeEach, expect, test } from "vitest";
import { loss, RUN, TestAgent } from "#lib/store/contract/fixtures.ts";
import type { AppendBatch, AppendResult } from "#lib/store/index.ts";
import { type JudgeBench, openJudgeBench } from "../judge-fixture.ts";
import { Pushes } from "./pushes.ts";

/** What the API's tests cannot bring about: a run of an agent beside the pushed ones, and a store that refuses. */
let bench: JudgeBench;
let append: (batches: readonly AppendBatch[]) => Promise<AppendResult[]>;
let pushes: Pushes;
beforeEach(async () => {
  bench = await openJudgeBench(new TestAgent());
  append = async (batches) => (await bench.store.append(batches, 1)).results;
  pushes = new Pushes(
    bench.store,
    (batches) => append(batches),
    () => 1,
  );
});
afterEach(() => bench.close());

const points = [{ step: 1, values: { loss: 2 } }];

test("a run that is read from a log takes no points", async () => {
  await bench.commit(loss([1, 2, 3]));
  await expect(pushes.push(RUN, { points })).rejects.toMatchObject({ code: "conflict", hint: expect.any(String) });
  expect((await bench.store.run(RUN))?.observations).toBe(3);
});

test("what the store refuses is not taken for stored, and the same push goes in once there is room", async () => {
  const { id } = await pushes.create({ key: "k", name: "n", host: "h" });
  const works = append;
  append = async () => [{ kind: "refused", code: "E_STORAGE_FULL", message: "full" }];
  const push = { key: "a", points };
  await expect(pushes.push(id, push)).rejects.toMatchObject({ code: "busy", hint: expect.stringContaining("disk") });
  append = works;
  expect(await pushes.push(id, push)).toEqual({ added: 1, points: 1 });
  expect(await pushes.push(id, push)).toEqual({ added: 0, points: 1 });
});

test("a push of several batches is handed to the store as one, its key with the last", async () => {
  const { id } = await pushes.create({ key: "k", name: "n", host: "h" });
  const works = append;
  const seen: (string | undefined)[][] = [];
  append = (batches) => {
    seen.push(batches.map(({ key }) => key));
    return works(batches);
  };
  const values = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`m${i}`, i]));
  const wide = Array.from({ length: 2000 }, (_, i) => ({ step: i, values }));
  expect(await pushes.push(id, { key: "a", points: wide })).toEqual({ added: 2000, points: 2000 });
  expect(seen).toEqual([[undefined, undefined, "a"]]);
});
