import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiBench, openApiBench } from "../api-fixture.ts";

/** What a person makes of a run, against the whole API over a real store. */
let bench: ApiBench;
beforeAll(async () => {
  bench = await openApiBench();
});
afterAll(async () => {
  await bench.close();
  expect(bench.failures).toEqual([]);
});

async function newRun(name: string): Promise<string> {
  const { answer } = await bench.call("/api/v1/runs", { name });
  const { id } = (answer as { run: { id: string } }).run;
  await bench.call(`/api/v1/runs/${id}/points`, { points: [{ step: 1, values: { loss: 2 } }] });
  return id;
}

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; answer: never }> {
  const response = await fetch(`${bench.url}/api/v1/runs${path}`, { method, body: body ? JSON.stringify(body) : null });
  return { status: response.status, answer: (await response.json()) as never };
}
const listed = async (query = ""): Promise<string[]> => {
  const { answer } = await ask("GET", query);
  return (answer as { runs: { name: string }[] }).runs.map(({ name }) => name);
};

test("a run is renamed, noted and tagged, and is found by its tag", async () => {
  const run = await newRun("tiny");
  const edit = { name: " lr 3e-4 ", notes: "*seed 2*", tags: ["good", "7b"] };
  expect(await ask("PATCH", `/${run}`, edit)).toEqual({
    status: 200,
    answer: { run: { id: run, name: "lr 3e-4", notes: "*seed 2*", tags: ["good", "7b"], archived: false } },
  });
  await bench.restart();
  expect((await ask("GET", `/${run}`)).answer).toMatchObject({ name: "lr 3e-4", notes: "*seed 2*" });
  expect(await listed("?tag=good")).toEqual(["lr 3e-4"]);
  expect(await listed("?tag=bad")).toEqual([]);
  expect((await ask("PATCH", `/${run}`, { name: null })).answer).toMatchObject({ run: { name: "tiny" } });
});

test("an archived run is on its own shelf; a deleted one has no address until it is restored", async () => {
  const run = await newRun("away");
  await ask("PATCH", `/${run}`, { archived: true });
  expect([await listed(), await listed("?shelf=archived")]).toEqual([["tiny"], ["away"]]);
  expect(await ask("DELETE", `/${run}`)).toEqual({ status: 200, answer: { deleted: run } });
  for (const path of [
    "",
    "/view",
    "/series?metrics=train/loss",
    "/points?metric=train/loss",
    "/verdicts",
    "/incidents",
  ]) {
    expect(await ask("GET", `/${run}${path}`), path).toMatchObject({ status: 404 });
  }
  expect(await ask("PATCH", `/${run}`, { notes: "x" })).toMatchObject({ status: 404 });
  expect([await listed("?shelf=archived"), await listed("?shelf=deleted")]).toEqual([[], ["away"]]);
  await ask("POST", `/${run}/restore`, {});
  expect(await listed("?shelf=archived")).toEqual(["away"]);
  expect((await ask("GET", `/${run}/series?metrics=train/loss`)).answer).toMatchObject({ series: [{ total: 1 }] });
});

test.each([
  ["an empty edit", {}, /nothing to change/],
  ["a name of blanks", { name: "  " }, /name/],
  ["a tag twice", { tags: ["a", "a"] }, /the same tag twice/],
  ["notes beyond their bound", { notes: "x".repeat(20_001) }, /notes/],
])("%s is refused with what is wrong", async (_, body, message) => {
  const run = await newRun("refused");
  const { status, answer } = await ask("PATCH", `/${run}`, body);
  expect(status).toBe(400);
  expect((answer as { error: { message: string } }).error.message).toMatch(message);
});

test("a run that does not exist cannot be edited", async () => {
  expect((await ask("PATCH", "/0123456789abcdef", { notes: "x" })).status).toBe(404);
  expect((await ask("DELETE", "/0123456789abcdef")).status).toBe(404);
  expect((await ask("POST", "/0123456789abcdef/restore", {})).status).toBe(404);
});
