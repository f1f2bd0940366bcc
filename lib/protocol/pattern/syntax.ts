/**
 * Regular expressions of a person, compiled for `program.ts`, which matches them in time linear in the line: what cannot
 * be matched so (lookarounds, back-references) is refused with a sentence. Otherwise the syntax is JavaScript's, with Python's
 * `(?P<name>…)` and a leading `(?i)` besides.
 */
/** Where a pattern cannot be used, and why; `part` is the piece of it that the words of `faults.ts` repeat. */
export type PatternFault = { /** 0-based place in the pattern. */ at: number; code: PatternFaultCode; part: string };

import type { PatternFaultCode } from "./faults.ts";
export type Assertion = "start" | "end" | "boundary" | "inside";
export type Node =
  | { kind: "char"; source: string }
  | { kind: "assert"; assertion: Assertion }
  | { kind: "sequence"; items: Node[] }
  | { kind: "choice"; options: Node[] }
  | { kind: "group"; node: Node /** Index of the name, null when nothing is captured. */; slot: number | null }
  | { kind: "repeat"; node: Node; min: number; max: number; isGreedy: boolean };
export type Syntax = { root: Node; names: string[]; ignoresCase: boolean };

export const PATTERN_CHARS = 500;
const MAX_REPEAT = 100;
const MAX_DEPTH = 30;

/** The pattern as a tree, or where it cannot be read and what to do. */
export function parsePattern(source: string): Syntax | PatternFault {
  if (source.length > PATTERN_CHARS) return { at: PATTERN_CHARS, code: "tooLong", part: String(PATTERN_CHARS) };
  const ignoresCase = source.startsWith("(?i)");
  const parser = new Parser(source, ignoresCase ? 4 : 0);
  try {
    const root = parser.choice(0);
    if (!parser.isAtEnd) throw new Fault(parser.at, "closesNothing");
    return { root, names: parser.names, ignoresCase };
  } catch (error) {
    if (error instanceof Fault) return { at: error.at, code: error.code, part: error.part };
    throw error;
  }
}

class Fault extends Error {
  readonly at: number;
  readonly code: PatternFaultCode;
  readonly part: string;
  constructor(at: number, code: PatternFaultCode, part = "") {
    super(code);
    this.at = at;
    this.code = code;
    this.part = part;
  }
}

const QUANTIFIER = /(?:([*+?])|\{(\d{1,6})(?:(,)(\d{1,6})?)?\})(\?)?/y;
const NAME = /\(\?P?<([A-Za-z_]\w{0,99})>/y;
const ESCAPE = /\\(?:[dDwWsStnrfv0]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|[^A-Za-z0-9])/y;
const ASSERTIONS = new Map<string, Assertion>([
  ["^", "start"],
  ["$", "end"],
  ["\\b", "boundary"],
  ["\\B", "inside"],
]);

class Parser {
  readonly names: string[] = [];
  readonly #source: string;
  #at: number;

  constructor(source: string, at: number) {
    this.#source = source;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#source.length;
  }

  choice(depth: number): Node {
    if (depth > MAX_DEPTH) throw new Fault(this.#at, "tooDeep");
    const options = [this.#sequence(depth)];
    while (this.#source[this.#at] === "|") {
      this.#at += 1;
      options.push(this.#sequence(depth));
    }
    return options.length === 1 ? options[0]! : { kind: "choice", options };
  }

  #sequence(depth: number): Node {
    const items: Node[] = [];
    while (!this.isAtEnd && !"|)".includes(this.#source[this.#at]!)) {
      const start = this.#at;
      items.push(this.#repeated(this.#atom(depth), start));
    }
    return { kind: "sequence", items };
  }

  #repeated(node: Node, start: number): Node {
    const match = this.#take(QUANTIFIER);
    if (!match) return node;
    if (node.kind === "assert") throw new Fault(start, "repeatedAnchor");
    const [, sign, low, comma, high, lazy] = match;
    const min = sign ? (sign === "+" ? 1 : 0) : Number(low);
    const max = sign ? (sign === "?" ? 1 : Infinity) : high ? Number(high) : comma ? Infinity : min;
    if (min > MAX_REPEAT || (max !== Infinity && (max > MAX_REPEAT || max < min)))
      throw new Fault(start, "repeatCount", String(MAX_REPEAT));
    return { kind: "repeat", node, min, max, isGreedy: !lazy };
  }

  #atom(depth: number): Node {
    const at = this.#at;
    const char = this.#source[at]!;
    const assertion = ASSERTIONS.get(char) ?? ASSERTIONS.get(this.#source.slice(at, at + 2));
    if (assertion) {
      this.#at += char === "\\" ? 2 : 1;
      return { kind: "assert", assertion };
    }
    if (char === "(") return this.#group(depth);
    if (char === "[") return this.#set();
    if (char === "\\") return { kind: "char", source: this.#escape() };
    if ("*+?".includes(char)) throw new Fault(at, "repeatsNothing", char);
    this.#at += 1;
    return { kind: "char", source: "/{}]".includes(char) ? `\\${char}` : char };
  }

  #group(depth: number): Node {
    const at = this.#at;
    const named = this.#take(NAME);
    let slot: number | null = null;
    if (named) {
      const name = named[1]!;
      if (this.names.includes(name)) throw new Fault(at, "sameName", name);
      slot = this.names.push(name) - 1;
    } else if (this.#source.startsWith("(?:", at)) this.#at += 3;
    else if (/^\(\?<?[=!]/.test(this.#source.slice(at, at + 4))) throw new Fault(at, "lookaround");
    else if (/^\(\?P?</.test(this.#source.slice(at, at + 4))) throw new Fault(at, "groupName");
    else if (this.#source.startsWith("(?", at)) throw new Fault(at, "groupKind");
    else this.#at += 1;
    const node = this.choice(depth + 1);
    if (this.#source[this.#at] !== ")") throw new Fault(at, "openGroup");
    this.#at += 1;
    return { kind: "group", node, slot };
  }

  #set(): Node {
    const start = this.#at;
    this.#at += 1;
    if (this.#source[this.#at] === "^") this.#at += 1;
    const first = this.#at;
    while (!this.isAtEnd && (this.#source[this.#at] !== "]" || this.#at === first)) {
      if (this.#source[this.#at] === "]") break;
      if (this.#source[this.#at] === "\\") this.#escape();
      else this.#at += 1;
    }
    if (this.isAtEnd) throw new Fault(start, "openSet");
    this.#at += 1;
    const source = this.#source.slice(start, this.#at);
    try {
      new RegExp(source);
    } catch {
      throw new Fault(start, "setRange");
    }
    return { kind: "char", source };
  }

  #escape(): string {
    const at = this.#at;
    const match = this.#take(ESCAPE);
    if (match) return match[0];
    const next = this.#source.slice(at, at + 2);
    if (/^\\[1-9k]/.test(next)) throw new Fault(at, "backReference");
    throw new Fault(at, "escape", next);
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }
}
