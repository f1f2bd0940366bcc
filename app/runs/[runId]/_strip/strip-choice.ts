"use client";
import { createParser, parseAsBoolean, parseAsInteger, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo } from "react";
import type { StripControls } from "#lib/charts/index.ts";
import { AXIS_METRICS, type RunView, type XAxis } from "#lib/protocol/index.ts";

export const AXES = ["step", "time", "epoch", "tokens"] as const satisfies readonly XAxis[];
export const RANGES = ["whole", "now", "last"] as const;

/** A stretch of steps in the address: `31700-38420`. */
const parseAsStretch = createParser({
  parse: (text) => {
    const [from, to] = text.split("-").map(Number);
    return from !== undefined && to !== undefined && from >= 0 && to > from ? { from, to } : null;
  },
  serialize: ({ from, to }: { from: number; to: number }) => `${from}-${to}`,
  eq: (a, b) => a.from === b.from && a.to === b.to,
});

const on = parseAsBoolean.withDefault(true);
const off = parseAsBoolean.withDefault(false);

const PARSERS = {
  x: parseAsStringLiteral(AXES).withDefault("step"),
  range: parseAsStringLiteral(RANGES).withDefault("whole"),
  zoom: parseAsStretch,
  raw: on,
  trend: on,
  smooth: parseAsInteger.withDefault(0),
  eval: on,
  forecast: on,
  log: off,
  hold: off,
};

export type StripChoice = Omit<StripControls, "range"> & {
  range: (typeof RANGES)[number];
  zoom: { from: number; to: number } | null;
  hold: boolean;
};

/** The axes that a run can be seen along: time when its log tells it, others when their metric is logged. */
export function axesOf({ metrics, msPerStep }: Pick<RunView, "metrics" | "msPerStep">): XAxis[] {
  const logged = (names: readonly string[]): boolean =>
    metrics.some(({ name, points }) => points > 0 && names.includes(name));
  return AXES.filter((axis) => {
    if (axis === "step") return true;
    return axis === "time" ? msPerStep !== null : logged(AXIS_METRICS[axis]);
  });
}

/** What the strip shows, kept in the page's address so that a link opens the same view. */
export function useStripChoice(axes: readonly XAxis[]): {
  choice: StripChoice;
  controls: StripControls;
  choose: (change: Partial<StripChoice>) => void;
} {
  const [state, setState] = useQueryStates(PARSERS, { history: "replace", shallow: true, scroll: false });
  const x = axes.includes(state.x) ? state.x : "step";
  const smooth = Math.max(0, state.smooth);
  const { range, zoom, raw, trend, eval: evaluation, forecast, log } = state;
  const controls = useMemo<StripControls>(
    () => ({ x, range: zoom ?? range, raw, trend, smooth, eval: evaluation, forecast, log }),
    [x, range, zoom, raw, trend, smooth, evaluation, forecast, log],
  );
  return { choice: { ...state, x, smooth }, controls, choose: (change) => void setState(change) };
}
