import type { Assertion, Node, Syntax } from "./syntax.ts";

/**
 * Matches a pattern by following all its ways at once, as Thompson's and Pike's machines do: each character of the text is looked
 * at once for each instruction at most, whatever the text and the pattern are. Which match is found, and what its groups hold, is
 * as in JavaScript: the leftmost, its ways in the order written. After Russ Cox, "Regular Expression Matching: the Virtual
 * Machine Approach".
 */
type Instruction =
  | { op: "char"; takes: Matcher }
  | { op: "assert"; assertion: Assertion }
  | { op: "split"; first: number; second: number }
  | { op: "jump"; to: number }
  | { op: "save"; slot: number }
  | { op: "match" };
type Matcher = { ascii: Uint8Array; other: RegExp };
export type Span = { start: number; end: number };
type Threads = { pcs: number[]; saves: Int32Array[] };

const MAX_INSTRUCTIONS = 600;
const MAX_VISITS = 10_000;

/** Null when the pattern, its repeats written out, has too many parts. */
export function compile(syntax: Syntax): PatternProgram | null {
  const code: Instruction[] = [];
  const matchers = new Map<string, Matcher>();
  /** Repeats of nothing make no code, but take their time. */
  let visits = 0;
  const emit = (node: Node): void => {
    visits += 1;
    if (code.length > MAX_INSTRUCTIONS || visits > MAX_VISITS) return;
    if (node.kind === "char") {
      const takes = matchers.get(node.source) ?? matcherOf(node.source, syntax.ignoresCase);
      matchers.set(node.source, takes);
      code.push({ op: "char", takes });
    } else if (node.kind === "assert") code.push({ op: "assert", assertion: node.assertion });
    else if (node.kind === "sequence") node.items.forEach(emit);
    else if (node.kind === "group") {
      if (node.slot !== null) code.push({ op: "save", slot: 2 * node.slot });
      emit(node.node);
      if (node.slot !== null) code.push({ op: "save", slot: 2 * node.slot + 1 });
    } else if (node.kind === "choice") emitChoice(node.options);
    else emitRepeat(node);
  };
  const emitChoice = (options: readonly Node[]): void => {
    const jumps: { op: "jump"; to: number }[] = [];
    for (const [i, option] of options.entries()) {
      const isLast = i === options.length - 1;
      const split = { op: "split" as const, first: code.length + 1, second: 0 };
      if (!isLast) code.push(split);
      emit(option);
      if (isLast) break;
      const jump = { op: "jump" as const, to: 0 };
      jumps.push(jump);
      code.push(jump);
      split.second = code.length;
    }
    for (const jump of jumps) jump.to = code.length;
  };
  const emitRepeat = ({ node, min, max, isGreedy }: Node & { kind: "repeat" }): void => {
    for (let i = 0; i < min && visits <= MAX_VISITS; i += 1) emit(node);
    const splits: { op: "split"; first: number; second: number }[] = [];
    for (let i = min; i < (max === Infinity ? min + 1 : max); i += 1) {
      if (code.length > MAX_INSTRUCTIONS || visits > MAX_VISITS) return;
      const split = { op: "split" as const, first: 0, second: 0 };
      splits.push(split);
      const at = code.push(split) - 1;
      emit(node);
      if (max === Infinity) code.push({ op: "jump", to: at });
      split[isGreedy ? "first" : "second"] = at + 1;
    }
    for (const split of splits) split[isGreedy ? "second" : "first"] = code.length;
  };
  emit(syntax.root);
  code.push({ op: "match" });
  if (code.length > MAX_INSTRUCTIONS || visits > MAX_VISITS) return null;
  return new PatternProgram(code, 2 * syntax.names.length, syntax.ignoresCase ? "" : literalOf(syntax.root));
}

export class PatternProgram {
  readonly #code: readonly Instruction[];
  readonly #slots: number;
  /** Text that is in every line that matches. */
  readonly #literal: string;
  /** For each instruction, the round in which it was last reached. */
  readonly #reached: Int32Array;
  #round = 0;

  constructor(code: readonly Instruction[], slots: number, literal: string) {
    this.#code = code;
    this.#slots = slots;
    this.#literal = literal;
    this.#reached = new Int32Array(code.length);
  }

