import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line } from "./dialect.ts";
import type { Reading } from "./reading.ts";
import { type Pairs, pairsOf, record } from "./record.ts";

/**
 * llm.c. The console: `step  250/19560 | loss 5.61 (-1.35z)| norm 1.01 (-0.42z)| lr 2.14e-04 | 1260.55 ms | 55.3% bf16 MFU |
 * 415912 tok/s`, where the bracket is a deviation, and `val loss 5.598123` without a step, which belongs to the step before
 * it. The file main.log: `s:0 tel:11.0092`, `s:1 trl:10.9598 lr:0.000002 norm:15.24`, `s:19560 eval:0.2998` (HellaSwag).
 * `karpathy/llm.c:train_gpt2.cu`, `train_gpt2.c`, `llmc/logger.h`
 */
export const llmC: Dialect = {
  mayRead: ({ text }) => text.includes("s:") || text.includes("loss "),
  read(line) {
    const text = line.message;
    return text.startsWith("s:") ? readFile(line, text) : readConsole(line, text);
  },
};

const FILE = /^s:(\d{1,15}) (tel|trl|eval):(\S{1,40})(?: lr:(\S{1,40}) norm:(\S{1,40}))?$/;
const NAMES = { tel: "val_loss", trl: "loss", eval: "hellaswag_acc" };

function readFile(line: Line, text: string): Reading[] | null {
  const [, step, kind, value, rate, norm] = FILE.exec(text) ?? [];
  if (kind === undefined) return null;
  const pairs = pairsOf([
    [NAMES[kind as keyof typeof NAMES], value],
    ["lr", rate],
    ["grad_norm", norm],
  ]);
  return record(line, "llm-c", pairs, { step: Number(step) });
}

const VALIDATION = /^val loss (\d{1,9}\.\d{6}|-?nan|-?inf)$/;
const STEP = /^step\s{1,12}(\d{1,15})\/(\d{1,15}) \| (?:train )?loss /;
const C_STEP = /^step (\d{1,15}): train loss (\S{1,40}) \(took (\S{1,40}) ms/;
const NAMED = /^\s*(?:train )?(loss|norm|lr) (\S{1,40})(?:\s\(\S{1,40}z\))?\s*$/;
const MEASURED = /^\s*\(?([\d.,]{1,40})%? (ms|tok\/s|[a-z]{2}\d\d MFU)\)?\s*$/;

function readConsole(line: Line, text: string): Reading[] | null {
  const validation = VALIDATION.exec(text);
  if (validation) return record(line, "llm-c", pairsOf([["val_loss", validation[1]]]));
  const [, plainStep, loss, took] = C_STEP.exec(text) ?? [];
  if (loss !== undefined) {
    const pairs = pairsOf([
      ["loss", loss],
      ["ms", took],
    ]);
    return record(line, "llm-c", pairs, { step: Number(plainStep) });
  }
  const match = STEP.exec(text);
  if (!match) return null;
  const pairs: Pairs = { keys: [], fields: [] };
  for (const part of text.split("|", 20)) {
    const named = NAMED.exec(part);
    const measured = named ? null : MEASURED.exec(part);
    const [key, value] = named ? named.slice(1) : measured ? [measured[2]!, measured[1]!] : [];
    if (key === undefined || value === undefined) continue;
    pairs.keys.push(key === "norm" ? "grad_norm" : key);
    pairs.fields.push(parseNumber(value));
  }
  if (!pairs.keys.includes("loss")) return null;
  return record(line, "llm-c", pairs, { step: Number(match[1]), maxSteps: Number(match[2]) });
}
