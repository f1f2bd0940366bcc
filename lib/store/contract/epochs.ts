import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { loss, NOW, RUN } from "./fixtures.ts";

/** Who may ship, and from which record on. */
export function epochsContract(bench: Bench): void {
  describe("epochs", () => {
    test("a spool that is not known gets the next epoch and starts at record 1", async () => {
      const other = bench.agent.hello({ spoolId: "b".repeat(32) });
      expect(await bench.store.writer.openEpoch(other)).toEqual({ kind: "open", epoch: 2, expect: 1 });
    });

    test("a known spool goes on after the last committed record, also after a restart", async () => {
      await bench.agent.add(loss([1]), loss([2], 2)).send(bench.store.writer);
      await bench.store.restart();
      expect(await bench.store.writer.openEpoch(bench.agent.hello())).toEqual({ kind: "open", epoch: 1, expect: 3 });
    });

    test("a copy of the spool on another host is refused, and the first one goes on", async () => {
      const copy = await bench.store.writer.openEpoch(bench.agent.hello({ fingerprint: "disk-2", host: "node-2" }));
      expect(copy).toMatchObject({
        kind: "refused",
        code: "E_SPOOL_CLONED",
        message: "This spool is in use on node-1.",
      });
      expect((await bench.agent.add(loss([1])).send(bench.store.writer)).result).toMatchObject({ kind: "committed" });
    });

    test("a spool put back to an older copy is refused: its next records would pass for repeats", async () => {
      await bench.agent.add(loss([1]), loss([2], 2), loss([3], 3)).send(bench.store.writer);
      const older = await bench.store.writer.openEpoch(bench.agent.hello({ lastSeq: 2 }));
      expect(older).toMatchObject({ kind: "refused", code: "E_DIVERGED" });
      const emptied = await bench.store.writer.openEpoch(bench.agent.hello({ firstSeq: 4, lastSeq: 3 }));
      expect(emptied).toEqual({ kind: "open", epoch: 1, expect: 4 });
    });

    test("an older spool is fenced once a newer one has said hello", async () => {
      await bench.store.writer.openEpoch(bench.agent.hello({ spoolId: "b".repeat(32) }));
      expect(await bench.store.writer.openEpoch(bench.agent.hello())).toMatchObject({
        kind: "refused",
        code: "E_FENCED",
      });
      expect((await bench.agent.add(loss([1])).send(bench.store.writer)).result).toMatchObject({ code: "E_FENCED" });
    });

    test("records the agent no longer has are shown as a gap, and nothing waits for them", async () => {
      await bench.agent
        .add(loss([1]), loss([2], 2), loss([3], 3), loss([4], 4), loss([5], 5))
        .send(bench.store.writer, 1, 1);
      const before = await bench.store.reader.run(RUN);
      const opened = await bench.store.writer.openEpoch(bench.agent.hello({ firstSeq: 5, lastSeq: 5, now: NOW + 5 }));
      expect(opened).toEqual({ kind: "open", epoch: 1, expect: 5 });
      expect((await bench.agent.send(bench.store.writer, 5, 1)).result).toEqual({
        kind: "committed",
        last: 5,
        rejected: [],
      });
      const run = await bench.store.reader.run(RUN);
      expect(run?.gaps).toEqual([{ at: NOW + 5, records: 3, reason: expect.any(String) }]);
      expect(run?.cursor).toBe(before!.cursor + 2);
    });

    test("a run first met in its middle, because the server is new, is marked too", async () => {
      bench.agent.add(loss([1]), loss([2], 2));
      const opened = await bench.store.writer.openEpoch(bench.agent.hello({ spoolId: "b".repeat(32), firstSeq: 2 }));
      expect(opened).toEqual({ kind: "open", epoch: 2, expect: 2 });
      bench.agent.epoch = 2;
      await bench.agent.send(bench.store.writer, 2, 1);
      expect((await bench.store.reader.run(RUN))?.gaps).toMatchObject([{ records: 1 }]);
    });
  });
}
