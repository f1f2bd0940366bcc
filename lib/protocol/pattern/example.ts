import { captured, compileLinePattern } from "./line-pattern.ts";

const LOSS = /(?:loss|perplexity|ppl|acc(?:uracy)?|error|cost)[^\p{L}\d]{1,8}(?=-?\d|nan\b|inf\b)/iu;
const STEP = /(?:step|iter(?:ation)?|update|batch|epoch|it)[^\p{L}\d]{0,4}(?=\d)/iu;

/** A pattern that reads the line; null when nothing in it looks like a loss with its number. */
export function examplePattern(line: string): string | null {
  const value = LOSS.exec(line);
  if (!value || value[0].includes("'")) return null;
  const before = line.slice(0, value.index);
  const step = STEP.exec(before);
  const name = /^(?:perplexity|ppl|acc|accuracy)/i.exec(value[0])?.[0].toLowerCase() ?? "loss";
  const counted = step && !step[0].includes("'") ? `${escaped(step[0])}(?<${nameOfCount(step[0])}>\\d+).*?` : "";
  const pattern = `${counted}${escaped(value[0])}(?<${name}>[-+.\\w]+)`;
  const compiled = compileLinePattern(pattern);
  // A line may hold what no pattern may.
  if ("code" in compiled) return null;
  return captured(compiled, line)?.some(({ key, value }) => key === name && typeof value === "number") ? pattern : null;
}

const nameOfCount = (text: string): string => (/^epoch/i.test(text) ? "epoch" : "step");

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/g, "\\s+");