  /** What each named group holds in the first match, null for a group that took no part; null when nothing matches. */
  match(text: string): (string | null)[] | null {
    return this.spans(text)?.map((span) => span && text.slice(span.start, span.end)) ?? null;
  }

  /** As `match`, where in the text it stands. */
  spans(text: string): (Span | null)[] | null {
    if (!text.includes(this.#literal)) return null;
    let now: Threads = { pcs: [], saves: [] };
    let next: Threads = { pcs: [], saves: [] };
    let found: Int32Array | null = null;
    this.#round = 0;
    this.#reached.fill(-1);
    const nothing = new Int32Array(this.#slots).fill(-1);
    for (let i = 0; i <= text.length; i += 1) {
      // What has begun earlier goes before what begins here.
      if (!found) this.#add(now, 0, nothing, text, i);
      if (now.pcs.length === 0 && found) break;
      this.#round += 1;
      const code = i < text.length ? text.charCodeAt(i) : -1;
      for (let k = 0; k < now.pcs.length; k += 1) {
        const pc = now.pcs[k]!;
        const instruction = this.#code[pc]!;
        if (instruction.op === "match") {
          found = now.saves[k]!;
          break;
        }
        if (instruction.op === "char" && code >= 0 && takes(instruction.takes, code))
          this.#add(next, pc + 1, now.saves[k]!, text, i + 1);
      }
      [now, next] = [next, now];
      next.pcs.length = 0;
      next.saves.length = 0;
    }
    if (!found) return null;
    const saves = found;
    return Array.from({ length: this.#slots / 2 }, (_, k) => {
      const [start, end] = [saves[2 * k]!, saves[2 * k + 1]!];
      return start < 0 || end < 0 ? null : { start, end };
    });
  }

  /** Follows what takes no character, in the order of preference. */
  #add(threads: Threads, pc: number, saves: Int32Array, text: string, i: number): void {
    if (this.#reached[pc] === this.#round) return;
    this.#reached[pc] = this.#round;
    const instruction = this.#code[pc]!;
    if (instruction.op === "jump") this.#add(threads, instruction.to, saves, text, i);
    else if (instruction.op === "split") {
      this.#add(threads, instruction.first, saves, text, i);
      this.#add(threads, instruction.second, saves, text, i);
    } else if (instruction.op === "assert") {
      if (holds(instruction.assertion, text, i)) this.#add(threads, pc + 1, saves, text, i);
    } else if (instruction.op === "save") {
      const saved = saves.slice();
      saved[instruction.slot] = i;
      this.#add(threads, pc + 1, saved, text, i);
    } else {
      threads.pcs.push(pc);
      threads.saves.push(saves);
    }
  }
}

function holds(assertion: Assertion, text: string, i: number): boolean {
  if (assertion === "start") return i === 0;
  if (assertion === "end") return i === text.length;
  const isBoundary = isWord(text.charCodeAt(i - 1)) !== isWord(text.charCodeAt(i));
  return isBoundary === (assertion === "boundary");
}

const isWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);

function matcherOf(source: string, ignoresCase: boolean): Matcher {
  const other = new RegExp(`^${source}$`, ignoresCase ? "is" : "s");
  return { ascii: Uint8Array.from({ length: 128 }, (_, code) => Number(other.test(String.fromCharCode(code)))), other };
}

const takes = ({ ascii, other }: Matcher, code: number): boolean =>
  code < 128 ? ascii[code] === 1 : other.test(String.fromCharCode(code));

/** The longest run of plain characters that no way around leads. */
function literalOf(root: Node): string {
  let longest = "";
  let run = "";
  const cut = (): void => {
    if (run.length > longest.length) longest = run;
    run = "";
  };
  const walk = (node: Node): void => {
    if (node.kind === "char" && /^(?:[^.\\[]|\\[^A-Za-z0-9])$/.test(node.source)) run += node.source.at(-1);
    else if (node.kind === "sequence") node.items.forEach(walk);
    else if (node.kind === "group") walk(node.node);
    else if (node.kind !== "assert") cut();
  };
  walk(root);
  cut();
  return longest;
}
