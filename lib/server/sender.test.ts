import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Notice, Poster } from "#lib/alerts/index.ts";
import type { Alert, DeliveryRow } from "#lib/protocol/index.ts";
import {
  type AlertWrite,
  type IngestStore,
  openSqliteIngest,
  openSqliteReader,
  type ReadStore,
} from "#lib/store/index.ts";
import { openReceiver, type Receiver } from "../../e2e/fixtures/receiver.ts";
import { Alarms } from "./alarms.ts";
import { ChannelBook } from "./channels.ts";
import { linksOf } from "./links.ts";
import { Sender } from "./sender.ts";

/** The sender over a real store and real receivers; only the clock is the test's. */
const [SLACK, HOOK] = ["slack-flag", "webhook-flag"];
const DEADLINE = { timeout: 15_000, interval: 5 };

let store: IngestStore & { close(): Promise<void> };
let reader: ReadStore & { close(): Promise<void> };
let slack: Receiver;
let hook: Receiver;
let sender: Sender;
let now = 1_750_000_000_000;
let closers: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-sender-"));
  closers = [() => rmSync(folder, { recursive: true, force: true })];
  store = await openSqliteIngest({ folder });
  closers.push(() => store.close());
  reader = await openSqliteReader({ folder });
  closers.push(() => reader.close());
  const poster = new Poster({ allowPrivate: true });
  closers.push(() => poster.close());
  const alarms = new Alarms(store, [SLACK, HOOK], () => now);
  [slack, hook] = [await openReceiver(), await openReceiver()];
  const channels = await ChannelBook.open(
    folder,
    "s".repeat(43),
    { slack: slack.url("/s"), webhook: hook.url("/h") },
    "en",
  );
  sender = new Sender({
    writer: {
      leaseOutbox: (...args) => store.leaseOutbox(...args),
      settleOutbox: (...args) => store.settleOutbox(...args),
      nextDue: (...args) => store.nextDue(...args),
      undelivered: (...args) => alarms.undelivered(...args),
    },
    ...{ channels, poster, links: (notice: Notice) => linksOf("http://127.0.0.1", notice), settled: () => {} },
    failed: (error) => expect.fail(String(error)),
    now: () => now,
    random: () => 0.5,
  });
  closers.push(() => sender.close());
  // First, so that no request is left waiting for an answer.
  closers.push(() => Promise.all([slack.close(), hook.close()]).then(() => {}));
});

afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

/** An alert that is written and may be told to these channels. */
function alert(id: string): AlertWrite {
  const words = { text: { en: id, "zh-CN": id }, advice: { en: "", "zh-CN": "" } };
  const about = { subject: "nan", severity: "critical" as const, step: 1, confidence: null, ...words };
  const made: Alert = {
    ...{ ...about, id, run: id, incident: "", state: "firing", since: now, firedAt: now, resolvedAt: null },
    ...{ notices: 1, untold: null },
  };
  const run = {
    id,
    name: id,
    project: null,
    host: "h",
    step: 1,
    maxSteps: null,
    loss: null,
    learningRate: null,
    msLeft: null,
  };
  const notice: Notice = {
    ...about,
    alert: id,
    number: 0,
    kind: "firing",
    incident: "",
    at: now,
    run,
    curve: [],
    more: 0,
  };
  return {
    ...{ alert: made, isNew: true, passed: false, incident: null, stages: [] },
    notice: { number: 0, kind: "firing", body: JSON.stringify(notice), urgent: true },
  };
}

async function tell(ids: readonly string[], channels: readonly string[] = [SLACK, HOOK]): Promise<void> {
  await store.saveAlerts(ids.map(alert), channels, now);
  sender.wake();
}

const deliveries = async (channel: string | null = null): Promise<DeliveryRow[]> =>
  reader.deliveries({ channel, state: null, limit: 100_000, before: null });
const states = async (channel: string): Promise<string[]> =>
  (await deliveries(channel)).map(({ state }) => state).reverse();

/** Until nothing is due and nothing is on its way. */
async function settled(): Promise<void> {
  await expect
    .poll(async () => {
      const [sending] = await reader.deliveries({ channel: null, state: "sending", limit: 1, before: null });
      return sending === undefined && ((await store.nextDue()) ?? Number.POSITIVE_INFINITY) > now;
    }, DEADLINE)
    .toBe(true);
}

/** Lets the clock run to whatever is due next until nothing waits. */
async function drained(): Promise<void> {
  for (;;) {
    await settled();
    const due = await store.nextDue();
    if (due === null) return;
    now = due;
    sender.wake();
  }
}

