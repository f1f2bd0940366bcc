import type { LaneBox, LaneName, StripLayout } from "#lib/charts/index.ts";

/** Where a figure's lanes lie on paper: taller than on the live page, since nothing else competes for the height. */
const WIDE = { left: 44, right: 12, top: 46, loss: 260, rate: 130 };
const NARROW = { left: 36, right: 12, top: 46, loss: 242, rate: 100 };
const RIBBON = 28;
const UNDER_LOSS = 22;
const HEADING = 42;
const FOOT = 30;

/** Loss, ribbon, learning rate, from top to bottom; the ribbon comes first where there is no loss. */
export function layoutFigure(lanes: readonly LaneName[], compact: boolean): StripLayout {
  const size = compact ? NARROW : WIDE;
  const boxes: LaneBox[] = [];
  const add = (name: LaneName, top: number, height: number): number => {
    boxes.push({ name, top, height, bottom: top + height });
    return top + height;
  };
  let y = lanes.includes("loss") ? add("loss", size.top, size.loss) + UNDER_LOSS : 0;
  const ribbon = { top: y, height: RIBBON };
  y += RIBBON;
  if (lanes.includes("learningRate")) y = add("learningRate", y + HEADING, size.rate);
  return { left: size.left, right: size.right, height: y + FOOT, lanes: boxes, ribbon };
}
