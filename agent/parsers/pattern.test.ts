import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CurvewatchError, compileLinePattern } from "#lib/protocol/index.ts";
import { LogReader } from "./index.ts";
import { openPattern } from "./pattern.ts";
import { observations, segmentsOf } from "./testing.ts";

const OWN = "(?<step>\\d+).*loss=(?<loss>\\S+)";

function read(text: string, pattern: string) {
  const reader = new LogReader({ path: "own.log", pattern });
  for (const segment of segmentsOf(text)) reader.push(segment);
  reader.flush();
  const points = observations(reader.take().groups);
  return { points: points.map(({ step, values }) => [step, Object.fromEntries(values)]), facts: reader.facts() };
}

function problemOf(pattern: string): string {
  try {
    openPattern(pattern);
  } catch (error) {
    if (error instanceof CurvewatchError) return `${error.code} ${error.message}; ${error.hint}`;
    throw error;
  }
  return "none";
}

function groupsOf(pattern: string, text: string): (string | null)[] | null {
  const compiled = compileLinePattern(pattern);
  if ("code" in compiled) throw new Error(compiled.code);
  return compiled.program.match(text);
}

describe("a person's own pattern", () => {
  test("reads lines that nothing else does", () => {
    const { points, facts } = read("@10 >> loss=2.5, ok\nwords\n@20 >> loss=nan\n", OWN);
    expect(points).toEqual([
      [10, { "train/loss": 2.5 }],
      [20, { "train/loss": Number.NaN }],
    ]);
    expect(facts).toMatchObject({ format: "pattern", linesParsed: 2, stepSource: "printed" });
    expect(facts.formatReason).toBe("line 1 matches the pattern that was given, with 'step' and 'loss'");
  });

  test("names metrics as programs do, with __ for /, and knows epoch and time", () => {
    const pattern = "(?<time>[\\d-]+ [\\d:]+) e(?<epoch>\\d+) lr (?<lr>\\S+) (?<val_loss>\\S+) (?<head__acc>\\S+)";
    const reader = new LogReader({ path: "own.log", pattern });
    for (const segment of segmentsOf("2026-07-14 08:12:53 e3 lr 1e-4 0.5 91%\n")) reader.push(segment);
    reader.flush();
    const [point] = observations(reader.take().groups);
    expect(point?.values).toEqual(
      new Map([
        ["epoch", 3],
        ["eval/loss", 0.5],
        ["head/acc", 91],
        ["learning_rate", 1e-4],
      ]),
    );
    expect(point?.at).toBe(new Date(2026, 6, 14, 8, 12, 53).getTime());
  });

  test("comes first, and lines it does not match are read as ever", () => {
    const { points } = read("step=1 loss=9 mine=5\nstep=2 loss=8\n", "step=(?<step>\\d+) .*mine=(?<mine>\\d+)");
    expect(points).toEqual([
      [1, { mine: 5 }],
      [2, { "train/loss": 8 }],
    ]);
  });

  test("without a step its records are counted", () => {
    expect(read("L 3\nL 2\nL 1\n", "^L (?<score>\\d+)$").points.map(([step]) => step)).toEqual([1, 2, 3]);
  });

  test("goes on in a reader that is made from another's state", () => {
    const first = new LogReader({ path: "own.log", pattern: OWN });
    const second = new LogReader({ path: "own.log", state: first.state() });
    second.push({ text: "@10 >> loss=2.5", line: 1, at: Number.NaN, frame: false });
    expect(observations(second.take().groups)).toHaveLength(1);
    expect(() => new LogReader({ path: "own.log", state: { ...Object(first.state()), pattern: "(" } })).not.toThrow();
  });
});

test.each([
  [
    "(?<loss>\\d+",
    "config the pattern cannot be used: this group is not closed, at character 1 ((?<loss>\\d+); add a )",
  ],
  ["x)(?<loss>.)", "a ')' closes no group, at character 2"],
  ["*(?<loss>.)", "'*' repeats nothing, at character 1"],
  ["(?<loss>[a-)", "this set is not closed, at character 9"],
  ["(?<loss>[z-a])", "a range out of order, at character 9"],
  ["(?=a)(?<loss>.)", "lookarounds are not supported, at character 1"],
  ["(?<loss>.)(?<!a)", "lookarounds are not supported, at character 11"],
  ["(?<loss>.)\\1", "references back to a group are not supported, at character 11"],
  ["(?<loss>.)\\k<loss>", "references back to a group are not supported"],
  ["(?<loss>.)(?<loss>.)", "two groups are named loss, at character 11"],
  ["(?<loss", "this group has no whole name, at character 1"],
  ["(?<train/loss>.)", "this group has no whole name, at character 1"],
  ["(?>a)(?<loss>.)", "this kind of group is not supported, at character 1"],
  ["(?<step>\\d+)", "no named group is a metric, at character 1 ((?<step>\\d+)); for example: --pattern"],
  ["(?<loss>.){200}", "a count of repeats is out of order or above 100"],
  ["(?:(?:a{100}){100}){100}(?<loss>.)", "it has too many parts"],
  ["(?:(?:(?:(?:(?:){100}){100}){100}){100}){100}(?<loss>.)", "it has too many parts"],
  [`(?<loss>.)${"a".repeat(600)}`, "it is longer than 500 characters"],
])("%s is refused with what to do", (pattern, problem) => {
  expect(problemOf(pattern)).toContain(problem);
});

test.each([
  ["(?<a>a+)+b(?<loss>.)", "b", "a"],
  [OWN, "loss=", "1"],
  ["(?<x>.*)(?<y>.*)(?<z>.*)(?<loss>\\d+)$", "", "1 "],
  ["(?:a?){100}(?<loss>b|c)", "", "a"],
])("%s takes no longer on a hostile line than its length asks for", (pattern, start, stretch) => {
  const { read: match } = openPattern(pattern);
  const text = start + stretch.repeat(65_536 / stretch.length);
  const times = [1, 2, 3].map(() => {
    const began = performance.now();
    match(text);
    return performance.now() - began;
  });
  expect(Math.min(...times)).toBeLessThan(500);
});

test("finds what JavaScript's own engine finds", () => {
  const atom = fc.constantFrom("a", "b", ".", "\\d", "[ab]", "[^a]", "\\w", "^", "$", "\\b", "(?:a|ab)", "1");
  const part = fc.oneof(
    atom,
    fc
      .tuple(
        fc.constantFrom("a", "b", ".", "\\d", "(?:a|b)", "(?:ab?)"),
        fc.constantFrom("*", "+", "?", "*?", "+?", "{2}", "{1,3}"),
      )
      .map(([a, q]) => a + q),
  );
  const pattern = fc
    .tuple(
      fc.array(part, { maxLength: 3 }),
      fc.array(part, { minLength: 1, maxLength: 3 }),
      fc.array(part, { maxLength: 3 }),
    )
    .map(([a, b, c]) => `${a.join("")}(?<x>${b.join("")}|b)${c.join("")}`);
  const text = fc.array(fc.constantFrom("a", "b", "1", " "), { maxLength: 12 }).map((chars) => chars.join(""));
  fc.assert(
    fc.property(pattern, text, (source, line) => {
      const match = new RegExp(source).exec(line);
      expect(groupsOf(source, line)).toEqual(match && [match.groups!.x ?? null]);
    }),
    { numRuns: 2000 },
  );
});
