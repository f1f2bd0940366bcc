import { afterAll, beforeAll, expect, test } from "vitest";
import type { AlertStage, DeliveryRow, IncidentView, Mute } from "#lib/protocol/index.ts";
import { openForReading } from "#lib/store/open.ts";
import { type ApiBench, openApiBench } from "../api-fixture.ts";

/** Incidents as a program reads and answers them, against the whole API over a real store. */
const [HOOK, SLACK] = ["webhook-a", "slack-b"];
const DEADLINE = { timeout: 10_000, interval: 10 };
let bench: ApiBench;
beforeAll(async () => {
  bench = await openApiBench([HOOK, SLACK]);
});
afterAll(async () => {
  await bench.close();
  expect(bench.failures).toEqual([]);
});

type Page = { incidents: IncidentView[]; next: string | null };
const get = async <T>(path: string): Promise<T> => (await bench.call(`/api/v1/${path}`)).answer as T;
const post = (path: string, body: object = {}): Promise<{ status: number; answer: never }> =>
  bench.call(`/api/v1/${path}`, body);
const incident = async (id: string): Promise<IncidentView> =>
  (await get<{ incident: IncidentView }>(`incidents/${id}`)).incident;
const mutes = async (): Promise<Mute[]> => (await get<{ mutes: Mute[] }>("mutes")).mutes;
const story = async (alert: string): Promise<string[]> => {
  const { stages } = await get<{ stages: AlertStage[] }>(`alerts/${encodeURIComponent(alert)}/story`);
  return stages.map(({ stage }) => stage);
};

/** A run whose loss became NaN. @returns its incident */
async function newIncident(project?: string): Promise<IncidentView> {
  const made = await post("runs", { name: "tiny", ...(project && { project }) });
  const { id } = (made.answer as { run: { id: string } }).run;
  const points = Array.from({ length: 30 }, (_, i) => ({ step: i + 1, values: { loss: 3 / Math.sqrt(i + 1) } }));
  await post(`runs/${id}/points`, { points: [...points, { step: 31, values: { loss: "NaN" } }] as object[] });
  let found: IncidentView | undefined;
  await expect
    .poll(async () => {
      [found] = (await get<Page>(`incidents?run=${id}`)).incidents;
      return found !== undefined;
    }, DEADLINE)
    .toBe(true);
  return found!;
}

test("an incident is listed and shown with its alerts and who is told of them", async () => {
  const one = await newIncident("atlas");
  expect(one).toMatchObject({
    ...{ number: 1, state: "open", severity: "critical", runName: "tiny", project: "atlas", mutedUntil: null },
    ...{ ack: null, snoozedUntil: null, alerts: [{ subject: "nan", state: "pending" }] },
  });
  expect(one.alerts[0]?.told.map(({ channel, state }) => [channel, state])).toEqual([
    [HOOK, "queued"],
    [SLACK, "queued"],
  ]);
  expect(await incident(one.id)).toEqual(one);
  expect(await get(`runs/${one.run}/incidents`)).toEqual({ incidents: one.alerts });
  expect(await story(one.alerts[0]!.id)).toEqual(["firing", "queued", "queued"]);
});

test("pages go on where the one before ended, each incident in one of them", async () => {
  for (let i = 0; i < 4; i++) await newIncident();
  const all = await get<Page>("incidents");
  expect(all.next).toBeNull();
  const paged: IncidentView[] = [];
  let next: string | null = "";
  for (let pages = 0; next !== null && pages < 10; pages++) {
    const page: Page = await get(`incidents?limit=2${next && `&before=${encodeURIComponent(next)}`}`);
    expect(page.incidents.length).toBeLessThanOrEqual(2);
    paged.push(...page.incidents);
    ({ next } = page);
  }
  expect(paged.map(({ id }) => id)).toEqual(all.incidents.map(({ id }) => id));
  expect(all.incidents.length).toBeGreaterThanOrEqual(5);
});

test("somebody takes an incident, and gives it back", async () => {
  const { id, alerts } = await newIncident();
  const acked = await post(`incidents/${id}/ack`, { by: " li " });
  expect(acked).toMatchObject({ status: 200, answer: { incident: { id, ack: { by: "li" } } } });
  expect((await incident(id)).ack?.by).toBe("li");
  expect(await story(alerts[0]!.id)).toContain("acknowledged");
  expect((await post(`incidents/${id}/ack`, { on: false })).answer).toMatchObject({ incident: { ack: null } });
  expect((await post(`incidents/${id}/ack`)).answer).toMatchObject({ incident: { ack: { by: null } } });
});

