import { z } from "zod";
import { isEvaluationName, isStep, parseNumber } from "#lib/protocol/index.ts";
import type { Frame } from "./bars.ts";
import { type Places, stepInEpoch } from "./places.ts";
import { type Field, type Reading, readPairs } from "./reading.ts";

/**
 * Metrics in the postfix of a bar: `Steps: 5%|…| 25/500 [.., lr=0.0001, step_loss=0.0223]`. Most programs move the counter
 * and then set the postfix, so the last frame of a count counts; some set it first (OpenRLHF), which shows when a postfix
 * stands at count 0, and there the first frame of a count has the values of its step.
 */
export const tqdmStateSchema = z.object({
  /** Bars by name (digits removed), newest first, with what their first postfix showed. */
  bars: z.array(z.object({ name: z.string().max(80), leads: z.boolean() })),
  /** The newest frame that was read of a leading bar. */
  taken: z.string().max(120).nullable(),
});
export type TqdmState = z.infer<typeof tqdmStateSchema>;
export const initialTqdm = (): TqdmState => ({ bars: [], taken: null });

/** `slot` says which frames replace each other: those of one count, or all of an evaluation's bar. */
export type FrameReading = { reading: Reading; slot: string };

const BARS = 4;
const NAME_CHARS = 40;

/** The record in a bar's postfix; null when it has none, or has been given out already. */
export function readFrame(state: TqdmState, frame: Frame, places: Places): FrameReading | null {
  const told = readDescription(frame);
  if (told) return told;
  if (!frame.postfix.includes("=")) return null;
  const isEvaluation =
    /\b(?:val|valid|validation|validating|eval|evaluating|evaluation|test|testing|predicting)\b/i.test(frame.desc);
  const { keys, fields } = splitPostfix(frame.postfix);
  const [, epoch, epochs] = /\bepoch\s+(\d{1,9})\b(\s?\/)?/i.exec(frame.desc) ?? [];
  if (epoch !== undefined && !keys.includes("epoch")) {
    keys.unshift("epoch");
    fields.unshift(Number(epoch));
  }
  const reading = readPairs("tqdm", keys, fields, { isEvaluation });
  if (!reading || !(reading.kind === "train" || reading.kind === "eval")) return null;
  const desc = nameOf(frame.desc);
  const name = desc.replace(/\d+/g, "");
  if (isEvaluation) return { reading, slot: `${name}|${frame.total}` };

  const bar = `${desc}|${frame.total}`;
  const leads = leadsCounter(state, name, frame);
  if (frame.count === 0) return null;
  reading.step ??= stepOf(frame, epoch === undefined ? null : Number(epoch), epochs !== undefined, places);
  if (epoch === undefined) reading.maxSteps ??= frame.total;
  if (leads) {
    const id = `${bar}|${frame.count}`;
    if (state.taken === id) return null;
    state.taken = id;
  }
  const kept = frame.count === frame.total ? reading : withoutEvaluation(reading);
  return kept.values.length > 0 ? { reading: kept, slot: `${bar}|${frame.count}` } : null;
}

/** A bar of one epoch counts from its beginning; `Epoch 1/10` is the first of ten, `Epoch 0` the first one. */
function stepOf({ count, total }: Frame, epoch: number | null, isOfMany: boolean, places: Places): number | null {
  if (epoch === null) return isStep(count) ? count : null;
  return stepInEpoch(places, { epoch, first: isOfMany ? Math.min(epoch, 1) : 0, count, total });
}

const TORCHTUNE = /^(\d{1,9})\|(\d{1,15})\|Loss: (\S{1,40})$/;

/** torchtune's recipes tell epoch, step and loss in the bar's name: `1|37|Loss: 1.2345678`. */
function readDescription(frame: Frame): FrameReading | null {
  const [, epoch, step, loss] = frame.desc.includes("|Loss: ") ? (TORCHTUNE.exec(frame.desc) ?? []) : [];
  if (loss === undefined) return null;
  const reading = readPairs("torchtune", ["epoch", "step", "loss"], [Number(epoch), Number(step), parseNumber(loss)]);
  return reading && { reading, slot: `torchtune|${step}` };
}

/** A bar's name as it is kept in the state: the end of it, in few bytes. */
const nameOf = (desc: string): string =>
  desc
    .slice(-NAME_CHARS)
    .replace(/[\u0000-\u001f\u007f"\\]/g, "")
    .toWellFormed();

/** Text of a postfix to pairs; keys may have blanks (`Average key norm=0.0123`). */
function splitPostfix(postfix: string): { keys: string[]; fields: Field[] } {
  const keys: string[] = [];
  const fields: Field[] = [];
  for (const part of postfix.split(",", 200)) {
    const sign = part.indexOf("=");
    if (sign <= 0) continue;
    keys.push(part.slice(0, sign).trim());
    const text = part.slice(sign + 1).trim();
    fields.push(parseNumber(text) ?? text);
  }
  return { keys, fields };
}

/** A bar named `steps` with accumulated micro-steps also has a postfix at 0, and does move first. */
function leadsCounter(state: TqdmState, name: string, frame: Frame): boolean {
  const known = state.bars.find((bar) => bar.name === name);
  if (known) return known.leads;
  const leads = frame.count === 0 && !/^steps?$/i.test(frame.desc);
  state.bars = [{ name, leads }, ...state.bars].slice(0, BARS);
  return leads;
}

/** A training bar repeats the last evaluation's values until the next one: they are new only where the bar is full. */
function withoutEvaluation(reading: Reading): Reading {
  if (!reading.names.some(isEvaluationName)) return reading;
  const kept = reading.names.map((name) => !isEvaluationName(name));
  return {
    ...reading,
    names: reading.names.filter((_, i) => kept[i]),
    values: reading.values.filter((_, i) => kept[i]),
  };
}
