import { describe, expect, test } from "vitest";
import { RULE_LIMITS, type UserRule, userRuleSchema } from "#lib/protocol/index.ts";
import type { DiagnosisWrite } from "../store.ts";
import type { Bench } from "./bench.ts";
import { loss, NOW, RUN } from "./fixtures.ts";

/** Rules that people made, the built-in ones they switched, and what rules know of a run. */
export function rulesContract(bench: Bench): void {
  describe("rules", () => {
    const rule = (id: string, more: Partial<UserRule> = {}): UserRule =>
      userRuleSchema.parse({
        id,
        name: id,
        metric: "eval/*",
        test: { kind: "threshold", op: ">", value: 5 },
        scope: { tag: "night" },
        ...more,
      });
    const row = (evaluatedTo: number, rules?: string): DiagnosisWrite => {
      const view = { pointsJudged: evaluatedTo } as unknown as DiagnosisWrite["view"];
      return { run: RUN, evaluatedTo, state: "", view, newFindings: [], alerts: [], ...(rules && { rules }) };
    };

    test("rules are kept as they were made, oldest first, for writer and readers alike", async () => {
      const { writer } = bench.store;
      await writer.addRule(rule("bbbbbbbb"), NOW);
      await writer.addRule(rule("aaaaaaaa"), NOW + 1);
      await writer.changeRule(rule("bbbbbbbb", { name: "other", enabled: false }), NOW + 2);
      await bench.store.restart();
      const rules = await bench.store.reader.rules();
      expect(rules).toEqual([
        { ...rule("bbbbbbbb", { name: "other", enabled: false }), createdAt: NOW, updatedAt: NOW + 2 },
        { ...rule("aaaaaaaa"), createdAt: NOW + 1, updatedAt: NOW + 1 },
      ]);
      expect(await bench.store.writer.rules()).toEqual(rules);
      await bench.store.writer.removeRule("bbbbbbbb");
      expect((await bench.store.reader.rules()).map(({ id }) => id)).toEqual(["aaaaaaaa"]);
    });

    test("what is not there cannot be changed, and there is an end to their number", async () => {
      const { writer } = bench.store;
      await expect(writer.changeRule(rule("aaaaaaaa"), NOW)).rejects.toMatchObject({ code: "not_found" });
      await expect(writer.removeRule("aaaaaaaa")).rejects.toMatchObject({ code: "not_found" });
      for (let i = 0; i < RULE_LIMITS.rules; i++) await writer.addRule(rule(String(i).padStart(8, "0")), NOW);
      await expect(writer.addRule(rule("aaaaaaaa"), NOW)).rejects.toMatchObject({ code: "conflict" });
    });

    test("a built-in rule is switched everywhere and in a project apart, and back to its default", async () => {
      const { writer, reader } = bench.store;
      await writer.switchRule("pace.slow", null, false);
      await writer.switchRule("pace.slow", "p", true);
      await writer.switchRule("nan", "p", true);
      await writer.switchRule("nan", "p", false);
      expect(await reader.ruleSwitches()).toEqual([
        { rule: "nan", project: "p", enabled: false },
        { rule: "pace.slow", project: null, enabled: false },
        { rule: "pace.slow", project: "p", enabled: true },
      ]);
      await writer.switchRule("pace.slow", null, null);
      expect((await writer.ruleSwitches()).length).toBe(2);
    });

    test("what rules know of a run is saved with its diagnosis, and stays where nothing new is given", async () => {
      await bench.agent.add(loss([1, 2, 3])).send(bench.store.writer);
      expect(await bench.store.writer.ruleState(RUN)).toBeNull();
      await bench.store.writer.saveDiagnosis([row(1, "one")], [], NOW);
      await bench.store.writer.saveDiagnosis([row(2)], [], NOW);
      await bench.store.crash();
      expect(await bench.store.writer.ruleState(RUN)).toBe("one");
      expect((await bench.store.writer.diagnosis(RUN))?.evaluatedTo).toBe(2);
      const lost = { ...row(3, "two"), run: "no-such-run" };
      await expect(bench.store.writer.saveDiagnosis([row(3, "three"), lost], [], NOW)).rejects.toThrow();
      expect(await bench.store.writer.ruleState(RUN)).toBe("one");
    });
  });
}
