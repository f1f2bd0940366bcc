import type { GpuReading, Observation, RunContext } from "#lib/diagnosis/index.ts";
import { METRIC } from "#lib/protocol/index.ts";
import {
  gpu,
  LOSS,
  NORM,
  only,
  rounded,
  run,
  type Shape,
  START,
  stepOf,
  type Ticks,
  ticksOver,
  type Values,
} from "./shape.ts";

/** A run with its cause in it: what must be said of it, each once, and what must not. */
export type Made = {
  observations: Observation[];
  context?: Partial<RunContext>;
  ticks?: Ticks;
  expect?: Expected[];
  forbid: string[];
};
export type Expected = { rule: string; step: number; alert: boolean };

const QUIET = ["const.loss", "zero.grad", "missing.loss", "fp16.skip_rate", "fp16.scale_floor", "fp16.scale_collapse"];
export const MAKERS = {
  healthy: (shape) => ({ observations: run(shape), forbid: ["!", "nan.grad_only", "inf.loss", "loss.level_shift"] }),

  nan: (shape) => {
    const step = stepOf(shape, shape.at);
    const buildUp = (i: number): number => shape.gradNorm(i) * 40 ** Math.max(0, (i - shape.at + 12) / 12);
    const bad = { [LOSS]: Number.NaN, [NORM]: Number.NaN };
    return {
      observations: run(shape, (i) => (i >= shape.at ? bad : { [NORM]: buildUp(i) })),
      expect: said(["nan.loss", step, false], ["nan", step, true]),
      forbid: [...QUIET, "inf.loss", "nan.grad_unscaled"],
    };
  },

  filtered: (shape) => {
    // With averaging, the interval in which it happens still shows the mean of its good losses.
    const averaged = shape.every > 1;
    const step = stepOf(shape, shape.at);
    const bad = (i: number): Values => ({ [LOSS]: averaged && i === shape.at ? shape.loss(i) : 0, [NORM]: Number.NaN });
    return {
      observations: run(shape, (i) => (i >= shape.at ? bad(i) : null)),
      expect: said(["nan.loss", step, false], ["nan", step, true]),
      forbid: [...QUIET, "inf.loss"],
    };
  },

  inf: (shape) => {
    const step = stepOf(shape, shape.at);
    const bad = { [LOSS]: shape.pick(0, 3) === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY };
    return {
      observations: run(shape, (i) => (i >= shape.at && i < shape.at + 3 ? bad : null)),
      expect: said(["inf.loss", step, false], ["nan", step, true]),
      forbid: [...QUIET, "nan.loss"],
    };
  },

  "grad-unscaled": (shape) => {
    const known = shape.pick(0, 1) === 1;
    return {
      observations: run(shape, (i) => (i >= shape.at && i < shape.at + 8 ? { [NORM]: Number.NaN } : null)),
      context: known ? { config: { bf16: true } } : {},
      expect: said(["nan.grad_unscaled", stepOf(shape, shape.at), true]),
      forbid: [...QUIET, "nan.loss", "nan"],
    };
  },

  "fp16-search": (shape) => {
    // Megatron begins at 2³² and halves at every step; later it doubles, and loses one update now and then.
    const skips = shape.pick(8, 20);
    const scale = (i: number): number => 2 ** (32 - Math.min(stepOf(shape, i), skips) + (Math.floor(i / 500) % 2));
    return {
      observations: run(shape, (i) => ({
        loss_scale: scale(i),
        ...(stepOf(shape, i) <= skips ? { [NORM]: Number.NaN } : {}),
      })),
      forbid: ["!", ...QUIET, "nan.grad_only"],
    };
  },

  "fp16-skips": (shape) => {
    // A hysteresis of 2: every second overflow halves.
    const overflows = (i: number): number => Math.min(4, Math.max(0, i - shape.at + 1));
    const near = { ...shape, every: 1 };
    return {
      observations: run(near, (i) => ({
        loss_scale: 65536 / 2 ** Math.floor(overflows(i) / 2),
        ...(overflows(i) > overflows(i - 1) ? { [NORM]: Number.POSITIVE_INFINITY } : {}),
      })),
      expect: said(["fp16.skip_rate", stepOf(near, shape.at), true]),
      forbid: ["fp16.scale_floor", "fp16.scale_collapse", "nan.grad_unscaled", "const.loss", "zero.grad"],
    };
  },

  "fp16-floor": (shape) => {
    const near = { ...shape, every: [1, 2, 5][shape.pick(0, 2)]! };
    const scale = (i: number): number => Math.max(1, 2 ** (15 - Math.max(0, i - shape.at + 1)));
    return {
      observations: run(near, (i) => ({ loss_scale: scale(i) })),
      expect: said(["fp16.scale_floor", stepOf(near, shape.at), true]),
      forbid: ["fp16.scale_collapse", "const.loss", "zero.grad", "nan.loss"],
    };
  },

  "fp16-collapse": (shape) => {
    const near = { ...shape, every: 5 };
    // One halving in 30 records, eight in all.
    const scale = (i: number): number => 2 ** (16 - Math.min(8, Math.max(0, Math.ceil((i - 80) / 30))));
    const sunk = 80 + 6 * 30 + 1;
    return {
      observations: run(near, (i) => ({ loss_scale: scale(i) })),
      expect: said(["fp16.scale_collapse", stepOf(near, sunk), true]),
      forbid: ["fp16.scale_floor", "fp16.skip_rate", "const.loss"],
    };
  },

  "zero-grad": (shape) => ({
    observations: run(shape, (i) => (i >= shape.at ? { [NORM]: 0 } : null)),
    expect: said(["zero.grad", stepOf(shape, shape.at), true]),
    forbid: ["nan.loss", "const.loss", "fp16.scale_floor"],
  }),

  "const-loss": (shape) => {
    const value = shape.pick(0, 1) === 0 ? 0 : 1.9459;
    return {
      observations: run(shape, (i) => ({ [NORM]: undefined, ...(i >= shape.at ? { [LOSS]: value } : {}) })),
      expect: said(["const.loss", stepOf(shape, shape.at), true]),
      forbid: ["nan.loss", "zero.grad", "missing.loss"],
    };
  },

  memorised: (shape) => {
    // A small set learnt by heart, printed with four decimals: the loss reads 0.0 and the gradient is small.
    const gone = (i: number): number => Math.exp((-12 * i) / shape.records);
    return {
      observations: run(shape, (i) => ({
        [LOSS]: rounded(4 * gone(i) * Math.exp(0.1 * shape.normal()), 4),
        [NORM]: rounded(2 * gone(i) * Math.exp(0.1 * shape.normal()), 3),
      })),
      forbid: ["const.loss", "zero.grad", "nan.loss", "missing.loss"],
    };
  },

  quantised: (shape) => {
    const level = (i: number): number => 1.5 + 4 * (i + 1) ** -0.8 + 0.002 * shape.normal();
    return {
      observations: run(shape, (i) => ({ [LOSS]: rounded(level(i), 2) })),
      forbid: ["const.loss", "zero.grad", "nan.loss"],
    };
  },

  "late-report": (shape) => ({
    // The logger writes NaN as null: the record comes without its loss.
    observations: run(shape, (i) => (i >= shape.at ? { [LOSS]: undefined } : null)),
    expect: said(["nan.late_report", stepOf(shape, shape.at), true]),
    forbid: ["missing.loss", "const.loss", "zero.grad"],
  }),

  "missing-loss": (shape) => ({
    observations: run(shape, (i) => (i >= shape.at ? only({ accuracy: 0.5 }) : null)),
    expect: said(["missing.loss", stepOf(shape, shape.at - 1), true]),
    forbid: ["nan.late_report", "const.loss"],
  }),

  resume: (shape) => {
    const back = shape.pick(0, 40);
    const observations = run(shape);
    const again = observations.slice(shape.at - back).map((observation, i) => ({
      ...observation,
      at: observations[shape.at]!.at + 60_000 + i * shape.every * shape.msPerStep,
      attempt: 1,
    }));
    return {
      observations: [...observations.slice(0, shape.at), ...again],
      expect: said(["run.resumed", stepOf(shape, shape.at - back), false]),
      forbid: ["!", "loss.spike", "loss.level_shift", ...QUIET],
    };
  },

  "epoch-staircase": (shape) => {
    const perEpoch = shape.pick(40, 90);
    const records = perEpoch * 5;
    const level = (i: number): number => 3 * 0.72 ** Math.floor(i / perEpoch) - (0.1 * (i % perEpoch)) / perEpoch;
    return {
      observations: run({ ...shape, records }, (i) => ({
        [LOSS]: rounded(level(i) + 0.03 * shape.normal(), 4),
        [METRIC.epoch]: (i + 1) / perEpoch,
      })),
      expect: said(["loss.epoch_steps", stepOf(shape, perEpoch), false]),
      forbid: ["loss.level_shift", "loss.spike!", ...QUIET],
    };
  },

  spike: (shape) => {
    const width = shape.pick(1, 8);
    const height = 2 + shape.pick(0, 30) / 10;
    const jump = (i: number): number => (i >= shape.at && i < shape.at + width ? height : 0);
    return {
      observations: run(shape, (i, { [LOSS]: loss }) => ({ [LOSS]: loss! + jump(i) })),
      expect: said(["loss.spike", stepOf(shape, shape.at), false]),
      forbid: ["loss.spike!", "loss.level_shift", ...QUIET],
    };
  },

  "level-shift": (shape) => {
    // About a sixth of the progress: enough to matter, too little to be called oscillating or diverging.
    const at = shape.at + 300;
    return {
      observations: run({ ...shape, records: at + 300 }, (i) => ({
        [LOSS]: 1.5 + 6 * (i + 1) ** -0.45 + 0.02 * shape.normal() + (i >= at ? 0.7 : 0),
      })),
      expect: said(["loss.spike", stepOf(shape, at), true], ["loss.level_shift", stepOf(shape, at), false]),
      forbid: QUIET,
    };
  },

  slow: (shape) => {
    const factor = 1.6 + shape.pick(0, 20) / 10;
    const tokens = shape.pick(0, 1) === 1;
    const every = Math.max(shape.every, Math.ceil(4000 / shape.msPerStep));
    let at = START;
    const observations = run({ ...shape, every }).map((observation, i) => {
      const pace = shape.msPerStep * (i >= shape.at ? factor : 1) * Math.exp(0.04 * shape.normal());
      at += every * pace + (i % 100 === 99 ? 90_000 : 0);
      const extra: [string, number][] = tokens ? [[METRIC.tokensPerSecond, 8e6 / pace]] : [];
      return { ...observation, at, values: [...observation.values, ...extra] };
    });
    return {
      observations,
      expect: said(["pace.slow", stepOf({ ...shape, every }, shape.at), true]),
      forbid: QUIET,
    };
  },

  "slow-pauses": (shape) => {
    // Evaluations and checkpoints of growing length are pauses, not a slower pace.
    let at = START;
    const observations = run(shape).map((observation, i) => {
      at += shape.every * shape.msPerStep * Math.exp(0.1 * shape.normal()) + (i % 25 === 24 ? 60_000 + 100 * i : 0);
      return { ...observation, at };
    });
    return { observations, forbid: ["!", "pace.slow", ...QUIET] };
  },

  hang: (short) => {
    const shape = { ...short, msPerStep: Math.max(1500, short.msPerStep) };
    const observations = run({ ...shape, records: shape.at });
    const stuck = shape.pick(0, 1) === 1;
    const dead: GpuReading = stuck ? gpu(100, 150 + 5 * shape.normal()) : gpu(0, 70);
    return {
      observations,
      ticks: ticksOver(shape, observations, 40 * 60_000, () => dead),
      expect: said(["run.hang", stepOf(shape, shape.at - 1), true]),
      forbid: ["pace.slow", ...QUIET],
    };
  },

  "long-evaluation": (short) => {
    const shape = { ...short, msPerStep: Math.max(1500, short.msPerStep) };
    // The GPU works on at its usual power; what it did before it may do again.
    const observations = run({ ...shape, records: shape.at });
    return {
      observations,
      ticks: ticksOver(shape, observations, 40 * 60_000, () => gpu(97, 360 + 10 * shape.normal())),
      forbid: ["!", "run.hang"],
    };
  },
} satisfies Record<string, (shape: Shape) => Made>;

function said(...list: [rule: string, step: number, alert: boolean][]): Expected[] {
  return list.map(([rule, step, alert]) => ({ rule, step, alert }));
}
