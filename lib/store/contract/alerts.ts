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
      expect((await due(NOW + 10_000)).length).toBe(1);
      await bench.store.writer.saveAlerts([write("heard", over, "resolved")], ["slack"], NOW + 10_001);
      expect((await due(NOW + 10_001)).length).toBe(1);
    });

    test("the end of a run does not unsay what is still to be told", async () => {
      await bench.store.writer.saveAlerts([write("a")], ["slack"], NOW);
      await bench.store.writer.saveAlerts([write("a", { isNew: false, notice: null }, "resolved")], ["slack"], NOW);
      expect((await due(NOW)).length).toBe(1);
      expect(await bench.store.writer.openAlerts(RUN)).toEqual([]);
    });
  });
}
