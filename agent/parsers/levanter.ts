import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line } from "./dialect.ts";
import { scanLiteral } from "./literal.ts";
import type { Reading } from "./reading.ts";
import { type Pairs, pairsOf, record } from "./record.ts";

const PROGRESS =
  /Progress on:train ([\d.]{1,12}[kMG]?)it\/([\d.]{1,12}[kMG]?)it rate:\S{1,30} remaining:\S{1,30} elapsed:\S{1,30} postfix:(.{1,400})$/;
const EVALUATION = / - levanter\.eval - [\w.:]{1,60} - INFO :: ([^:]{1,120} loss): (\S{1,40})$/;

/**
 * Levanter's bar, one line a minute: `Progress on:train 12.5kit/30.0kit rate:12.3it/s remaining:23:42 elapsed:17:00
 * postfix:loss=2.51`, whose count has three digits, and its evaluator's `… - INFO :: eval loss: 3.412` without a step. What
 * its JSON tracker writes, `{"tracker": "json_logger", "event": "log", "step": 12501, "metrics": {…}}`, has the names inside. `stanford-crfm/levanter:src/levanter/callbacks/_metrics.py`,
 * `tradingstrategy-ai/tqdm-loggable:tqdm_loggable/tqdm_logging.py`
 */
export const levanter: Dialect = {
  mayRead: ({ text }) =>
    text.includes("Progress on:") || text.includes("levanter.eval") || text.includes('"json_logger"'),
  read(line) {
    if (line.text.includes(JSON_HEAD)) return readJson(line);
    const evaluation = EVALUATION.exec(line.text);
    if (evaluation) {
      const [, name = "", value] = evaluation;
      return record(line, "levanter", pairsOf([[name, value]]), { kind: "eval" });
    }
    const progress = PROGRESS.exec(line.text);
    if (!progress) return null;
    const [, count = "", total = "", postfix = ""] = progress;
    const pairs: Pairs = { keys: [], fields: [] };
    for (const part of postfix.split(",", 20)) {
      const sign = part.indexOf("=");
      if (sign <= 0) continue;
      pairs.keys.push(part.slice(0, sign).trim());
      pairs.fields.push(parseNumber(part.slice(sign + 1)));
    }
    return record(line, "levanter", pairs, { step: wholeOf(count), maxSteps: wholeOf(total) });
  },
};

const JSON_HEAD = '{"tracker": "json_logger"';
const INSIDE = "metrics/";

function readJson(line: Line): Reading[] | null {
  const literal = scanLiteral(line.text, line.text.indexOf(JSON_HEAD));
  const at = literal?.keys.indexOf("step") ?? -1;
  // Summaries and settings have no step.
  if (!literal || at < 0) return [];
  const pairs: Pairs = { keys: [], fields: [] };
  for (const [i, key] of literal.keys.entries()) {
    if (!key.startsWith(INSIDE)) continue;
    pairs.keys.push(key.slice(INSIDE.length));
    pairs.fields.push(literal.fields[i] ?? null);
  }
  const readings = record(line, "levanter", pairs, { step: Number(literal.fields[at]) });
  const counted = literal.fields[literal.keys.indexOf(`${INSIDE}global_step`)];
  // Its own count of steps is one of its metrics.
  if (readings?.[0] && typeof counted === "number") {
    readings[0].names = [...readings[0].names, "global_step"];
    readings[0].values.push(counted);
  }
  return readings;
}

const wholeOf = (text: string): number | null => {
  const giga = text.endsWith("G");
  const value = parseNumber(giga ? text.slice(0, -1) : text);
  return value === null ? null : Math.round(giga ? value * 1e9 : value);
};
