import { expect, test } from "vitest";
import { type GpuState, lookAtGpus, newGpuWatch } from "./gpu-rules.ts";

/** An H100 at work, as nvidia-smi tells it every second; a look takes the newest reading every 15 seconds. */
const WORK: GpuState = {
  uuid: "GPU-0",
  index: 0,
  utilization: 98,
  memoryUsed: 73_400,
  memoryTotal: 81_559,
  temperature: 63,
  throttle: 0x4,
  uncorrected: 0,
};
const EVERY = 15_000;
const START = 1.75e12;

/** Stretches of so many minutes each, one after the other. */
type Stretch = { minutes: number; gpus: Partial<GpuState>[]; isTraining?: boolean };
function told(stretches: readonly Stretch[], everyMs = EVERY): string[] {
  let watch = newGpuWatch();
  let now = START;
  const said: string[] = [];
  for (const { minutes, gpus, isTraining = true } of stretches) {
    const states = gpus.map((gpu, i) => ({ ...WORK, uuid: `GPU-${i}`, index: i, ...gpu }));
    for (let t = 0; t < minutes * 60_000; t += everyMs) {
      now += everyMs;
      watch = JSON.parse(JSON.stringify(watch), (_, value) => value ?? Number.NaN) as typeof watch;
      for (const { subject, kind } of lookAtGpus(watch, { gpus: states, now, isTraining, step: 1 }))
        said.push(`${subject} ${kind} ${Math.round((now - START) / 6000) / 10}m`);
    }
  }
  return said;
}
const stretch = (minutes: number, ...gpus: Partial<GpuState>[]): Stretch => ({ minutes, gpus });

test("a healthy day tells nothing: work at the power cap, evaluations, checkpoints, warm cards, full batches", () => {
  const day = Array.from({ length: 12 }, (): Stretch[] => [
    stretch(55, { temperature: 79, throttle: 0x4 | 0x1, memoryUsed: 79_000 }, { temperature: 84 }),
    { minutes: 4, gpus: [{ utilization: 0 }, { utilization: 0 }], isTraining: false },
    stretch(1, { utilization: 0 }, { utilization: 0 }),
  ]).flat();
  expect(told(day)).toEqual([]);
});

test("a card that stays hot is told after three minutes, once, and that it has cooled down", () => {
  expect(
    told([stretch(1, { temperature: 90 }), stretch(1, {}), stretch(10, { temperature: 91 }), stretch(5, {})]),
  ).toEqual(["gpu.hot began 5.3m", "gpu.hot ended 14.3m"]);
});

test("clocks held down for heat or power are told with their reason; a power cap is everyday", () => {
  expect(told([stretch(60, { throttle: 0x4 })])).toEqual([]);
  expect(told([stretch(10, {}, { throttle: 0x40 | 0x4 })])).toEqual(["gpu.throttled began 3.3m"]);
  const watch = newGpuWatch();
  const look = (now: number) =>
    lookAtGpus(watch, { gpus: [{ ...WORK, throttle: 0x20 }], now, isTraining: true, step: 7 });
  for (let t = 0; t < 12; t++) expect(look(START + t * EVERY)).toEqual([]);
  expect(look(START + 12 * EVERY)[0]).toMatchObject({
    step: 7,
    text: { en: "GPU 0 has held its clocks down for 3m: too hot.", "zh-CN": "GPU 0 已降频 3分：温度过高。" },
  });
});

test("one alert of a kind, whatever the number of cards, until the last is well", () => {
  const hot = { temperature: 92 };
  expect(told([stretch(6, hot, {}), stretch(6, hot, hot), stretch(6, {}, hot), stretch(6, {}, {})])).toEqual([
    "gpu.hot began 3.3m",
    "gpu.hot ended 20.3m",
  ]);
});

test("memory with nothing left is told after five minutes", () => {
  expect(told([stretch(10, { memoryUsed: 81_000 })])).toEqual(["gpu.memory began 5.3m"]);
});

test("errors that ECC could not correct are told when they come; old ones, and a new count, are not", () => {
  const errors = (uncorrected: number): Stretch => stretch(1, { uncorrected });
  expect(told([errors(3), errors(3), errors(4), errors(0), errors(0)])).toEqual(["gpu.ecc began 2.3m"]);
  expect(told([errors(Number.NaN), errors(2)])).toEqual([]);
});

test("cards that stand still while records come are told after ten minutes, and when they work again", () => {
  const idle = { utilization: 0 };
  expect(told([stretch(20, {}, {}), stretch(15, idle, idle), stretch(5, {}, {})])).toEqual([
    "gpu.idle began 30.3m",
    "gpu.idle ended 35.3m",
  ]);
  // Another job's card that rests, cards that never worked, a run that writes nothing: not ours to tell.
  expect(told([stretch(20, {}, {}), stretch(60, {}, idle)])).toEqual([]);
  expect(told([stretch(60, idle)])).toEqual([]);
  expect(
    told([stretch(20, {}), { minutes: 60, gpus: [idle], isTraining: false }, stretch(1, idle), stretch(5, {})]),
  ).toEqual([]);
});

test("what a card does not tell is not judged, and a hole in what is known lets what has to last begin anew", () => {
  const nothing: Partial<GpuState> = {
    utilization: Number.NaN,
    temperature: Number.NaN,
    throttle: Number.NaN,
    memoryTotal: Number.NaN,
    uncorrected: Number.NaN,
  };
  expect(told([stretch(60, nothing)])).toEqual([]);
  expect(told([stretch(30, { temperature: 95 })], 150_000)).toEqual([]);
});
