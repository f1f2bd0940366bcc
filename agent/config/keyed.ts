import { z } from "zod";
import { CONFIG_LIMITS } from "#lib/protocol/index.ts";
import { openLiteral, readLiteral } from "./literal.ts";
import { type Sink, textOf, wordValue } from "./values.ts";

/**
 * Reads one pair a line, nested by indentation: YAML in block style, `key = value`, and the dotted lists of Megatron-LM and
 * DeepSpeed (`  adam_beta2 ...... 0.95`). Of YAML it knows scalars, maps, lists, flow lists and comments; anchors, tags and
 * texts over several lines are skipped.
 */
export const keyedSchema = z.object({
  /** Keys that lines further in belong to, outermost first; `item` is the number of the next `- `. */
  above: z.array(z.object({ indent: z.int(), prefix: z.string().max(CONFIG_LIMITS.keyChars), item: z.int() })).max(8),
});
export type Keyed = z.infer<typeof keyedSchema>;

const MAX_DEPTH = 8;
const ITEMS = 4;
const PAIR = /^([ \t]*)(- )?(?:([A-Za-z_][\w./-]{0,119})|"([^"]{1,119})"|'([^']{1,119})')[ \t]*[:=](?:[ \t]+|$)(.*)$/;
const ITEM = /^([ \t]*)- (.*)$/;

export const openKeyed = (): Keyed => ({ above: [] });

/** Reads a line; false when it is none of such a list. */
export function readKeyed(keyed: Keyed, line: string, sink: Sink): boolean {
  const dotted = readDotted(line);
  if (dotted !== null) {
    put(sink, dotted.key, dotted.value);
    return true;
  }
  if (line.length > 4 * CONFIG_LIMITS.textChars) return false;
  const pair = PAIR.exec(line);
  if (pair === null) return readItem(keyed, line, sink);
  const [, blanks = "", dash, word, double, single, rest = ""] = pair;
  // Two pairs in a line: a record, or a sentence.
  if (/^[^'"[{#]*:\s/.test(rest)) return false;
  const key = word ?? double ?? single ?? "";
  let indent = blanks.length;
  // A list may stand as far out as its key.
  leave(keyed, dash === undefined ? indent : indent + 1);
  if (dash !== undefined) {
    const parent = keyed.above.at(-1);
    if (parent !== undefined && keyed.above.length < MAX_DEPTH) {
      const prefix = `${parent.prefix}[${parent.item++}]`.slice(0, CONFIG_LIMITS.keyChars);
      keyed.above.push({ indent: indent + 1, prefix, item: 0 });
    }
    indent += 2;
  }
  const prefix = keyed.above.at(-1)?.prefix;
  const name = prefix === undefined ? key : `${prefix}.${key}`;
  if (name.length > CONFIG_LIMITS.keyChars) return true;
  const value = withoutComment(rest);
  if (value === "" || value === "|" || value === ">") {
    if (keyed.above.length < MAX_DEPTH) keyed.above.push({ indent, prefix: name, item: 0 });
  } else put(sink, name, value);
  return true;
}

function readItem(keyed: Keyed, line: string, sink: Sink): boolean {
  const [, blanks = "", rest = ""] = ITEM.exec(line) ?? [];
  if (rest === "") return false;
  leave(keyed, blanks.length + 1);
  const parent = keyed.above.at(-1);
  if (parent === undefined) return false;
  if (parent.item < ITEMS) put(sink, `${parent.prefix}[${parent.item}]`, withoutComment(rest));
  parent.item += 1;
  return true;
}

/** Lines as far out as a key, or further, do not belong to it. */
function leave({ above }: Keyed, indent: number): void {
  while (above.length > 0 && above.at(-1)!.indent >= indent) above.pop();
}

/** `  key ........ value`, whatever a logger put before it. */
export function readDotted(line: string): { key: string; value: string } | null {
  const dots = line.indexOf(" ...");
  if (dots < 1) return null;
  let end = dots + 1;
  while (line.charCodeAt(end) === 46) end += 1;
  const key = line.slice(line.lastIndexOf(" ", dots - 1) + 1, dots);
  if (line.charCodeAt(end) !== 32 || !/^[A-Za-z_][\w.-]{0,100}$/.test(key)) return null;
  return { key, value: line.slice(end + 1) };
}

function put(sink: Sink, key: string, text: string): void {
  const value = text.trim();
  const first = value.charCodeAt(0);
  if (first === 91 || first === 123 || (first === 40 && value.endsWith(")"))) {
    readLiteral(openLiteral(key, first !== 123), value, 1, sink);
    return;
  }
  const quote = value[0] === '"' || value[0] === "'" ? value[0] : null;
  if (quote !== null && value.length > 1 && value.endsWith(quote)) sink(key, textOf(value.slice(1, -1)));
  else sink(key, wordValue(value));
}

function withoutComment(text: string): string {
  if (text.startsWith("#")) return "";
  const hash = text.indexOf(" #");
  return (hash >= 0 && !/^['"]/.test(text) ? text.slice(0, hash) : text).trim();
}
