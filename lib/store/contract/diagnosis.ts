import { describe, expect, test } from "vitest";
import type { Finding } from "#lib/protocol/index.ts";
import type { StoredDiagnosis } from "../store.ts";
import type { Bench } from "./bench.ts";
import { loss, NOW, RUN } from "./fixtures.ts";

/** What the diagnosis leaves with the store. */
export function diagnosisContract(bench: Bench): void {
  describe("diagnosis", () => {
    const row = (
      evaluatedTo: number,
      newFindings: Finding[],
    ): StoredDiagnosis & { newFindings: Finding[]; alerts: [] } => {
      const view = { findings: [], pointsJudged: evaluatedTo } as unknown as StoredDiagnosis["view"];
      return { run: RUN, evaluatedTo, state: `state ${evaluatedTo}`, view, newFindings, alerts: [] };
    };
    const finding = (step: number): Finding => ({
      rule: "spike",
      severity: "note",
      step,
      saidAtStep: step,
      alert: false,
      text: { en: "a", "zh-CN": "b" },
      evidence: [],
    });

    test("state and view are the last saved, findings add up, and unjudged runs are named", async () => {
      await bench.agent.add(loss([1, 2, 3])).send(bench.store.writer);
      expect(await bench.store.writer.runsToJudge()).toEqual([{ run: RUN, facts: null }]);
      await bench.store.writer.saveDiagnosis([row(2, [finding(1)])], [], NOW);
      expect(await bench.store.writer.runsToJudge()).toEqual([{ run: RUN, facts: null }]);
      await bench.store.writer.saveDiagnosis([row(3, [finding(2), finding(3)])], [], NOW);
      expect(await bench.store.writer.runsToJudge()).toEqual([]);
      await bench.store.restart();
      const { newFindings: _, alerts: __, ...saved } = row(3, []);
      expect(await bench.store.writer.diagnosis(RUN)).toEqual(saved);
      const findings = await bench.store.reader.findings(RUN);
      expect(findings.map(({ step }) => step)).toEqual([1, 2, 3]);
      expect(await bench.store.writer.findings(RUN)).toEqual(findings);
      expect((await bench.store.reader.run(RUN))?.view).toEqual(saved.view);
    });

    test("a diagnosis of a run that is not there is an error", async () => {
      await expect(bench.store.writer.saveDiagnosis([row(1, [])], [], NOW)).rejects.toMatchObject({
        code: "not_found",
      });
    });
  });
}
