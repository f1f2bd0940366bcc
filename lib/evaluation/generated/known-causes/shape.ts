import { normalNoise } from "#lib/core/index.ts";
import type { GpuReading, Observation } from "#lib/diagnosis/index.ts";
import { METRIC } from "#lib/protocol/index.ts";

/** What runs with a known cause are made from: a healthy run in one of twelve shapes, and GPUs beside it. */
export const LOSS = METRIC.trainLoss;
export const NORM = METRIC.gradNorm;

export type Shape = {
  records: number;
  every: number;
  msPerStep: number;
  /** Record at which the trouble begins. */
  at: number;
  loss(i: number): number;
  gradNorm(i: number): number;
  rate(i: number): number;
  normal(): number;
  /** A whole number from `low` to `high`. */
  pick(low: number, high: number): number;
};
export type Values = Partial<Record<string, number>>;

export const START = 1.7e12;

export function shapeOf(seed: number, variant: number): Shape {
  const normal = normalNoise(seed);
  const pick = (low: number, high: number): number =>
    low + Math.floor(Math.min(0.999, Math.max(0, 0.5 + normal() / 4)) * (high - low + 1));
  const records = pick(300, 900);
  const [noise, digits] = [[0.01, 0.03, 0.08][variant % 3]!, [3, 4, 17][variant % 3]!];
  const end = 1 + pick(0, 20) / 10;
  return {
    records,
    every: [1, 1, 5, 10][variant % 4]!,
    msPerStep: [150, 900, 4000][variant % 3]!,
    at: Math.floor(records * (0.4 + pick(0, 30) / 100)),
    loss: (i) => rounded(end + 6 * (i + 1) ** -0.45 + noise * normal(), digits),
    gradNorm: (i) => rounded((0.4 + 2 * (i + 1) ** -0.3) * Math.exp(0.15 * normal()), digits),
    rate: (i) => 3e-4 * Math.min(1, (i + 1) / 30) * (0.55 + 0.45 * Math.cos((Math.PI * i) / records)),
    normal,
    pick,
  };
}

export const rounded = (value: number, digits: number): number => (digits > 15 ? value : Number(value.toFixed(digits)));

/** A healthy run, changed record by record; a value of `undefined` is not logged. */
export function run(shape: Shape, change: (i: number, values: Values) => Values | null = () => null): Observation[] {
  return Array.from({ length: shape.records }, (_, i) => {
    const plain: Values = {
      [METRIC.trainLoss]: shape.loss(i),
      [METRIC.gradNorm]: shape.gradNorm(i),
      [METRIC.learningRate]: shape.rate(i),
    };
    const values = { ...plain, ...change(i, plain) };
    const logged = Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined);
    return { step: stepOf(shape, i), at: START + stepOf(shape, i) * shape.msPerStep, attempt: 0, values: logged };
  });
}

export const stepOf = ({ every }: Shape, i: number): number => (i + 1) * every;

/** A record of nothing but these values. */
export function only(values: Values): Values {
  return { [LOSS]: undefined, [NORM]: undefined, [METRIC.learningRate]: undefined, ...values };
}

export const gpu = (utilization: number, powerWatts: number): GpuReading => ({
  uuid: "GPU-0",
  utilization,
  powerWatts,
});

/** A tick every 15 seconds over the last 10 minutes of the records and `silentMs` beyond: at work, then `after`. */
export function ticksOver(
  shape: Shape,
  observations: readonly Observation[],
  silentMs: number,
  after: () => GpuReading,
): Ticks {
  const end = observations.at(-1)!.at;
  const from = Math.max(observations[0]!.at + 20 * shape.every * shape.msPerStep, end - 600_000);
  const count = Math.ceil((end + silentMs - from) / 15_000);
  return Array.from({ length: count }, (_, i) => {
    const now = from + i * 15_000;
    return { now, gpus: [now <= end ? gpu(98, 380 + 8 * shape.normal()) : after()] };
  });
}

export type Ticks = { now: number; gpus: GpuReading[] }[];
