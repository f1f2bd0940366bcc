import { z } from "zod";
import { CONFIG_LIMITS } from "#lib/protocol/index.ts";
import { type Sink, textOf, wordValue } from "./values.ts";

/**
 * Reads the pairs of a Python or JSON literal as they come, line by line: `{'a': 1, "b": {"c": [1, 2]}}`,
 * `TrainingArguments(lr=1e-4, …)`, `Namespace(…)`, pretty-printed or not. Between lines all it knows is which brackets are
 * open, so it can be saved there. Nothing is evaluated; time is linear; what does not fit is skipped.
 */
export const literalSchema = z.object({
  /** Open brackets, outermost first: the keys before them, and the number of the next item, −1 where there are keys. */
  open: z.array(z.object({ prefix: z.string().max(CONFIG_LIMITS.keyChars).nullable(), item: z.int() })).max(8),
  /** A key whose value is still to come. */
  key: z.string().max(CONFIG_LIMITS.keyChars).nullable(),
});
export type Literal = z.infer<typeof literalSchema>;

const MAX_DEPTH = 8;
/** Items of a list that are kept. */
const ITEMS = 4;

export function openLiteral(prefix = "", isList = false): Literal {
  return { open: [{ prefix, item: isList ? 0 : -1 }], key: null };
}

/**
 * Goes on with a literal.
 *
 * @returns index after its last bracket, −1 when it goes on in the next line, or `"lost"` where it is
 * no literal after all, or nests too deeply to follow
 */
export function readLiteral(literal: Literal, text: string, start: number, sink: Sink): number | "lost" {
  const { open } = literal;
  let i = start;
  for (;;) {
    i = skipSeparators(text, i);
    if (i >= text.length) return -1;
    const top = open.at(-1)!;
    const code = text.charCodeAt(i);
    if (isClosing(code)) {
      open.pop();
      literal.key = null;
      i += 1;
      if (open.length === 0) return i;
      continue;
    }
    if (top.item < 0 && literal.key === null) {
      if (isOpening(code)) return "lost";
      i = readKey(literal, text, i);
      continue;
    }
    const name = nameOf(literal);
    literal.key = null;
    if (top.item >= 0) top.item += 1;
    if (isOpening(code)) {
      if (open.length >= MAX_DEPTH) return "lost";
      open.push({ prefix: name, item: code === BRACE ? -1 : 0 });
      i += 1;
      continue;
    }
    if (code === SINGLE || code === DOUBLE) {
      const end = closingQuote(text, i);
      if (name !== null) sink(name, textOf(text.slice(i + 1, end)));
      i = end + 1;
      continue;
    }
    const end = wordEnd(text, i);
    if (text.charCodeAt(end) === PAREN) {
      if (open.length >= MAX_DEPTH) return "lost";
      open.push({ prefix: name, item: -1 });
      i = end + 1;
      continue;
    }
    if (name !== null) sink(name, wordValue(text.slice(i, Math.min(end, i + 2 * CONFIG_LIMITS.textChars))));
    i = end === i ? i + 1 : end;
  }
}

/** Reads `'key':`, `key=` or, if there is none, skips the word. */
function readKey(literal: Literal, text: string, start: number): number {
  const quote = text.charCodeAt(start);
  const isQuoted = quote === SINGLE || quote === DOUBLE;
  let end = start;
  if (isQuoted) end = closingQuote(text, start);
  else while (end < text.length && !isKeyEnd(text.charCodeAt(end))) end += 1;
  const key = text.slice(isQuoted ? start + 1 : start, Math.min(end, start + CONFIG_LIMITS.keyChars + 2));
  let i = isQuoted ? end + 1 : end;
  while (text.charCodeAt(i) === 32) i += 1;
  const separator = text.charCodeAt(i);
  if (separator !== COLON && separator !== EQUALS) return Math.max(i, start + 1);
  // A key that is too long has a value all the same; it is read and let go.
  literal.key = key.length <= CONFIG_LIMITS.keyChars ? key : "";
  return i + 1;
}

/** The full name of what comes next; null when it is not kept. */
function nameOf({ open, key }: Literal): string | null {
  const { prefix, item } = open.at(-1)!;
  if (prefix === null || key === "" || item >= ITEMS) return null;
  const name = item >= 0 ? `${prefix}[${item}]` : prefix === "" ? key! : `${prefix}.${key}`;
  return name.length <= CONFIG_LIMITS.keyChars ? name : null;
}

/** End of a bare word: a comma, a bracket; `<class 'a.b'>` is one word. */
function wordEnd(text: string, start: number): number {
  let i = start;
  if (text.charCodeAt(i) === LESS) {
    const end = text.indexOf(">", i);
    if (end >= 0 && end - i < CONFIG_LIMITS.textChars) i = end + 1;
  }
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === COMMA || code === PAREN || isClosing(code)) break;
    i += 1;
  }
  return i;
}

/** Index of the closing quote; the end of the line when there is none. */
function closingQuote(text: string, start: number): number {
  const quote = text.charCodeAt(start);
  for (let i = start + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === quote) return i;
    if (code === BACKSLASH) i += 1;
  }
  return text.length;
}

function skipSeparators(text: string, start: number): number {
  let i = start;
  for (; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code !== 32 && code !== 9 && code !== COMMA) break;
  }
  return i;
}

const isClosing = (code: number): boolean => code === 125 || code === 93 || code === 41;
const isOpening = (code: number): boolean => code === BRACE || code === 91 || code === PAREN;
const isKeyEnd = (code: number): boolean =>
  code === COLON || code === EQUALS || code === COMMA || code <= 32 || isClosing(code) || isOpening(code);

const DOUBLE = 34;
const SINGLE = 39;
const PAREN = 40;
const COMMA = 44;
const COLON = 58;
const LESS = 60;
const EQUALS = 61;
const BACKSLASH = 92;
const BRACE = 123;