test("what is due is sent to each channel, once", async () => {
  await tell(["a", "b"]);
  await settled();
  expect([slack.received.length, hook.received.length]).toEqual([2, 2]);
  expect(hook.received.map(({ body }) => JSON.parse(body).id)).toEqual(["a/0", "b/0"]);
  expect([await states(SLACK), await states(HOOK)]).toEqual([
    ["sent", "sent"],
    ["sent", "sent"],
  ]);
});

test("ten thousand alerts at once are a few messages a channel, and each is accounted for", async () => {
  const storm = Array.from({ length: 10_000 }, (_, i) => `run-${i}`);
  const began = now;
  await tell(storm);
  await drained();
  for (const [channel, receiver] of [
    [SLACK, slack],
    [HOOK, hook],
  ] as const) {
    const of = await deliveries(channel);
    const count = (state: string): number => of.filter((row) => row.state === state).length;
    expect([of.length, count("sent") + count("digested")]).toEqual([10_000, 10_000]);
    expect(receiver.received.length).toBeLessThanOrEqual(80);
    expect(receiver.received.length).toBeGreaterThan(count("sent"));
  }
  // At 20 a minute after the first ten.
  expect(now - began).toBeLessThanOrEqual(60_000);
}, 60_000);

test("the wait that a receiver asks for is kept", async () => {
  hook.answers.push({ status: 429, headers: { "retry-after": "7" } });
  await tell(["a"], [HOOK]);
  await settled();
  expect(await store.nextDue()).toBe(now + 7000);
  expect(await deliveries()).toMatchObject([{ state: "queued", tries: 1, error: "answered 429" }]);
  now += 6999;
  sender.wake();
  await settled();
  expect(hook.received.length).toBe(1);
  now += 1;
  sender.wake();
  await settled();
  expect(hook.received.map(({ body }) => body)).toEqual(Array(2).fill(hook.received[0]!.body));
  expect(await states(HOOK)).toEqual(["sent"]);
});

test("a channel that hangs holds up no other, neither what was there nor what comes meanwhile", async () => {
  slack.answers.push("hang");
  await tell(["a"]);
  await expect.poll(() => [slack.received.length, hook.received.length], DEADLINE).toEqual([1, 1]);
  await tell(["b", "c"]);
  await expect.poll(() => hook.received.length, { ...DEADLINE, timeout: 5000 }).toBe(3);
  expect(slack.received.length).toBe(1);
  expect(await states(SLACK)).toEqual(["sending", "queued", "queued"]);
});

test("a refusal that is final is told through the other channel, once", async () => {
  for (let i = 0; i < 3; i++) slack.answers.push({ status: 404, body: "no_service" });
  await tell(["a", "b"]);
  await drained();
  await tell(["c"]);
  await drained();
  expect(await states(SLACK)).toEqual(["dead", "dead", "dead"]);
  expect(slack.received.length).toBe(3);
  const told = hook.received.map(({ body }) => JSON.parse(body).rule);
  expect(told.toSorted()).toEqual(["channel.undelivered", "nan", "nan", "nan"]);
  expect(hook.received.some(({ body }) => body.includes(slack.url("/s")))).toBe(false);
});

test("after a day of trying a notice is given up, and that is told", async () => {
  slack.answers.push({ status: 500 }, { status: 500 });
  await tell(["a"], [SLACK]);
  await settled();
  now += 24 * 3600_000 + 1;
  sender.wake();
  await drained();
  expect(await states(SLACK)).toEqual(["dead"]);
  expect(hook.received.map(({ body }) => JSON.parse(body).rule)).toEqual(["channel.undelivered"]);
});

test("what was written for a channel that is gone is dead: a person's own doing, told to nobody", async () => {
  await tell(["a"], ["slack-gone"]);
  await drained();
  expect(await deliveries("slack-gone")).toMatchObject([{ state: "dead", error: "the channel is gone" }]);
  expect(hook.received.length).toBe(0);
});

test("what is closed on the way gives back what it did not come to, untried", async () => {
  slack.answers.push("hang");
  await tell(["a", "b"], [SLACK]);
  await expect.poll(() => slack.received.length, DEADLINE).toBe(1);
  const closed = sender.close();
  await slack.close();
  await closed;
  expect((await deliveries()).map(({ alert: id, state, tries }) => [id, state, tries])).toEqual([
    ["b", "queued", 0],
    ["a", "queued", 1],
  ]);
});
