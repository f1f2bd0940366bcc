import { describe, expect, test } from "vitest";
import type { Alert, AlertStage, DeliveryState, Incident, Mute } from "#lib/protocol/index.ts";
import type { AlertWrite, OutboxRow, Settled } from "../store.ts";
import type { Bench } from "./bench.ts";
import { loss, NOW, RUN } from "./fixtures.ts";

/** Incidents, mutes, what became of an alert, and the order and the log of what is sent. */
export function deliveriesContract(bench: Bench): void {
  const { alertOf, incidentOf, noticed } = written;
  const save = (channels: readonly string[], ...writes: AlertWrite[]): Promise<void> =>
    bench.store.writer.saveAlerts(writes, channels, NOW);
  const lease = (now: number, except?: string[]): Promise<OutboxRow[]> =>
    bench.store.writer.leaseOutbox(now, 30_000, 100, except);
  const settle = (rows: readonly OutboxRow[], settled: Settled, now = NOW): Promise<void> =>
    bench.store.writer.settleOutbox(rows, settled, now);
  const given = (rows: readonly OutboxRow[]): unknown[] =>
    rows.map(({ alert, number, channel, tries }) => [alert, number, channel, tries]);
  const log = async (query: Partial<{ channel: string; state: DeliveryState; limit: number; before: number }> = {}) =>
    bench.store.reader.deliveries({ channel: null, state: null, limit: 100, before: null, ...query });

  describe("incidents", () => {
    const page = { state: "all" as const, run: null, limit: 10, before: null };
    const listed = async (query: object) =>
      (await bench.store.reader.incidents({ ...page, ...query })).map(({ number }) => number);

    test("the latest one of a run is what was last saved of its highest number, over a restart", async () => {
      const { writer } = bench.store;
      expect([await writer.latestIncident(RUN), await writer.storedIncident(`${RUN}-1`)]).toEqual([null, null]);
      const [first, second] = [incidentOf(1), incidentOf(2)];
      await save([], noticed("a", { incident: first }), noticed("b", { incident: second }));
      const acked: Incident = { ...first, state: "resolved", resolvedAt: NOW + 1, ack: { at: NOW, by: "li" } };
      await save([], noticed("a", { incident: acked, isNew: false }));
      await bench.store.restart();
      expect(await bench.store.writer.latestIncident(RUN)).toEqual(second);
      expect(await bench.store.writer.storedIncident(first.id)).toEqual(acked);
      expect(await bench.store.writer.latestIncident("another")).toBeNull();
    });

    test("lists are newest first, by state, by run and in pages; those of the same moment are in one of them each", async () => {
      await bench.agent.add(loss([1])).send(bench.store.writer);
      for (let number = 1; number <= 7; number++) {
        const state = number % 2 === 0 ? ("resolved" as const) : ("open" as const);
        await save([], noticed(`a${number}`, { incident: { ...incidentOf(number), state } }));
      }
      expect(await listed({})).toEqual([7, 6, 5, 4, 3, 2, 1]);
      expect(await listed({ state: "open" })).toEqual([7, 5, 3, 1]);
      expect(await listed({ state: "resolved", limit: 2 })).toEqual([6, 4]);
      expect(await listed({ run: "another" })).toEqual([]);
      const paged: number[] = [];
      for (let before: string | null = null; ; ) {
        const rows = await bench.store.reader.incidents({ ...page, limit: 3, before });
        paged.push(...rows.map(({ number }) => number));
        before = rows.at(-1)?.id ?? null;
        if (rows.length < 3) break;
      }
      expect(paged).toEqual([7, 6, 5, 4, 3, 2, 1]);
    });

    test("one is shown with its alerts, newest first, its run's name and project; of a deleted run none is", async () => {
      await bench.agent.add(loss([1])).send(bench.store.writer);
      const incident = incidentOf(1);
      const later = { ...alertOf("b"), incident: incident.id, since: NOW + 1 };
      await save(["slack"], noticed("a", { incident }), noticed("b", { incident, alert: later }));
      const { name } = (await bench.store.reader.run(RUN))!;
      expect(await bench.store.reader.incident(incident.id)).toMatchObject({
        ...{ ...incident, runName: name, project: null },
        alerts: [{ id: "b" }, { id: "a", told: [{ channel: "slack", state: "queued" }] }],
      });
      expect(await bench.store.reader.incident(`${RUN}-9`)).toBeNull();
      await bench.store.writer.editRun(RUN, { deleted: true }, NOW);
      expect([await bench.store.reader.incident(incident.id), await listed({})]).toEqual([null, []]);
    });

    test("how often a subject came is counted from a moment on, in its run", async () => {
      const at = (id: string, since: number, subject = "nan", run = RUN): AlertWrite =>
        noticed(id, { alert: { ...alertOf(id), since, subject, run } });
      await save([], at("a", NOW - 2), at("b", NOW - 1), at("c", NOW), at("d", NOW, "spike"), at("e", NOW, "nan", "x"));
      const since = (from: number) => bench.store.writer.alertsSince(RUN, "nan", from);
      expect([await since(NOW - 2), await since(NOW - 1), await since(NOW), await since(NOW + 1)]).toEqual([
        3, 2, 1, 0,
      ]);
    });
  });

  describe("mutes and stories", () => {
    test("mutes are kept, changed and removed by their id, and seen alike by both sides", async () => {
      const mute = (id: string, until: number | null): Mute => ({
        ...{ id, scope: { kind: "run", value: RUN }, until, reason: "night run", createdAt: NOW },
      });
      await bench.store.writer.saveMute(mute("m2", null));
      await bench.store.writer.saveMute(mute("m1", NOW));
      await bench.store.writer.saveMute(mute("m2", NOW + 5));
      await bench.store.restart();
      const all = [mute("m1", NOW), mute("m2", NOW + 5)];
      expect([await bench.store.writer.mutes(), await bench.store.reader.mutes()]).toEqual([all, all]);
      expect([await bench.store.writer.removeMute("m1"), await bench.store.writer.removeMute("m1")]).toEqual([
        true,
        false,
      ]);
      expect(await bench.store.reader.mutes()).toEqual([mute("m2", NOW + 5)]);
    });

    test("the story of an alert is its stages and its deliveries by time; there is none of an unknown one", async () => {
      const stage = (at: number, name: AlertStage["stage"]): AlertStage => ({ at, stage: name, detail: `${at - NOW}` });
      await save(["slack"], noticed("a", { stages: [stage(NOW, "firing")] }));
      await settle(await lease(NOW), { state: "queued", notBefore: NOW + 4, error: "answered 500" }, NOW + 1);
      await save([], noticed("a", { isNew: false, notice: null, stages: [stage(NOW + 2, "acknowledged")] }));
      await settle(await lease(NOW + 4), { state: "sent" }, NOW + 5);
      expect(await bench.store.reader.alertStory("a")).toEqual([
        stage(NOW, "firing"),
        stage(NOW + 2, "acknowledged"),
        { at: NOW + 5, stage: "sent", detail: "slack, try 2" },
      ]);
      expect(await bench.store.reader.alertStory("b")).toBeNull();
    });

    test("of a long story the newest 200 stages are kept", async () => {
      const stages = Array.from({ length: 150 }, (_, i): AlertStage => ({ at: i, stage: "firing", detail: "" }));
      await save([], noticed("a", { notice: null, stages }));
      await save(
        [],
        noticed("a", { isNew: false, notice: null, stages: stages.map((one) => ({ ...one, at: one.at + 150 })) }),
      );
      const story = (await bench.store.reader.alertStory("a"))!;
      expect([story.length, story[0]?.at, story.at(-1)?.at]).toEqual([200, 100, 299]);
    });

    test("that there was no channel to tell is part of the story", async () => {
      await save([], noticed("a"));
      expect(await bench.store.reader.alertStory("a")).toEqual([{ at: NOW, stage: "no_channel", detail: "" }]);
    });
  });

  describe("deliveries", () => {
    test("the log is newest first, by channel and state, and in pages", async () => {
      await save(["slack", "hook"], ...["a", "b", "c"].map((id) => noticed(id)));
      const rows = await lease(NOW);
      await settle(
        rows.filter(({ channel }) => channel === "hook"),
        { state: "sent" },
      );
      const ids = (await log()).map(({ id }) => id);
      expect(ids).toEqual(rows.map(({ id }) => id).reverse());
      expect((await log({ channel: "hook" })).map(({ alert, state }) => [alert, state])).toEqual([
        ["c", "sent"],
        ["b", "sent"],
        ["a", "sent"],
      ]);
      expect((await log({ state: "sending", limit: 2 })).map(({ alert, channel }) => [alert, channel])).toEqual([
        ["c", "slack"],
        ["b", "slack"],
      ]);
      const first = await log({ limit: 4 });
      expect([...first, ...(await log({ before: first.at(-1)!.id }))].map(({ id }) => id)).toEqual(ids);
      expect(first[0]).toMatchObject({ number: 0, kind: "firing", run: RUN, subject: "nan", createdAt: NOW, tries: 1 });
    });

    test("a dead notice is tried again when asked, for a day from then; no other one is", async () => {
      await save(["slack"], noticed("a"));
      const [row] = await lease(NOW);
      const retry = (): Promise<boolean> => bench.store.writer.retryDelivery(row!.id, NOW + 9);
      expect(await retry()).toBe(false);
      await settle([row!], { state: "dead", error: "answered 404" });
      expect([await lease(NOW + 99_999), await bench.store.writer.nextDue()]).toEqual([[], null]);
      expect([await retry(), await retry(), await bench.store.writer.retryDelivery(9999, NOW)]).toEqual([
        true,
        false,
        false,
      ]);
      const [again] = await lease(NOW + 9);
      expect(again).toMatchObject({ alert: "a", tries: 2, createdAt: NOW + 9 });
    });

    test("several are settled together, and not one whose lease has passed on", async () => {
      await save(["slack"], ...["a", "b", "c"].map((id) => noticed(id)));
      const rows = await lease(NOW);
      await lease(NOW + 30_000, ["slack"]);
      const [again] = await bench.store.writer.leaseOutbox(NOW + 30_000, 30_000, 1);
      await settle(rows, { state: "digested" }, NOW + 30_001);
      const states = Object.fromEntries((await log()).map(({ alert, state }) => [alert, state]));
      expect(states).toEqual({ a: "sending", b: "digested", c: "digested" });
      await settle([again!], { state: "sent" }, NOW + 30_002);
      await settle([again!], { state: "dead", error: "late" }, NOW + 30_003);
      expect((await log({ state: "dead" })).length).toBe(0);
    });

    test("the first receipt that an incident has from a channel comes with its later notices there", async () => {
      const of = (id: string, number: number, incident: Incident): AlertWrite =>
        noticed(id, {
          incident,
          alert: { ...alertOf(id), incident: incident.id },
          notice: { number, kind: "firing", body: "{}", urgent: true },
        });
      await save(["slack", "hook"], of("a", 0, incidentOf(1)));
      const first = await lease(NOW);
      expect(first.map(({ receipt }) => receipt)).toEqual([null, null]);
      await settle([first[0]!], { state: "sent", receipt: "ts-1" });
      await settle([first[1]!], { state: "sent" });
      await save(["slack", "hook"], of("b", 0, incidentOf(1)));
      const second = await lease(NOW);
      expect(second.map(({ channel, receipt }) => [channel, receipt])).toEqual([
        ["slack", "ts-1"],
        ["hook", null],
      ]);
      await settle(second, { state: "sent", receipt: "ts-2" });
      await save(["slack"], of("c", 0, incidentOf(1)), of("d", 0, incidentOf(2)), noticed("e"));
      expect((await lease(NOW)).map(({ alert, receipt }) => [alert, receipt])).toEqual([
        ["c", "ts-1"],
        ["d", null],
        ["e", null],
      ]);
    });

    test("a channel hears the notices of an alert in their order, also when the first is tried again", async () => {
      const over = noticed("a", {
        isNew: false,
        passed: true,
        alert: { ...alertOf("a"), state: "resolved" },
        notice: { number: 1, kind: "resolved", body: "{}", urgent: false },
      });
      await save(["slack", "hook"], noticed("a"), noticed("b"));
      const [slack, hook, ...others] = await lease(NOW);
      await settle([hook!, ...others], { state: "sent" });
      await settle([slack!], { state: "queued", notBefore: NOW + 60_000, error: "answered 500" });
      await save(["slack", "hook"], over);
      expect(given(await lease(NOW))).toEqual([["a", 1, "hook", 1]]);
      expect(await bench.store.writer.nextDue(["hook"])).toBe(NOW + 60_000);
      const again = await lease(NOW + 60_000, ["hook"]);
      expect(given(again)).toEqual([["a", 0, "slack", 2]]);
      await settle(again, { state: "sent" });
      expect(given(await lease(NOW + 60_000, ["hook"]))).toEqual([["a", 1, "slack", 1]]);
    });

    test("what only waited for its turn was not tried: when it has passed, nobody hears of it or of its end", async () => {
      await save(["slack"], noticed("a"));
      const rows = await lease(NOW);
      await settle(rows, { state: "waiting", notBefore: NOW + 3000, error: "waits for its turn" });
      await settle(rows, { state: "sent" });
      expect(await log()).toMatchObject([{ state: "queued", tries: 0, error: "waits for its turn" }]);
      const alert: Alert = { ...alertOf("a"), state: "resolved" };
      const notice = { number: 1, kind: "resolved" as const, body: "{}", urgent: false };
      await save(["slack"], noticed("a", { isNew: false, passed: true, alert, notice }));
      expect((await log()).map(({ number, state }) => [number, state])).toEqual([[0, "folded"]]);
      expect(await bench.store.writer.nextDue()).toBeNull();
    });

    test("channels that are busy are given nothing, and do not say when something is due", async () => {
      await save(["slack", "hook"], noticed("a"));
      expect(given(await lease(NOW, ["slack"]))).toEqual([["a", 0, "hook", 1]]);
      expect(await bench.store.writer.nextDue(["slack"])).toBe(NOW + 30_000);
      expect(await bench.store.writer.nextDue(["slack", "hook"])).toBeNull();
      expect(given(await lease(NOW))).toEqual([["a", 0, "slack", 1]]);
    });
  });
}

/** Rows as the alarms write them. */
const written = {
  alertOf: (id: string): Alert => ({
    id,
    run: RUN,
    incident: "",
    untold: null,
    subject: "nan",
    severity: "critical",
    state: "firing",
    step: 5,
    text: { en: "a", "zh-CN": "b" },
    advice: { en: "", "zh-CN": "" },
    confidence: 1,
    since: NOW,
    firedAt: NOW,
    resolvedAt: null,
    notices: 1,
  }),
  incidentOf: (number: number): Incident => ({
    id: `${RUN}-${number}`,
    run: RUN,
    number,
    state: "open",
    severity: "critical",
    openedAt: NOW,
    resolvedAt: null,
    step: 5,
    ack: null,
    snoozedUntil: null,
    toldAt: NOW,
  }),
  noticed: (id: string, changes: Partial<AlertWrite> = {}): AlertWrite => {
    const alert = { ...written.alertOf(id), incident: changes.incident?.id ?? "" };
    const notice = { number: 0, kind: "firing" as const, body: "{}", urgent: true };
    return { alert, isNew: true, passed: false, incident: null, stages: [], notice, ...changes };
  },
};
