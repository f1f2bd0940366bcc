import { formatFactor, formatLearningRate, formatMetric } from "#lib/core/index.ts";
import type { LaneName } from "./layout.ts";
import { placeOfStep, type StepClock } from "./step-clock.ts";
import { type StripScene, yInLane } from "./strip-scene.ts";
import { type Trace, valueNear } from "./trace.ts";

/** What the crosshair reads at one place: a value and its height per lane, in pixels from the strip's top. */
export type LaneReadout = {
  lane: LaneName;
  y: number;
  value: string;
  raw: string | null;
  eval: string | null;
  /** Measured learning rate over the identified schedule: "on" it, a factor off it, or null where there is none. */
  schedule: "on" | string | null;
};
export type Readout = { x: number; step: number | null; elapsedMs: number | null; lanes: LaneReadout[] };

/** Nearer than this to the schedule counts as on it. */
const ON_SCHEDULE = 0.02;

/**
 * Reads the strip at an x, snapped to the nearest sample; null right of now.
 *
 * @param times when each step was, for the time since the run began
 */
export function readoutAt(scene: StripScene, wanted: number, times: StepClock | null): Readout | null {
  if (wanted > scene.now || wanted < scene.x.min) return null;
  const guide = scene.lanes.map(({ line }) => valueNear(line, wanted)).find((point) => point !== null);
  const x = guide && guide.x >= scene.x.min && guide.x <= scene.x.max ? guide.x : wanted;
  const step = scene.toStep(x);
  const at = scene.x.kind === "time" ? x : step === null || !times ? null : placeOfStep(times, step, null);
  return {
    x,
    step: step === null ? null : Math.round(step),
    elapsedMs: at !== null && times ? at - times.at[0]! : null,
    lanes: scene.lanes.flatMap((lane): LaneReadout[] => {
      const point = valueNear(lane.line, x);
      const trend = lane.name === "loss" ? alongPieces(scene, x) : null;
      const shown = trend ?? point?.y ?? null;
      if (shown === null) return [];
      const isRate = lane.name === "learningRate";
      return [
        {
          lane: lane.name,
          y: yInLane(lane, shown),
          value: isRate ? formatLearningRate(shown) : formatMetric(shown),
          raw: trend !== null && point ? formatMetric(point.y) : null,
          eval: lane.name === "loss" ? lastBefore(scene.eval, x) : null,
          schedule: isRate ? againstSchedule(scene.schedule, x, shown) : null,
        },
      ];
    }),
  };
}

function alongPieces({ pieces }: StripScene, x: number): number | null {
  for (const { xy } of pieces) {
    const value = along(xy, x);
    if (value !== null) return value;
  }
  return null;
}

/** A polyline's value at x; null outside it. */
function along(xy: Float64Array, x: number): number | null {
  for (let i = 2; i < xy.length; i += 2) {
    const [x0, x1] = [xy[i - 2]!, xy[i]!];
    if (x < x0 || x > x1) continue;
    const share = x1 === x0 ? 1 : (x - x0) / (x1 - x0);
    return xy[i - 1]! + share * (xy[i + 1]! - xy[i - 1]!);
  }
  return null;
}

function againstSchedule(schedule: Float64Array, x: number, measured: number): LaneReadout["schedule"] {
  const planned = along(schedule, x);
  if (planned === null || planned <= 0) return null;
  const factor = measured / planned;
  return Math.abs(factor - 1) <= ON_SCHEDULE ? "on" : formatFactor(factor);
}

function lastBefore({ xy }: Trace, x: number): string | null {
  for (let i = xy.length - 2; i >= 0; i -= 2) {
    if (xy[i]! <= x && Number.isFinite(xy[i + 1]!)) return formatMetric(xy[i + 1]!);
  }
  return null;
}
