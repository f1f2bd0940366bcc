import { canonicalName, isStepKey, parseNumber, scanNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { closingBracket, closingQuote } from "./literal.ts";
import { type Field, readPairs } from "./reading.ts";
import type { Pairs } from "./record.ts";

/**
 * Home-made lines: `step=10 loss=2.3`, `step: 20 | loss: 2.1`, `step 30/1000 loss 1.98`, `Step 50 - val_loss: 2.05`,
 * `387.8k tok/s`, and logfmt. Text in quotes is not searched, and lines that read like a program or a message are not records.
 */
export const keyValue: Dialect = {
  mayRead: ({ text }) => text.length <= LONGEST_CHARS && CANDIDATE.test(text),
  read({ message, head }) {
    if (isNoRecord(message)) return null;
    const pairs = scanPairs(message);
    if (pairs.keys.length === 0) return null;
    const format = LOGFMT.test(message) ? "logfmt" : "key-value";
    const reading = readPairs(format, pairs.keys, pairs.fields, { isEvaluation: EVALUATION.test(message) });
    if (!reading) return null;
    if (Number.isNaN(reading.at)) reading.at = head.at;
    reading.rank ??= head.rank;
    return [reading];
  },
};

/** Longer lines are dumps; ten times what a program with two hundred metrics prints. */
const LONGEST_CHARS = 16_384;
const CANDIDATE = /loss|step|iter/i;
const LOGFMT = /^(?:ts|time|level|lvl|msg)=\S/;
const EVALUATION = /^\W*(?:\w+ )?(?:eval|evaluation|evaluating|val|valid|validate|validation|test)\b(?![_/.=]| ?loss)/i;
/** Messages about a step or a loss, which repeat old numbers. */
const PROSE =
  /\b(?:best|lowest|improved|saving|saved|checkpoint|loading|loaded|resum(?:e|ing|ed)|restor(?:e|ing|ed)|warmup|python3?|usage)\b/i;
const PROGRAM =
  /^(?: {4,}|\t| +\w+ += )|^\s*(?:def|class|import|from|return|if|elif|else|for|while|assert|raise|print|with|self|#|@|>+|\$|\+|wandb:|(?:\w+\.)*\w*(?:Error|Exception|Warning):)(?:[\s(.:]|$)|(?:^|\s)--[a-z]|[{}]|\bf["']|[=:] *(?:None|True|False)\b/;

/** True for lines that read like a program or a message, and for bars that have been cut. */
export const isNoRecord = (message: string): boolean =>
  PROSE.test(message) || PROGRAM.test(message) || CUT_BAR.test(message);

/** A bar that a narrow terminal has cut: its last number may be cut too. Whole bars never come here. */
const CUT_BAR = /\d%\|[^|]*\| *\d+\/\d+ \[/;

const WORD = /[\p{L}_][\p{L}\p{N}_./@%'+-]*/uy;
const PARENTHESES = / ?\([\w/%. -]{1,24}\)(?=\s?[:=])/y;
const ASSIGN = /( *)([:=])(?![:=/\\])( {0,24})/y;
const BARE_NUMBER = / +(?=[\d.+-]|nan\b|inf(?:inity)?\b)/iy;
const FRACTION = /\d[\d,]*\s?\/\s{0,12}\d[\d,]*/y;
const AFTER = / ?\(([^()]{1,24})\)/y;
const SPACED_UNIT = / (?:[KMGT]i?B|ms|s|sec|seconds|it\/s|tok\/s|tokens\/s|samples\/s)(?=[\s,|;)]|$)/y;
const MEASURED =
  /((?:\d{1,3}(?:,\d{3}){1,5}|\d{1,15})(?:\.\d{0,15})?[kKM]?) ?((?:tok|toks|token|tokens|samples)\/s(?:ec)?)(?=[\s,|;)\]]|$)/y;
const BRACKET = /[\w.]{0,20}[[(]/y;
const REST = /[^\s,|;]*/y;
/** What may be a time: no longer than 40 characters, for what follows a colon is looked at again. */
const SHORT_REST = /(?=\d)[^\s,|;]{0,41}/y;
/** Keys that are followed by their value with nothing but a blank between. */
const BARE_KEYS = /^(?:step|iter|iteration|epoch|loss|lr|ppl|acc|accuracy|perplexity)$/i;
const MAX_PAIRS = 1000;
const WRAPPED_CHARS = 400;

/** Every key with a number, in order. A key is the words since the last separator, or the last word before a tight `=`. */
export function scanPairs(text: string): Pairs {
  const pairs: Pairs = { keys: [], fields: [] };
  let phrase = -1;
  let i = 0;
  while (i < text.length && pairs.keys.length < MAX_PAIRS) {
    const char = text[i]!;
    if (char === " ") {
      if (text[i + 1] === " ") phrase = -1;
      i += 1;
      continue;
    }
    WORD.lastIndex = i;
    const word = WORD.exec(text)?.[0];
    if (word === undefined) {
      phrase = -1;
      i = readMeasured(text, i, pairs) ?? afterOther(text, i);
      continue;
    }
    if (phrase < 0) phrase = i;
    const wordStart = i;
    i += word.length;
    PARENTHESES.lastIndex = i;
    if (PARENTHESES.test(text)) i = PARENTHESES.lastIndex;
    const keyEnd = i;
    ASSIGN.lastIndex = i;
    const assign = ASSIGN.exec(text);
    if (assign) {
      const isTight = assign[2] === "=" && assign[1] === "" && assign[3] === "";
      const key = text.slice(isTight ? wordStart : phrase, keyEnd);
      i = readValue(text, ASSIGN.lastIndex, key, pairs, assign[2] === "=");
      phrase = -1;
      continue;
    }
    BARE_NUMBER.lastIndex = i;
    if (!BARE_NUMBER.test(text)) continue;
    const whole = text.slice(phrase, keyEnd);
    const isKey =
      BARE_KEYS.test(word) || canonicalName(whole) !== null || isWholeField(text, phrase, BARE_NUMBER.lastIndex);
    if (!isKey) continue;
    const key = BARE_KEYS.test(word) && canonicalName(whole) === null && !isStepKey(whole) ? word : whole;
    i = readValue(text, BARE_NUMBER.lastIndex, key, pairs, false);
    if (text[i] === ":" && text[i + 1] === " ") i += 1;
    phrase = -1;
  }
  return pairs;
}

/** Reads the value of `key` at `start`; gives the index to go on from. */
function readValue(text: string, start: number, key: string, pairs: Pairs, skipsText: boolean): number {
  const add = (field: Field, name = key): void => {
    pairs.keys.push(name);
    pairs.fields.push(field);
  };
  const char = text[start];
  if (char === '"' || char === "'") {
    const end = closingQuote(text, start);
    if (end < 0) return start + 1;
    const content = text.slice(start + 1, end);
    add(content.length <= 64 ? (parseNumber(content) ?? content) : null);
    return end + 1;
  }
  FRACTION.lastIndex = start;
  const fraction = FRACTION.exec(text)?.[0];
  if (fraction !== undefined) {
    add(fraction);
    return FRACTION.lastIndex;
  }
  const number = scanNumber(text, start, !/mem/i.test(key));
  if (number) {
    add(number.value);
    return readSecondValue(text, skipUnit(text, number.end), add, key);
  }
  BRACKET.lastIndex = start;
  if (BRACKET.test(text)) {
    const end = closingBracket(text, BRACKET.lastIndex - 1, start + WRAPPED_CHARS);
    if (end > 0) {
      const value = parseNumber(text.slice(start, end));
      if (value !== null) add(value);
      return end;
    }
  }
  const pattern = skipsText ? REST : SHORT_REST;
  pattern.lastIndex = start;
  const rest = pattern.exec(text)?.[0] ?? "";
  const isTimeText = rest.length <= 40 && /^\d/.test(rest);
  if (isTimeText) add(rest);
  return skipsText || isTimeText ? start + rest.length : start;
}

/** `Peak mem 8.138 GB` between two commas: words and one number with its unit, and nothing else. */
function isWholeField(text: string, phrase: number, start: number): boolean {
  if (phrase > 0 && !/[,|;] *$/.test(text.slice(Math.max(0, phrase - 4), phrase))) return false;
  const number = scanNumber(text, start);
  if (!number) return false;
  const end = skipUnit(text, number.end);
  return end >= text.length || ",|;".includes(text[end]!);
}

function skipUnit(text: string, start: number): number {
  SPACED_UNIT.lastIndex = start;
  return SPACED_UNIT.test(text) ? SPACED_UNIT.lastIndex : start;
}

/** `66.91GiB(37.51%)` has a share, `1.05 (1.07)` an average. */
function readSecondValue(text: string, start: number, add: (field: Field, name: string) => void, key: string): number {
  AFTER.lastIndex = start;
  const inside = AFTER.exec(text)?.[1];
  if (inside === undefined) return start;
  const value = scanNumber(inside, 0);
  if (value && inside.endsWith("%") && value.end === inside.length) add(value.value, `${key}_percent`);
  else if (value && value.end === inside.length && /\d$/.test(inside))
    add(value.value, `${canonicalName(key) ?? key}_avg`);
  return AFTER.lastIndex;
}

/** `387.8k tok/s`: a number whose unit tells what it is. Gives the index after it, null for all others. */
function readMeasured(text: string, start: number, pairs: Pairs): number | null {
  if (!isDigit(text[start]!)) return null;
  MEASURED.lastIndex = start;
  const [, number, unit] = MEASURED.exec(text) ?? [];
  if (number === undefined || unit === undefined) return null;
  pairs.keys.push(unit);
  pairs.fields.push(parseNumber(number));
  return MEASURED.lastIndex;
}

/** Skips what is no word: a quoted text as a whole, a number with what is tied to it, any other character alone. */
function afterOther(text: string, start: number): number {
  const char = text[start]!;
  if (char === '"' || (char === "'" && !/\w/.test(text[start - 1] ?? " "))) {
    const end = closingQuote(text, start);
    return end < 0 ? start + 1 : end + 1;
  }
  if (!isDigit(char)) return start + 1;
  REST.lastIndex = start;
  REST.test(text);
  return Math.max(REST.lastIndex, start + 1);
}

const isDigit = (char: string): boolean => char >= "0" && char <= "9";
