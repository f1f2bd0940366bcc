import { afterAll, beforeAll, expect, test } from "vitest";
import type { IncidentView, Mute } from "#lib/protocol/index.ts";
import { type ApiBench, openApiBench } from "../api-fixture.ts";

/** Incidents and what people say to them, against the whole API over a real store. Nobody is told: there is no channel. */
let bench: ApiBench;
beforeAll(async () => {
  bench = await openApiBench();
});
afterAll(async () => {
  await bench.close();
  expect(bench.failures).toEqual([]);
});

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; answer: never }> {
  const response = await fetch(`${bench.url}/api/v1${path}`, { method, body: body ? JSON.stringify(body) : null });
  return { status: response.status, answer: (await response.json()) as never };
}

/** A run whose loss becomes NaN. @returns its id, once its incident is open */
async function nanRun(name: string): Promise<string> {
  const { answer } = await ask("POST", "/runs", { name });
  const { id } = (answer as { run: { id: string } }).run;
  const points = Array.from({ length: 80 }, (_, i) => ({ step: i + 1, values: { loss: i < 60 ? 3 - i / 60 : "NaN" } }));
  await ask("POST", `/runs/${id}/points`, { points });
  await expect.poll(async () => (await incidents(`?run=${id}`)).length).toBe(1);
  return id;
}
const incidents = async (query = ""): Promise<IncidentView[]> =>
  ((await ask("GET", `/incidents${query}`)).answer as { incidents: IncidentView[] }).incidents;
const mutes = async (): Promise<Mute[]> => ((await ask("GET", "/mutes")).answer as { mutes: Mute[] }).mutes;

test("an incident is listed with its alerts, taken, snoozed and resolved, and that outlives a restart", async () => {
  const run = await nanRun("one");
  const id = `${run}-1`;
  const [incident] = await incidents();
  expect(incident).toMatchObject({
    ...{
      id,
      run,
      runName: "one",
      number: 1,
      state: "open",
      severity: "critical",
      step: 61,
      ack: null,
      mutedUntil: null,
    },
    title: { en: "NaN" },
    alerts: [{ subject: "nan", incident: id, told: [] }],
  });
  expect((await ask("POST", `/incidents/${id}/ack`, { by: "Mei" })).answer).toMatchObject({
    incident: { ack: { by: "Mei" } },
  });
  expect((await ask("POST", `/incidents/${id}/snooze`, { minutes: 30 })).status).toBe(200);
  await bench.restart();
  const [kept] = await incidents("?state=open");
  expect(kept).toMatchObject({ ack: { by: "Mei" }, snoozedUntil: expect.any(Number) });
  expect((await ask("POST", `/incidents/${id}/ack`, { on: false })).answer).toMatchObject({ incident: { ack: null } });
  expect((await ask("POST", `/incidents/${id}/resolve`, {})).answer).toMatchObject({
    incident: { state: "resolved", snoozedUntil: null, alerts: [{ state: "resolved" }] },
  });
  expect(await incidents("?state=open")).toEqual([]);
  expect(await ask("POST", `/incidents/${id}/ack`, {})).toMatchObject({ status: 409 });
  const { stages } = (await ask("GET", `/alerts/${encodeURIComponent(incident!.alerts[0]!.id)}/story`)).answer as {
    stages: { stage: string; detail: string }[];
  };
  expect(stages.map(({ stage, detail }) => `${stage} ${detail}`.trim())).toEqual([
    "firing firing",
    "no_channel",
    "acknowledged Mei",
    expect.stringMatching(/^snoozed \d{4}-/),
    "resolved by hand",
  ]);
});

test("what is muted is told so, until it is not", async () => {
  const run = await nanRun("two");
  const { status, answer } = await ask("POST", "/mutes", { scope: { kind: "run", value: run }, minutes: 60 });
  expect(status).toBe(201);
  const { mute } = answer as { mute: Mute };
  expect((await incidents(`?run=${run}`))[0]?.mutedUntil).toBe(mute.until);
  expect((await ask("GET", `/runs/${run}/view`)).answer).toMatchObject({ mutedUntil: mute.until });
  await bench.restart();
  expect(await mutes()).toEqual([mute]);
  expect(await ask("DELETE", `/mutes/${mute.id}`)).toMatchObject({ status: 200 });
  expect([await mutes(), (await incidents(`?run=${run}`))[0]?.mutedUntil]).toEqual([[], null]);
});

test("a list comes in pages, newest first", async () => {
  for (const name of ["three", "four"]) await nanRun(name);
  const all = (await incidents()).map(({ id }) => id);
  const pages: string[] = [];
  let before = "";
  for (;;) {
    const { answer } = await ask("GET", `/incidents?limit=1${before}`);
    const page = answer as { incidents: IncidentView[]; next: number | null };
    pages.push(...page.incidents.map(({ id }) => id));
    if (page.next === null) break;
    before = `&before=${page.next}`;
  }
  expect(pages).toEqual(all);
});

test("what cannot be says what is wrong; a GET changes nothing", async () => {
  const run = await nanRun("five");
  const refusals: [string, string, unknown, number, RegExp][] = [
    ["POST", "/incidents/nonsense/ack", {}, 404, /incident nonsense not found/],
    ["POST", `/incidents/${run}-1/snooze`, { minutes: 0 }, 400, /minutes/],
    ["POST", "/mutes", { scope: { kind: "run", value: "0123456789abcdef" } }, 404, /run 0123456789abcdef not found/],
    ["POST", "/mutes", { scope: { kind: "planet", value: "x" } }, 400, /kind/],
    ["DELETE", "/mutes/none", undefined, 404, /mute none not found/],
    ["POST", "/deliveries/9/retry", {}, 404, /delivery 9 not found/],
    ["GET", "/alerts/none/story", undefined, 404, /alert none not found/],
    ["GET", "/incidents?limit=0", undefined, 400, /limit/],
  ];
  for (const [method, path, body, status, message] of refusals) {
    const refused = await ask(method, path, body);
    expect(refused.status, path).toBe(status);
    expect((refused.answer as { error: { message: string } }).error.message, path).toMatch(message);
  }
  const before = await incidents();
  for (const act of ["ack", "snooze", "resolve"])
    expect(await ask("GET", `/incidents/${run}-1/${act}`)).toMatchObject({ status: 405 });
  expect(await incidents()).toEqual(before);
});