test("a snooze is for so many minutes", async () => {
  const { id } = await newIncident();
  const before = Date.now();
  await post(`incidents/${id}/snooze`, { minutes: 30 });
  const until = (await incident(id)).snoozedUntil!;
  expect(until).toBeGreaterThanOrEqual(before + 30 * 60_000);
  expect(until).toBeLessThanOrEqual(Date.now() + 30 * 60_000);
});

test("what is resolved by hand is over with all its alerts, and takes no more answers", async () => {
  const { id, alerts } = await newIncident();
  expect(await post(`incidents/${id}/resolve`)).toMatchObject({
    status: 200,
    answer: { incident: { state: "resolved", resolvedAt: expect.any(Number), alerts: [{ state: "resolved" }] } },
  });
  expect(await story(alerts[0]!.id)).toEqual(["firing", "resolved", "folded", "folded"]);
  const open = (await get<Page>("incidents?state=open&limit=200")).incidents.map((one) => one.id);
  expect(open).not.toContain(id);
  expect((await get<Page>("incidents?state=resolved")).incidents.map((one) => one.id)).toContain(id);
  for (const [act, body] of [
    ["ack", {}],
    ["snooze", { minutes: 5 }],
  ] as const)
    expect(await post(`incidents/${id}/${act}`, body)).toMatchObject({
      status: 409,
      answer: { error: { code: "conflict", message: `incident ${id} is over` } },
    });
  expect((await post(`incidents/${id}/resolve`)).status).toBe(200);
});

test("a mute shows on its incidents until it is taken back; the longest one counts", async () => {
  const { id, run } = await newIncident("zeta");
  const made = await post("mutes", { scope: { kind: "run", value: run }, minutes: 60, reason: " night run " });
  expect(made).toMatchObject({
    status: 201,
    answer: { mute: { reason: "night run", scope: { kind: "run", value: run } } },
  });
  const { mute } = made.answer as { mute: Mute };
  expect((await incident(id)).mutedUntil).toBe(mute.until);
  const project = await post("mutes", { scope: { kind: "project", value: "zeta" } });
  expect((await incident(id)).mutedUntil).toBe("always");
  const ids = [mute.id, (project.answer as { mute: Mute }).mute.id];
  expect((await mutes()).map((one) => one.id).toSorted()).toEqual(ids.toSorted());
  for (const one of ids) {
    const response = await fetch(`${bench.url}/api/v1/mutes/${one}`, { method: "DELETE" });
    expect([response.status, await response.json()]).toEqual([200, {}]);
  }
  expect([await mutes(), (await incident(id)).mutedUntil]).toEqual([[], null]);
});

test("what a mute kept from the channels is told when it is taken back, once", async () => {
  const made = await post("mutes", { scope: { kind: "rule", value: "nan" } });
  const { id, alerts } = await newIncident();
  const of = async (): Promise<unknown[]> => (await incident(id)).alerts[0]!.told.map(({ channel }) => channel);
  expect([await of(), await story(alerts[0]!.id)]).toEqual([[], ["firing", "muted"]]);
  const { mute } = made.answer as { mute: Mute };
  await fetch(`${bench.url}/api/v1/mutes/${mute.id}`, { method: "DELETE" });
  expect(await of()).toEqual([HOOK, SLACK]);
  await post("mutes", { scope: { kind: "channel", value: "another" }, minutes: 1 });
  expect(await of()).toEqual([HOOK, SLACK]);
  for (const one of await mutes()) await fetch(`${bench.url}/api/v1/mutes/${one.id}`, { method: "DELETE" });
});

test("the delivery log is read by channel, by state and in pages; what was given up is tried again when asked", async () => {
  const { alerts } = await newIncident();
  type Log = { deliveries: DeliveryRow[]; next: number | null };
  const all = await get<Log>("deliveries?limit=200");
  const [first] = (await get<Log>(`deliveries?channel=${HOOK}&state=queued&limit=1`)).deliveries;
  expect(first).toMatchObject({ alert: alerts[0]!.id, channel: HOOK, state: "queued", subject: "nan", kind: "firing" });
  const paged: number[] = [];
  for (let next: number | null = Number.MAX_SAFE_INTEGER; next !== null; ) {
    const page: Log = await get(`deliveries?limit=3&before=${next}`);
    paged.push(...page.deliveries.map(({ id }) => id));
    ({ next } = page);
  }
  expect(paged).toEqual(all.deliveries.map(({ id }) => id));

  const retry = (id: string | number): Promise<{ status: number; answer: never }> => post(`deliveries/${id}/retry`);
  expect(await retry(first!.id)).toMatchObject({
    status: 409,
    answer: { error: { code: "conflict", message: `delivery ${first!.id} is queued`, hint: expect.any(String) } },
  });
  const rows = await bench.writer.leaseOutbox(Date.now(), 60_000, 500);
  await bench.writer.settleOutbox(rows, { state: "dead", error: "answered 404" }, Date.now());
  expect(await retry(first!.id)).toEqual({ status: 200, answer: {} });
  expect((await get<Log>("deliveries?state=queued")).deliveries.map(({ id }) => id)).toEqual([first!.id]);
});

