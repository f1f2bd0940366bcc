import { METRIC } from "#lib/protocol/index.ts";

/** What one line or row of a log measured, under our own names. */
export type LogRecord = { step: number; values: [name: string, value: number][] };

/** The quantities we read, as the tables of formats call them. */
export const QUANTITIES = {
  loss: METRIC.trainLoss,
  eval: METRIC.evalLoss,
  rate: METRIC.learningRate,
  norm: METRIC.gradNorm,
  epoch: METRIC.epoch,
} as const;

export type Quantity = keyof typeof QUANTITIES;

/**
 * The number a log printed: `nan`, `NaN`, `nanxxx`, `inf` and `Infinity` count.
 *
 * @throws TypeError when it is none: then the table of formats is wrong, not the log
 */
export function spelledNumber(text: string): number {
  if (/^[-+]?nan/i.test(text)) return Number.NaN;
  if (/^-inf/i.test(text)) return Number.NEGATIVE_INFINITY;
  if (/^\+?inf/i.test(text)) return Number.POSITIVE_INFINITY;
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) throw new TypeError(`"${text}" is not a number`);
  return value;
}
