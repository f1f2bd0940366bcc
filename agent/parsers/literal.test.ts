import fc from "fast-check";
import { expect, test } from "vitest";
import { randomFrom } from "#lib/core/index.ts";
import { sampleLines, samplesAreHere } from "./format-samples.ts";
import { fuzzLine } from "./fuzz.ts";
import { scanLiteral } from "./literal.ts";

const SEED = 11;
const CHANGED = 20_000;

const lines = samplesAreHere
  ? sampleLines()
  : ["{'loss': 2.5, 'epoch': 0.1}", '{"step": 1, "loss": nan, "data": {"a": 1}}', "{'loss': '2.5', 'lr': [1, 2]}"];

/** Read as the first literal there is: nothing is known of its keys. */
function scanAfresh(text: string, start: number) {
  scanLiteral("{}", 0);
  return scanLiteral(text, start);
}

test("a literal is read the same whatever was read before it: samples, and lines made from them", () => {
  const random = randomFrom(SEED);
  const literals = lines.filter((line) => line.includes("{"));
  const changed = Array.from({ length: CHANGED }, () => fuzzLine(literals, random));
  const texts = [...literals, ...changed].filter((text) => text.includes("{"));
  const found = texts.map((text) => scanLiteral(text, text.indexOf("{")));
  expect(found.some((literal) => literal !== null && literal.keys.length > 3)).toBe(true);
  for (const [i, text] of texts.entries()) expect(found[i], text).toEqual(scanAfresh(text, text.indexOf("{")));
});

test("a literal is read the same after one that shares some of its keys", () => {
  const value = fc.constantFrom("1", "'2'", "nan", "[1, 2]", "{'a': 3}", "{}");
  const literal = fc
    .array(fc.tuple(fc.constantFrom("a", "b", "a/a", "loss"), value), { maxLength: 5 })
    .map((pairs) => `{${pairs.map(([key, text]) => `'${key}': ${text}`).join(", ")}}`);
  fc.assert(
    fc.property(literal, literal, (before, text) => {
      const afresh = scanAfresh(text, 0);
      scanLiteral(before, 0);
      const first = scanLiteral(text, 0);
      const again = scanLiteral(text, 0);
      expect([first, again]).toEqual([afresh, afresh]);
    }),
  );
});

test("a literal that goes on as another one did has that one's list of keys, and leaves it as it is", () => {
  const first = scanAfresh("{'loss': 2.5, 'epoch': 0.1}", 0);
  expect(scanLiteral("{'loss': 2.4, 'epoch': 0.2}", 0)?.keys).toBe(first?.keys);
  expect(scanLiteral("{'loss': 2.4, 'lr': 0.2}", 0)?.keys).toEqual(["loss", "lr"]);
  expect(scanLiteral("{'loss': 2.4}", 0)?.keys).toEqual(["loss"]);
  expect(first?.keys).toEqual(["loss", "epoch"]);
});
