import { expect, test } from "vitest";
import { DiagnosisEngine } from "../engine.ts";
import { scenario } from "../scenario.ts";

function sentence(before: string, after: string, from: number): string[] {
  const engine = DiagnosisEngine.fresh();
  const first = scenario({ "train/loss": before });
  const second = scenario({ "train/loss": after }, { from, attempt: 1 });
  const said = engine.observe([...first, ...second]).filter(({ rule }) => rule === "run.resumed");
  return said.map(({ severity, alert, text }) => `${severity} ${alert} ${text.en}`);
}

test("a resume tells the step, and the loss before and after it", () => {
  expect(sentence("3-0.001x400", "2.601-0.001x50", 401)).toEqual([
    "note false Resumed at step 401 after stopping at step 400: loss was 2.60 before, is 2.60 after.",
  ]);
  expect(sentence("3-0.001x400", "2.601-0.001x50", 401)).toHaveLength(1);
});

test("after a rewind the level before is that of the step gone back to", () => {
  const [text] = sentence("3-0.001x400~0.01", "2.701-0.001x50~0.01", 300);
  expect(text).toMatch(
    /^note false Resumed at step 300 after stopping at step 400: loss was 2.7\d before, is 2.7\d after\.$/,
  );
});

test("a loss far better or worse than before is explained", () => {
  expect(sentence("2.5x400~0.01", "2.2x50~0.01", 401)[0]).toContain("Data repeated after a resume looks too good");
  expect(sentence("2.5x400~0.01", "3x50~0.01", 401)[0]).toContain("may not have been restored");
});

test("the first attempt is no resume", () => {
  expect(sentence("_x400", "2.5x50~0.01", 401)).toEqual([]);
});
