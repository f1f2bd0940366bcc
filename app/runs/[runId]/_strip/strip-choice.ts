"use client";
import { createParser, parseAsBoolean, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo } from "react";
import type { StripControls } from "#lib/charts/index.ts";

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
  x: parseAsStringLiteral(["step", "time"]).withDefault("step"),
  range: parseAsStringLiteral(RANGES).withDefault("whole"),
  zoom: parseAsStretch,
  raw: on,
  trend: on,
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

/** What the strip shows, kept in the page's address so that a link opens the same view. */
export function useStripChoice(hasTime: boolean): {
  choice: StripChoice;
  controls: StripControls;
  choose: (change: Partial<StripChoice>) => void;
} {
  const [state, setState] = useQueryStates(PARSERS, { history: "replace", shallow: true, scroll: false });
  const x = hasTime ? state.x : "step";
  const { range, zoom, raw, trend, eval: evaluation, forecast, log } = state;
  const controls = useMemo<StripControls>(
    () => ({ x, range: zoom ?? range, raw, trend, eval: evaluation, forecast, log }),
    [x, range, zoom, raw, trend, evaluation, forecast, log],
  );
  return { choice: { ...state, x }, controls, choose: (change) => void setState(change) };
}
