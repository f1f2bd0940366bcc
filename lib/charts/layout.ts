/** The strip's geometry: which lanes there are and where each lies, in pixels from the strip's top left corner. */
export const LANES = ["loss", "learningRate", "gradNorm", "throughput"] as const;
export type LaneName = (typeof LANES)[number];
export type LaneBox = { name: LaneName; top: number; height: number; bottom: number };
export type StripLayout = {
  left: number;
  right: number;
  height: number;
  lanes: LaneBox[];
  ribbon: { top: number; height: number };
};

const WIDE = { left: 54, right: 22, top: 50, heights: { loss: 262, learningRate: 84, gradNorm: 66, throughput: 50 } };
const COMPACT = {
  left: 38,
  right: 14,
  top: 52,
  heights: { loss: 216, learningRate: 70, gradNorm: 56, throughput: 40 },
};
const RIBBON = 28;
/** Room for x labels under the loss lane, for a lane's heading, and for the labels and the crosshair's foot at the end. */
const UNDER_LOSS = 22;
const HEADING = 32;
const FOOT = 30;

/** Share of the room of a lane the log has no metric for that goes to the loss. */
const SPARE_SHARE = 0.6;

/** Lays out the lanes a run has, in reading order; the ribbon lies under the loss, or on top where there is none. */
export function layoutStrip(lanes: readonly LaneName[], compact: boolean): StripLayout {
  const size = compact ? COMPACT : WIDE;
  const boxes: LaneBox[] = [];
  let y = size.top;
  let ribbonTop = lanes.includes("loss") ? -1 : 12;
  if (ribbonTop > 0) y = ribbonTop + RIBBON + HEADING;
  for (const name of LANES) {
    if (!lanes.includes(name)) continue;
    const height = size.heights[name] + (name === "loss" ? spare(lanes, size.heights) : 0);
    boxes.push({ name, top: y, height, bottom: y + height });
    y += height;
    if (name === "loss") {
      ribbonTop = y + UNDER_LOSS;
      y = ribbonTop + RIBBON + 2;
    }
    y += HEADING;
  }
  const bottom = Math.max(boxes.at(-1)?.bottom ?? 0, ribbonTop + RIBBON);
  return {
    left: size.left,
    right: size.right,
    height: bottom + FOOT,
    lanes: boxes,
    ribbon: { top: ribbonTop, height: RIBBON },
  };
}

function spare(lanes: readonly LaneName[], heights: Record<LaneName, number>): number {
  const absent = (["learningRate", "gradNorm"] as const).filter((name) => !lanes.includes(name));
  return Math.round(absent.reduce((room, name) => room + heights[name] + HEADING, 0) * SPARE_SHARE);
}
