import { z } from "zod";

/**
 * Records that were written over several lines, put together again:
 *
 * - verl's lines, which Ray cuts after exactly 1000 characters in the middle of a key or number; what follows has no prefix;
 * - dicts that `pprint` prints one key a line, from `{'a': 1,` to ` 'z': 2}` (EasyLM);
 * - messages that `rich` wraps at the console's width and indents below their head (Colossal-AI).
 *
 * What was begun and is not gone on with is let go, and a record never grows past what the reader's state may hold.
 */
const PENDING_BYTES = 1300;
export const joinerSchema = z
  .object({ kind: z.enum(["cut", "dict", "message"]), text: z.string().max(PENDING_BYTES) })
  .nullable();
export type JoinerState = z.infer<typeof joinerSchema>;

const CUT_CHARS = 1000;
const CUT = /^\([^)]{1,80}\)\s{1,4}step:\d{1,15} - /;
const DICT = /^\s{0,4}\{'.{0,400},\s{0,4}$/;
const DICT_INSIDE = /^\s{1,4}'/;
const MESSAGE = /^\[[\d/: ]{17}\] [A-Z]{4,8}\s{1,8}colossalai - .{0,400},\s{0,4}$/;
const MESSAGE_INSIDE = /^ {20}/;

/**
 * What is to be read in place of the next line: the line, a record that it completes, or nothing yet.
 *
 * @param text the line without its escapes
 * @param chars how long the line was with them
 */
export function joinLines(state: { joiner: JoinerState }, text: string, chars: number): string[] {
  const pending = state.joiner;
  state.joiner = null;
  if (pending) {
    const joined = goOn(state, pending.kind, pending.text, text);
    if (joined) return joined;
    // A record of just this length was whole.
    if (pending.kind === "cut") return [pending.text, ...begin(state, text, chars)];
  }
  return begin(state, text, chars);
}

function begin(state: { joiner: JoinerState }, text: string, chars: number): string[] {
  if (chars === CUT_CHARS && CUT.test(text)) return hold(state, "cut", text) ? [] : [text];
  if (!text.endsWith(",") && !text.endsWith(", ")) return [text];
  if (DICT.test(text)) hold(state, "dict", text);
  else if (MESSAGE.test(text)) hold(state, "message", text);
  return [text];
}

/** Null when the line does not go on with what is pending. */
function goOn(
  state: { joiner: JoinerState },
  kind: NonNullable<JoinerState>["kind"],
  before: string,
  text: string,
): string[] | null {
  if (kind === "cut") return /^\s{0,4}[([]/.test(text) ? null : [before + text];
  const isInside = kind === "dict" ? DICT_INSIDE.test(text) : MESSAGE_INSIDE.test(text);
  if (!isInside) return null;
  const joined = `${before.trimEnd()} ${text.trim()}`;
  if (!/,\s{0,4}$/.test(text)) return [joined];
  return hold(state, kind, joined) ? [] : null;
}

function hold(state: { joiner: JoinerState }, kind: NonNullable<JoinerState>["kind"], text: string): boolean {
  if (text.length > PENDING_BYTES || Buffer.byteLength(JSON.stringify(text)) > PENDING_BYTES) return false;
  state.joiner = { kind, text };
  return true;
}
