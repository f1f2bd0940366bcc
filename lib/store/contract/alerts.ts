import { describe, expect, test } from "vitest";
import type { Alert } from "#lib/protocol/index.ts";
import type { AlertWrite } from "../store.ts";
import type { Bench } from "./bench.ts";
import { loss, NOW, RUN } from "./fixtures.ts";

/** What is to be told, and that it is told once. */
export function alertsContract(bench: Bench): void {
  describe("alerts", () => {
    const write = (id: string, more: Partial<AlertWrite> = {}, state: Alert["state"] = "firing"): AlertWrite => ({
      alert: {
        id,
        run: RUN,
        incident: "",
        untold: null,
        subject: "nan",
        severity: "critical",
        state,
        step: 5,
        text: { en: "a", "zh-CN": "b" },
        advice: { en: "", "zh-CN": "" },
        confidence: 1,
        since: NOW,
        firedAt: NOW,
        resolvedAt: null,
        notices: 1,
      },
      isNew: true,
      passed: false,
      incident: null,
      stages: [],
      notice: { number: 0, kind: "firing", body: `{"of":"${id}"}`, urgent: true },
      ...more,
    });
    const due = async (now: number) => {
      const rows = await bench.store.writer.leaseOutbox(now, 30_000, 10);
      return rows.map(({ notice, channel, tries }) => [notice, channel, tries]);
    };

    test("a notice goes to every channel once, however often it is written", async () => {
      await bench.agent.add(loss([1])).send(bench.store.writer);
      await bench.store.writer.saveAlerts([write("a")], ["slack", "hook"], NOW);
      await bench.store.writer.saveAlerts([write("a")], ["slack", "hook"], NOW + 1);
      await bench.store.restart();
      expect(await due(NOW)).toEqual([
        ['{"of":"a"}', "slack", 1],
        ['{"of":"a"}', "hook", 1],
      ]);
      expect(await due(NOW)).toEqual([]);
      expect(await bench.store.writer.openAlerts(RUN)).toMatchObject([{ id: "a" }]);
    });

    test("a lease that ran out, or whose holder is gone, is given out again; a late word on it counts no more", async () => {
      await bench.store.writer.saveAlerts([write("a")], ["slack"], NOW);
      const [first] = await bench.store.writer.leaseOutbox(NOW, 30_000, 10);
      expect(await due(NOW + 29_999)).toEqual([]);
      expect(await due(NOW + 30_000)).toEqual([['{"of":"a"}', "slack", 2]]);
      await bench.store.writer.settleOutbox([first!], { state: "sent" }, NOW + 30_001);
      await bench.store.writer.releaseOutbox(NOW + 30_002);
      const [third] = await bench.store.writer.leaseOutbox(NOW + 30_002, 30_000, 10);
      expect(third?.tries).toBe(3);
      await bench.store.writer.settleOutbox([third!], { state: "sent" }, NOW + 30_003);
      expect(await bench.store.writer.nextDue()).toBeNull();
      expect(await bench.store.reader.alerts(RUN)).toMatchObject([
        { id: "a", told: [{ channel: "slack", state: "sent", tries: 3 }] },
      ]);
      expect(await bench.store.reader.lastDelivery("slack")).toMatchObject({ state: "sent", at: NOW + 30_003 });
    });

    test("what may wait and has passed meanwhile is not told; its end is told only to who heard of it", async () => {
      const notice = { number: 0, kind: "firing" as const, body: "{}", urgent: false };
      const over = {
        isNew: false,
        passed: true,
        notice: { number: 1, kind: "resolved" as const, body: "{}", urgent: false },
      };
      await bench.store.writer.saveAlerts([write("calm", { notice })], ["slack"], NOW);
      expect(await due(NOW)).toEqual([]);
      await bench.store.writer.saveAlerts([write("calm", over, "resolved")], ["slack"], NOW + 1);
      expect(await due(NOW + 60_000)).toEqual([]);

      await bench.store.writer.saveAlerts([write("heard", { notice })], ["slack"], NOW);
      const heard = await bench.store.writer.leaseOutbox(NOW + 10_000, 30_000, 10);
      expect(heard.length).toBe(1);
      await bench.store.writer.settleOutbox(heard, { state: "sent" }, NOW + 10_000);
      await bench.store.writer.saveAlerts([write("heard", over, "resolved")], ["slack"], NOW + 10_001);
      expect((await due(NOW + 10_001)).length).toBe(1);
    });

    test("the end of a run does not unsay what is still to be told", async () => {
      await bench.store.writer.saveAlerts([write("a")], ["slack"], NOW);
      await bench.store.writer.saveAlerts([write("a", { isNew: false, notice: null }, "resolved")], ["slack"], NOW);
      expect((await due(NOW)).length).toBe(1);
      expect(await bench.store.writer.openAlerts(RUN)).toEqual([]);
    });

    test("later messages of an incident know what the channel answered to the first", async () => {
      const { writer } = bench.store;
      const of = (id: string) => ({ ...write(id), alert: { ...write(id).alert, incident: `${RUN}-1` } });
      await writer.saveAlerts([of("a")], ["slack", "hook"], NOW);
      const first = await writer.leaseOutbox(NOW, 30_000, 10);
      expect(first.map(({ receipt }) => receipt)).toEqual([null, null]);
      const slack = first.filter(({ channel }) => channel === "slack");
      await writer.settleOutbox(slack, { state: "sent", receipt: "thread-1" }, NOW);
      await writer.settleOutbox(
        first.filter(({ channel }) => channel === "hook"),
        { state: "sent" },
        NOW,
      );
      await writer.saveAlerts([of("b"), write("other")], ["slack", "hook"], NOW + 1);
      const later = await writer.leaseOutbox(NOW + 1, 30_000, 10);
      expect(later.map(({ alert, channel, receipt }) => [alert, channel, receipt])).toEqual([
        ["b", "slack", "thread-1"],
        ["b", "hook", null],
        ["other", "slack", null],
        ["other", "hook", null],
      ]);
    });

    test("a dead notice is tried again when a person says so, and what has arrived is not", async () => {
      const { writer, reader } = bench.store;
      await writer.saveAlerts([write("a")], ["slack", "hook"], NOW);
      const [lost, arrived] = await writer.leaseOutbox(NOW, 30_000, 10);
      await writer.settleOutbox([lost!], { state: "dead", error: "answered 404" }, NOW);
      await writer.settleOutbox([arrived!], { state: "sent" }, NOW);
      const log = { channel: null, limit: 10, before: null };
      expect(await reader.deliveries({ ...log, state: "dead" })).toMatchObject([
        { id: lost!.id, alert: "a", run: RUN, subject: "nan", error: "answered 404", tries: 1 },
      ]);
      expect(await writer.retryDelivery(arrived!.id, NOW + 1)).toBe(false);
      expect(await writer.retryDelivery(lost!.id, NOW + 1)).toBe(true);
      expect(await due(NOW + 1)).toEqual([['{"of":"a"}', "slack", 2]]);
      expect((await reader.deliveries({ ...log, state: null, before: arrived!.id })).map(({ id }) => id)).toEqual([
        lost!.id,
      ]);
    });

    test("what became of an alert is kept in order, the newest two hundred steps of it", async () => {
      const { writer, reader } = bench.store;
      const stage = (at: number) => ({ at, stage: "reminded" as const, detail: String(at) });
      await writer.saveAlerts([write("a", { stages: [stage(NOW)] })], ["slack"], NOW);
      for (let i = 1; i <= 250; i++)
        await writer.saveAlerts([write("a", { isNew: false, notice: null, stages: [stage(NOW + i)] })], [], NOW + i);
      const story = (await reader.alertStory("a"))!;
      expect(story.filter((one) => one.stage === "reminded").map(({ at }) => at - NOW)).toEqual(
        Array.from({ length: 200 }, (_, i) => i + 51),
      );
      expect(story).toContainEqual({ at: NOW, stage: "queued", detail: "slack" });
      expect(await reader.alertStory("none")).toBeNull();
    });
  });
}
