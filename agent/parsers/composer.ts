import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { openBlock, stepInEpoch } from "./places.ts";
import { record } from "./record.ts";

const HEADER = /^\[(?:epoch=(\d{1,9})\]\[)?batch=(\d{1,15})(?:\/(\d{1,15}))?\]:?\s*$/;
const VALUE = /^(?:\t )?(?:Train|Eval) ([\w/.@() -]{1,120}): (\S{1,40})$/;
const RATE = /^lr-\w{1,40}\/group0$/;
const EVAL_LOSS = /^metrics\/eval\/(?:Language)?CrossEntropy$/;

/**
 * Composer (LLM Foundry, MPT, DBRX): a heading `[batch=10/4800]:` or `[epoch=2][batch=3/10]:` and below it one value a line,
 * `<tab> Train loss/train/total: 12.0570`. Under `[Eval batch=320/320] Eval on eval data:` stand the evaluation's, which belong
 * to the batch before. `mosaicml/composer:composer/loggers/console_logger.py`
 */
export const composer: Dialect = {
  mayRead: ({ text }, { places }) => text.includes("batch=") || places.block?.of === "composer",
  read(line, { places }) {
    const [head, epoch, batch, total] = HEADER.exec(line.message) ?? [];
    if (head !== undefined) {
      const place = { epoch: Number(epoch), first: 1, count: Number(batch), total: Number(total) };
      const step = epoch === undefined || total === undefined ? Number(batch) : stepInEpoch(places, place);
      openBlock(places, "composer", { step, text: epoch === undefined ? total : "" });
      return [];
    }
    const { block } = places;
    const [, name = "", value] = block?.of === "composer" ? (VALUE.exec(line.message) ?? []) : [];
    const number = value === undefined ? null : parseNumber(value);
    if (!block || number === null) return null;
    const key = RATE.test(name) ? "lr" : EVAL_LOSS.test(name) ? "val_loss" : name;
    const maxSteps = block.text === "" ? null : Number(block.text);
    return record(line, "composer", { keys: [key], fields: [number] }, { step: block.step, maxSteps }) ?? [];
  },
};