const muted = (scope: object, rest: object = {}): object => ({ scope, ...rest });
test.each<[what: string, path: string, body: object | null, status: number, says: string]>([
  ["an incident that is not there", "incidents/nobody-1", null, 404, "incident nobody-1 not found"],
  ["an answer to none", "incidents/nobody-1/ack", {}, 404, "incident nobody-1 not found"],
  ["a story of none", "alerts/none/story", null, 404, "alert none not found"],
  ["an id that is no text", "alerts/%E0%A4/story", null, 404, "alert %E0%A4 not found"],
  ["a run that is not there", "runs/0123456789abcdef/incidents", null, 404, "run 0123456789abcdef not found"],
  ["no run's id", "runs/X/incidents", null, 400, "is not a run id"],
  ["a state that is none", "incidents?state=closed", null, 400, "state: "],
  ["a page of none", "incidents?limit=0", null, 400, "limit: "],
  ["a page of too many", "incidents?limit=201", null, 400, "limit: "],
  ["a snooze without an end", "incidents/x/snooze", {}, 400, "minutes: "],
  ["a snooze of no time", "incidents/x/snooze", { minutes: 0 }, 400, "minutes: "],
  ["a snooze of years", "incidents/x/snooze", { minutes: 1e6 }, 400, "minutes: "],
  ["an unnamed somebody", "incidents/x/ack", { by: " " }, 400, "by: "],
  ["a mute of nothing", "mutes", {}, 400, "scope: "],
  ["a mute of another kind", "mutes", muted({ kind: "host", value: "a" }), 400, "scope.kind: "],
  ["a mute of no name", "mutes", muted({ kind: "rule", value: " " }), 400, "scope.value: "],
  ["a mute of no time", "mutes", muted({ kind: "rule", value: "nan" }, { minutes: 0 }), 400, "minutes: "],
  ["a mute of an unknown run", "mutes", muted({ kind: "run", value: "gone" }), 404, "run gone not found"],
  ["a delivery that is not there", "deliveries/999999/retry", {}, 404, "delivery 999999 not found"],
  ["a delivery that is no number", "deliveries/first/retry", {}, 404, "delivery first not found"],
  ["a delivery's state that is none", "deliveries?state=lost", null, 400, "state: "],
  ["a page before no number", "deliveries?before=x", null, 400, "before: "],
])("%s is refused, and it is said why", async (_, path, body, status, says) => {
  const { status: answered, answer } = await (body === null ? bench.call(`/api/v1/${path}`) : post(path, body));
  const { error } = answer as { error: { message: string } };
  expect([answered, error.message.startsWith(says), error.message]).toEqual([status, true, error.message]);
});

test("a mute that is not there cannot be taken back", async () => {
  const response = await fetch(`${bench.url}/api/v1/mutes/none`, { method: "DELETE" });
  expect([response.status, await response.json()]).toMatchObject([404, { error: { message: "mute none not found" } }]);
});

test("reading changes nothing: no GET commits anything", async () => {
  const { id, run, alerts } = await newIncident();
  const paths = [
    ...["incidents", "incidents?state=open&limit=1", `incidents?run=${run}`, `incidents/${id}`],
    ...[`runs/${run}/incidents`, `alerts/${alerts[0]!.id}/story`, "mutes", "deliveries", "deliveries?state=dead"],
    ...[`incidents/${id}/ack`, `incidents/${id}/snooze`, `incidents/${id}/resolve`, "deliveries/1/retry"],
  ];
  const db = openForReading(bench.folder);
  // Changes with every commit of anybody else.
  const version = (): unknown => db.pragma("data_version", { simple: true });
  const before = version();
  const statuses = await Promise.all(paths.map(async (path) => (await fetch(`${bench.url}/api/v1/${path}`)).status));
  expect(statuses).toEqual([...Array(9).fill(200), ...Array(4).fill(405)]);
  expect(version()).toBe(before);
  await post(`incidents/${id}/ack`);
  expect(version()).not.toBe(before);
  db.close();
});
