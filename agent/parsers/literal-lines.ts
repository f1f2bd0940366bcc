import { isStepKey, namesOfSet } from "#lib/protocol/index.ts";
import type { Line } from "./dialect.ts";
import { scanLiteral } from "./literal.ts";
import { type Field, type Reading, readPairs } from "./reading.ts";

/** Failed attempts in one line: text that opens many braces and closes none must not cost its square. */
const MAX_FAILURES = 3;

/** Reads every object literal that opens with `opener`; null when none of them is a record. */
export function readLiterals(
  line: Line,
  opener: string,
  formatOf: (keys: readonly string[]) => string,
): Reading[] | null {
  const { text } = line;
  const readings: Reading[] = [];
  let failures = 0;
  let start = text.indexOf(opener);
  for (let next = start; start >= 0 && failures < MAX_FAILURES; start = text.indexOf(opener, next)) {
    const literal = scanLiteral(text, start);
    next = literal ? literal.end : start + 1;
    if (!literal) {
      failures += 1;
      continue;
    }
    const stepped = withStepBefore(text.slice(Math.max(0, start - 80), start), literal.keys, literal.fields);
    const { evaluationSet } = line;
    const keys = evaluationSet === null ? stepped.keys : namesOfSet(evaluationSet, stepped.keys);
    const reading = readPairs(formatOf(literal.keys), keys, stepped.fields, { isEvaluation: evaluationSet !== null });
    if (!reading) continue;
    if (start > 0) {
      if (Number.isNaN(reading.at)) reading.at = line.head.at;
      reading.rank ??= line.head.rank;
    }
    readings.push(reading);
  }
  return readings.length > 0 ? readings : null;
}

const STEP_BEFORE = /\b(?:global[ _]?step|step|iter(?:ation)?)\s*[:= ]\s*(\d{1,15})\b[^{]{0,60}$/i;

/** `Global step 12: {…}`: the step stands before the record. */
function withStepBefore(before: string, keys: readonly string[], fields: readonly Field[]) {
  if (before === "" || keys.some(isStepKey)) return { keys, fields };
  const match = STEP_BEFORE.exec(before);
  return match ? { keys: ["step", ...keys], fields: [Number(match[1]), ...fields] } : { keys, fields };
}
