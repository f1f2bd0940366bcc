import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { openBlock } from "./places.ts";
import { record } from "./record.ts";

const HEADER = /\[step=(\d{1,15})\/(\d{1,15}|\?{3})(?:,epoch=\d{1,9})?(?:,eta=[^\]]{0,30})?\]\s*$/;
const VALUE = /^(?: {4})?(\w[^=]{0,119}\/[^=]{1,119})=(\S{1,40})$/;
/** OLMo-core writes large counts short; `parseNumber` knows the smaller ones. */
const LARGE = /^[+-]?[\d.]{1,20}([PE])$/;

/**
 * OLMo and OLMo-core: a heading `… INFO  [step=3/739328,epoch=0]` and below it one `    train/CrossEntropyLoss=10.64` a line.
 * An evaluation's block has another heading, without a step: it belongs to the step said last. Every name has a slash in it,
 * which keeps indented program text apart. `allenai/OLMo:olmo/train.py`,
 * `allenai/OLMo-core:src/olmo_core/train/callbacks/console_logger.py`
 */
export const olmo: Dialect = {
  mayRead: ({ text }, { places }) => text.includes("[step=") || (places.block?.of === "olmo" && text.includes("=")),
  read(line, { places }) {
    const header = HEADER.exec(line.text);
    if (header) {
      const [, step, total = ""] = header;
      openBlock(places, "olmo", { step: Number(step), text: total });
      return [];
    }
    const { block } = places;
    const [, name, text = ""] = VALUE.exec(line.message) ?? [];
    // A prefix takes the blanks in front with it.
    const isIndented = line.head.start > 0 || line.text.startsWith("    ");
    if (block?.of !== "olmo" || name === undefined || !isIndented) return null;
    const large = LARGE.exec(text)?.[1];
    const value = large ? Number(text.slice(0, -1)) * (large === "P" ? 1e15 : 1e18) : parseNumber(text);
    if (value === null) return null;
    const total = Number(block.text);
    const maxSteps = Number.isNaN(total) ? null : total;
    return record(line, "olmo", { keys: [name], fields: [value] }, { step: block.step, maxSteps });
  },
};
