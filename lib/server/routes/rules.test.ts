import { afterAll, beforeAll, expect, test } from "vitest";
import type { RulePreview, RuleView } from "#lib/protocol/index.ts";
import { type ApiBench, openApiBench } from "../api-fixture.ts";

/** Rules over the whole API and a real store. */
let bench: ApiBench;
beforeAll(async () => {
  bench = await openApiBench();
});
afterAll(async () => {
  await bench.close();
  expect(bench.failures).toEqual([]);
});

async function change(
  method: "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<{ status: number; answer: never }> {
  const response = await fetch(`${bench.url}/api/v1/rules/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as never };
}
const list = async (): Promise<RuleView[]> => {
  const { answer } = await bench.call("/api/v1/rules");
  return (answer as { rules: RuleView[] }).rules;
};
const above = (value: number, more: object = {}) => ({
  name: "loss is high",
  metric: "train/loss",
  test: { kind: "threshold", op: ">", value },
  severity: "critical",
  ...more,
});

async function newRun(
  name: string,
  values: readonly (number | string)[],
  project = "p",
  metric = "loss",
): Promise<string> {
  const { answer } = await bench.call("/api/v1/runs", { key: name, name, project });
  const { id } = (answer as { run: { id: string } }).run;
  const points = values.map((value, i) => ({ step: i + 1, at: 1.75e12 + 1000 * i, values: { [metric]: value } }));
  expect(await bench.call(`/api/v1/runs/${id}/points`, { points })).toMatchObject({ status: 200 });
  return id;
}

test("a rule is made, listed in words, changed and removed", async () => {
  const { status, answer } = await bench.call("/api/v1/rules", above(5));
  expect(status).toBe(201);
  const { rule } = answer as { rule: RuleView & { builtIn: false } };
  expect(rule).toMatchObject({ builtIn: false, enabled: true, text: { en: "above 5", "zh-CN": "高于 5" }, scope: {} });
  expect((await list())[0]).toEqual(rule);
  expect(await change("PATCH", rule.id, { enabled: false, name: " x " })).toMatchObject({
    status: 200,
    answer: { rule: { id: rule.id, enabled: false, name: "x", metric: "train/loss" } },
  });
  expect(await change("DELETE", rule.id)).toMatchObject({ status: 200 });
  expect((await list()).every(({ builtIn }) => builtIn)).toBe(true);
  expect(await change("DELETE", rule.id)).toMatchObject({ status: 404 });
});

test("a built-in rule is switched, in a project too, and cannot be deleted", async () => {
  const paceSlow = async () => (await list()).find(({ id }) => id === "pace.slow");
  expect(await paceSlow()).toMatchObject({ builtIn: true, enabled: true, byDefault: true, projects: [] });
  await change("PATCH", "pace.slow", { enabled: false });
  await change("PATCH", "pace.slow", { enabled: true, project: "p" });
  expect(await paceSlow()).toMatchObject({
    enabled: false,
    byDefault: true,
    projects: [{ project: "p", enabled: true }],
  });
  await change("PATCH", "pace.slow", { enabled: null });
  await change("PATCH", "pace.slow", { enabled: null, project: "p" });
  expect(await paceSlow()).toMatchObject({ enabled: true, projects: [] });
  expect(await change("DELETE", "pace.slow")).toMatchObject({
    status: 409,
    answer: { error: { code: "conflict", hint: expect.stringContaining("PATCH") } },
  });
});

test.each([
  ["no name", above(5, { name: " " }), "name"],
  ["no test", above(5, { test: {} }), "test"],
  ["an unknown op", above(5, { test: { kind: "threshold", op: "~", value: 1 } }), "test.op"],
  ["a window that is too long", above(5, { test: { kind: "zscore", deviations: 3, window: 1e6 } }), "test.window"],
  ["a time that is none", above(5, { hold: { unit: "seconds", amount: -1 } }), "hold.amount"],
  ["a hold in no unit", above(5, { hold: { unit: "days", amount: 1 } }), "hold.unit"],
])("%s is refused with a sentence that says where", async (_, body, where) => {
  expect(await bench.call("/api/v1/rules", body)).toMatchObject({
    status: 400,
    answer: { error: { code: "bad_request", message: expect.stringContaining(where) } },
  });
});

test("a preview tells when a rule would have fired in runs that are stored, as it then does", async () => {
  const steady = await newRun("steady", Array<number>(20).fill(2));
  const swinging = await newRun("swinging", [2, 6, 6, 2, 2, 6, 2, "NaN", 6, 2]);
  const preview = async (rule: object, runs?: string[]): Promise<RulePreview> =>
    (await bench.call("/api/v1/rules/test", { rule, runs })).answer as RulePreview;
  const told = await preview(above(5), [steady, swinging]);
  expect(told).toMatchObject({ fired: 3, leftOut: 0 });
  expect(told.runs.map(({ name, fired }) => [name, fired])).toEqual([
    ["steady", 0],
    ["swinging", 3],
  ]);
  expect(told.runs[1]?.at).toEqual(
    [2, 6, 9].map((step) => ({ metric: "train/loss", step, at: 1.75e12 + 1000 * (step - 1), value: 6 })),
  );
  // Without names it is the newest runs in its scope.
  expect((await preview(above(5, { scope: { project: "p" } }))).fired).toBe(3);
  expect((await preview(above(5, { scope: { project: "q" } }))).runs).toEqual([]);
  expect((await preview(above(0, { test: { kind: "threshold", op: "nonfinite" } }))).fired).toBe(1);
  expect((await preview(above(0, { test: { kind: "absence", seconds: 5 } }))).fired).toBe(0);

  // Live it fires where the preview said it would.
  const { answer } = await bench.call("/api/v1/rules", above(5));
  const { id } = (answer as { rule: { id: string } }).rule;
  const run = await newRun("live", [2, 6, 6, 2, 2, 6]);
  const subject = `rule:${id}`;
  const steps = async (): Promise<unknown[]> => {
    const { incidents } = (await bench.call(`/api/v1/runs/${run}/incidents`)).answer as {
      incidents: { subject: string; step: number; title?: { en: string } }[];
    };
    return incidents.filter((one) => one.subject === subject).map(({ step, title }) => [step, title?.en]);
  };
  await expect.poll(steps, { timeout: 5000 }).toEqual([
    [6, "loss is high"],
    [2, "loss is high"],
  ]);
  expect((await preview(above(5), [run])).runs[0]?.at.map(({ step }) => step)).toEqual([2, 6]);
  await change("DELETE", id);
});

test("series of a pattern are laid together as their alerts would be; a silence at the end is one", async () => {
  const run = await newRun("pattern", [6, 6, 1], "r", "a/loss");
  const points = [2, 3, 9].map((step) => ({
    step,
    at: 1.75e12 + 1000 * step,
    values: { "b/loss": step === 9 ? 1 : 6 },
  }));
  await bench.call(`/api/v1/runs/${run}/points`, { points });
  const preview = async (rule: object): Promise<RulePreview> =>
    (await bench.call("/api/v1/rules/test", { rule, runs: [run] })).answer as RulePreview;
  expect((await preview(above(5, { metric: "*/loss" }))).fired).toBe(2);
  expect((await preview(above(5, { metric: "a/loss", test: { kind: "absence", seconds: 5 } }))).fired).toBe(1);
});

test("what a built-in rule said of runs is told too; what there is not is said so", async () => {
  const run = await newRun("nan", [2, 2, "NaN"]);
  const path = "/api/v1/rules/test";
  const asked = async (id: string): Promise<unknown> => (await bench.call(path, { id, runs: [run] })).answer;
  await expect.poll(() => asked("nan"), { timeout: 5000 }).toMatchObject({ fired: 1, runs: [{ at: [{ step: 3 }] }] });
  expect(await asked("nan.loss")).toMatchObject({ fired: 1 });
  expect(await asked("grad.spike")).toMatchObject({ fired: 0 });
  expect(await bench.call(path, { id: "no.rule" })).toMatchObject({ status: 404 });
  expect(await bench.call(path, { rule: above(5), runs: ["fedcba9876543210"] })).toMatchObject({ status: 404 });
  expect(await bench.call(path, { rule: above(5), runs: ["../x"] })).toMatchObject({ status: 400 });
});
