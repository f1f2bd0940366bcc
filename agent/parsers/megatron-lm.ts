import { isMetricName, scanNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { type Field, readPairs } from "./reading.ts";

const ITERATION = /^\s*iteration\s+(\d{1,15})\s*\/\s*(\d{1,15})\s*$/;
const EVALUATION = /^\s*(?:validation|test)[\w -]{0,80} (?:loss|results) at (?:iteration (\d{1,15}))?/;

/**
 * Megatron-LM and its relatives (Megatron-DeepSpeed, GPT-NeoX): `iteration 20/ 40000 | lm loss: 1.15E+01 | …` and
 * `validation loss at iteration 210 | lm loss value: 6.9E+00 | …`. A loss that is NaN is left out by the program itself;
 * `grad norm: nan` and `number of nan iterations` tell of it.
 */
export const megatronLm: Dialect = {
  mayRead: ({ text }) =>
    text.includes("|") && (text.includes("iteration") || text.includes("validation") || text.includes("test")),
  read({ message, head }) {
    const keys: string[] = [];
    const fields: Field[] = [];
    let isEvaluation = false;
    let isRecord = false;
    for (const part of message.split("|", 200)) {
      const iteration = ITERATION.exec(part);
      const evaluation = isRecord ? null : EVALUATION.exec(part);
      if (iteration) {
        isRecord = true;
        keys.push("iteration");
        fields.push(`${iteration[1]}/${iteration[2]}`);
      } else if (evaluation) {
        isRecord = true;
        isEvaluation = true;
        keys.push("iteration");
        fields.push(evaluation[1] === undefined ? null : Number(evaluation[1]));
      } else {
        const colon = part.lastIndexOf(": ");
        const value = colon > 0 ? scanNumber(part, skipBlanks(part, colon + 2)) : null;
        if (!value) continue;
        keys.push(
          part
            .slice(0, colon)
            .trim()
            .replace(/_ppl value$/, "_ppl"),
        );
        fields.push(value.value);
      }
    }
    if (!isRecord) return null;
    const reading = readPairs("megatron-lm", keys, fields, { isEvaluation });
    if (!reading?.names.some(isMetricName)) return null;
    reading.at = head.at;
    reading.rank = head.rank;
    return [reading];
  },
};

function skipBlanks(text: string, start: number): number {
  let i = start;
  while (text[i] === " ") i += 1;
  return i;
}
