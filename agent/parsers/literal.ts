import { parseNumber, plainEnd, scanPlain } from "#lib/protocol/index.ts";
import type { Field } from "./reading.ts";

/** The flat pairs of a JSON object or Python dict; keys of nested objects are joined with `/`. `end` is after its brace. */
export type Literal = { keys: readonly string[]; fields: Field[]; end: number };

const MAX_DEPTH = 8;

/**
 * Keys of the literal read last: programs repeat themselves, so that a key already known need not be cut out again, and a
 * literal with all the same keys has this very list.
 */
let recentKeys: readonly string[] = [];

/**
 * Reads the object literal that opens at `start`, JSON or Python alike: either quote, bare `NaN`, `nan`, `None`, numbers in
 * quotes, `tensor(…)`. Lists stay text. Null when it is cut or malformed. Nothing is evaluated; time is linear.
 */
export function scanLiteral(text: string, start: number): Literal | null {
  /** Null as long as the keys are those of the literal before. */
  let ownKeys: string[] | null = null;
  const fields: Field[] = [];
  const prefixes: string[] = [];
  let prefix = "";
  let i = start + 1;
  for (;;) {
    i = skipBlanks(text, i);
    const code = text.charCodeAt(i);
    if (code === COMMA) {
      i += 1;
      continue;
    }
    if (code === CLOSE) {
      i += 1;
      if (prefixes.length === 0) {
        if (ownKeys || fields.length < recentKeys.length) recentKeys = ownKeys ?? recentKeys.slice(0, fields.length);
        return { keys: recentKeys, fields, end: i };
      }
      prefix = prefixes.pop()!;
      continue;
    }
    if (code !== SINGLE && code !== DOUBLE) return null;
    const recent = recentKeys[fields.length];
    const isRecent = prefix === "" && recent !== undefined && isQuoted(text, i, recent, code);
    const keyEnd = isRecent ? i + 1 + recent.length : closingQuote(text, i);
    if (keyEnd < 0) return null;
    const key = isRecent ? recent : prefix + text.slice(i + 1, keyEnd);
    i = skipBlanks(text, keyEnd + 1);
    if (text.charCodeAt(i) !== COLON) return null;
    i = skipBlanks(text, i + 1);
    const open = text.charCodeAt(i);
    if (open === OPEN && prefixes.length < MAX_DEPTH) {
      prefixes.push(prefix);
      prefix = `${key}/`;
      i += 1;
      continue;
    }
    if (ownKeys === null && key !== recent) ownKeys = recentKeys.slice(0, fields.length);
    ownKeys?.push(key);
    const plain = plainValue(text, i, open);
    if (!Number.isNaN(plain)) {
      fields.push(plain);
      i = open === SINGLE || open === DOUBLE ? plainEnd() + 1 : plainEnd();
      continue;
    }
    const end = valueEnd(text, i, open);
    if (end < 0) return null;
    fields.push(fieldOf(text, i, end, open));
    i = end;
  }
}

/** Index of the quote that closes the one at `start`; a backslash escapes what follows it. -1 when it is not closed. */
export function closingQuote(text: string, start: number): number {
  const quote = text.charCodeAt(start);
  for (let i = start + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === quote) return i;
    if (code === BACKSLASH) i += 1;
  }
  return -1;
}

/** Index after the bracket that closes the one at `start`, quotes respected; -1 when it is not closed within `limit`. */
export function closingBracket(text: string, start: number, limit = text.length): number {
  let depth = 0;
  for (let i = start; i < limit && i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === SINGLE || code === DOUBLE) {
      const end = closingQuote(text, i);
      if (end < 0) return -1;
      i = end;
    } else if (code === OPEN || code === 91 || code === 40) depth += 1;
    else if (code === CLOSE || code === 93 || code === 41) {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}

/** Nearly every value is a plain number, bare or in quotes: read in one go. NaN when this one is not. */
function plainValue(text: string, start: number, open: number): number {
  const isQuote = open === SINGLE || open === DOUBLE;
  const value = scanPlain(text, isQuote ? start + 1 : start);
  if (Number.isNaN(value)) return value;
  const next = text.charCodeAt(plainEnd());
  return (isQuote ? next === open : isDelimiter(next) && next !== PARENTHESIS) ? value : Number.NaN;
}

function valueEnd(text: string, start: number, open: number): number {
  if (open === SINGLE || open === DOUBLE) {
    const end = closingQuote(text, start);
    return end < 0 ? -1 : end + 1;
  }
  if (open === OPEN || open === 91 || open === 40) return closingBracket(text, start);
  let end = start;
  while (end < text.length && !isDelimiter(text.charCodeAt(end))) end += 1;
  if (end === start) return -1;
  return text.charCodeAt(end) === 40 ? closingBracket(text, end) : end;
}

function fieldOf(text: string, start: number, end: number, open: number): Field {
  if (open === OPEN) return null;
  const isText = open === SINGLE || open === DOUBLE;
  const raw = isText ? text.slice(start + 1, end - 1) : text.slice(start, end);
  if (open === 91 || open === 40) return raw;
  return parseNumber(raw) ?? raw;
}

const isQuoted = (text: string, start: number, key: string, quote: number): boolean =>
  text.charCodeAt(start + 1 + key.length) === quote && text.startsWith(key, start + 1);

/** Blank, comma, or any bracket but an opening brace or square one. */
const isDelimiter = (code: number): boolean =>
  code <= 32 || code === COMMA || code === CLOSE || code === 93 || code === 40 || code === 41;

function skipBlanks(text: string, start: number): number {
  let i = start;
  while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i += 1;
  return i;
}

const DOUBLE = 34;
const SINGLE = 39;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const PARENTHESIS = 40;
const OPEN = 123;
const CLOSE = 125;
