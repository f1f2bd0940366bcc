"use client";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useLocale } from "use-intl";
import {
  type ChartFigure,
  type FigureWords,
  placeOfStep,
  type Readout,
  readoutAt,
  type StripControls,
  type StripRun,
  type StripScene,
  type StripSeries,
  type StripStyle,
  sameFrame,
  stripFigure,
  stripScene,
  yInLane,
} from "#lib/charts/index.ts";
import type { XAxis } from "#lib/protocol/index.ts";
import { untilLoaded } from "../_components/until-loaded.ts";
import { usePalette } from "./palette.ts";
import type { StripChart } from "./strip-chart.ts";

type Points = { series: () => StripSeries | null; subscribePoints: (listener: () => void) => () => void };

type Options = {
  points: Points;
  run: StripRun;
  controls: StripControls;
  compact: boolean;
  /** Nothing that comes is drawn while true. */
  hold: boolean;
};

/* The page stands, with its axes' frame, before the code that draws is there; that comes while the page comes alive. */
const stripChart = typeof window === "undefined" ? null : untilLoaded(() => import("./strip-chart.ts"));

/** What surrounds the canvas is told at most this often; the canvas itself follows every frame. */
const TELL_EVERY_MS = 1000;

export type Strip = {
  /** Goes on the element that holds the canvas; and the one that carries the pen's place as custom properties. */
  canvas: RefObject<HTMLDivElement | null>;
  frame: RefObject<HTMLElement | null>;
  scene: StripScene;
  /** The scene that is drawn, which `scene` follows. */
  sceneNow: () => StripScene;
  width: number;
  readout: Readout | null;
  readAt: (x: number | null) => void;
  /** What is drawn, to be kept; null while nothing is. */
  figure: (words: FigureWords) => ChartFigure | null;
};

/**
 * Draws the strip. Points pass React by: they are drawn over the last scene, once per animation frame, and become part of
 * the next one, which comes with the run's view (at most once a second) or when they no longer fit.
 */
export function useStrip({ points, run, controls, compact, hold }: Options): Strip {
  const canvas = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLElement>(null);
  const [chart, setChart] = useState<StripChart | null>(null);
  const language = useLocale();
  const palette = usePalette();
  const style = useMemo<StripStyle | null>(
    () => palette && { palette, language, controls, compact, fontFamily: "B612, sans-serif" },
    [palette, language, controls, compact],
  );
  const [scene, setScene] = useState(() =>
    stripScene({ series: emptySeries(controls.x), run, controls, compact, previous: null }),
  );
  const [width, setWidth] = useState(0);
  const [readout, setReadout] = useState<Readout | null>(null);
  const current = useRef({ scene, series: null as StripSeries | null, told: scene, toldAt: 0, telling: 0 });
  const held = useRef<Held | null>(null);

  const draw = useCallback(() => {
    if (!style) return;
    const series = points.series();
    if (!hold) held.current = null;
    const next = stripScene({
      series: cut(series ?? emptySeries(controls.x), held.current),
      run: held.current?.run ?? run,
      controls,
      compact,
      previous: current.current.scene,
    });
    if (hold && series) held.current ??= { run, x: series.x, until: next.now, step: next.toStep(next.now) };
    chart?.draw(next, style);
    placeNow(frame.current, next, next.now);
    placePen(frame.current, next);
    current.current.scene = next;
    current.current.series = series;
    const tell = () => {
      current.current.telling = 0;
      current.current.told = current.current.scene;
      current.current.toldAt = performance.now();
      setScene(current.current.scene);
    };
    const { told, toldAt, telling } = current.current;
    const wait = sameFrame(told, next) && told.total > 0 ? toldAt + TELL_EVERY_MS - performance.now() : 0;
    if (wait <= 0) tell();
    else if (!telling) current.current.telling = window.setTimeout(tell, wait);
  }, [chart, points, run, controls, compact, hold, style]);

  const readAt = useCallback(
    (x: number | null) =>
      setReadout(x === null ? null : readoutAt(current.current.scene, x, points.series()?.times ?? null)),
    [points],
  );

  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let made: StripChart | null = null;
    let isMounted = true;
    const observer = new ResizeObserver(() => {
      setWidth(element.clientWidth);
      made?.resize();
    });
    observer.observe(element);
    void stripChart?.then(({ StripChart }) => {
      if (!isMounted) return;
      made = new StripChart(element, readAt);
      made.resize();
      setChart(made);
    });
    const state = current.current;
    return () => {
      isMounted = false;
      clearTimeout(state.telling);
      state.telling = 0;
      observer.disconnect();
      made?.dispose();
      setChart(null);
    };
  }, [readAt]);

  const isBegun = useRef(false);
  useLayoutEffect(() => {
    if (!isBegun.current) {
      isBegun.current = true;
      draw();
      return;
    }
    // The control that was pressed is painted first, the lines right after it; of several changes at once the last is drawn.
    let timer = 0;
    const frame = requestAnimationFrame(() => {
      timer = window.setTimeout(draw);
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [draw]);

  useEffect(() => {
    let waiting = 0;
    const follow = () => {
      waiting = 0;
      if (held.current) return;
      const series = points.series();
      const known = series !== null && series === current.current.series;
      const now = known ? (chart?.extend(series) ?? null) : null;
      if (now === null) draw();
      else placeNow(frame.current, current.current.scene, now);
    };
    const unsubscribe = points.subscribePoints(() => {
      waiting ||= requestAnimationFrame(follow);
    });
    return () => {
      unsubscribe();
      cancelAnimationFrame(waiting);
    };
  }, [chart, points, draw]);

  const sceneNow = useCallback(() => current.current.scene, []);
  const figure = (words: FigureWords): ChartFigure | null =>
    style && width > 0 ? stripFigure(sceneNow(), style, held.current?.run ?? run, words, width) : null;
  return { canvas, frame, scene, sceneNow, width, readout, readAt, figure };
}

const emptySeries = (x: XAxis): StripSeries => ({
  x,
  views: new Map(),
  tails: new Map(),
  until: null,
  clock: null,
  times: null,
  superseded: null,
});

/** Where the strip was held: the newest place on the axis of then and, for other axes, its step. */
type Held = { run: StripRun; x: XAxis; until: number; step: number | null };

function cut(series: StripSeries, held: Held | null): StripSeries {
  if (held === null) return series;
  const { x, views, tails, clock, times, superseded } = series;
  const elsewhere = x === "step" ? held.step : clock && held.step !== null ? placeOfStep(clock, held.step, null) : null;
  const until = x === held.x ? held.until : (elsewhere ?? held.until);
  return { x, views, tails, clock, times, superseded, until: Math.min(until, series.until ?? until) };
}

/**
 * The pen and the now-line move with every point, so they are moved without React; and only when that can be seen, for all
 * that stands on the strip is laid out by it.
 */
function placeNow(frame: HTMLElement | null, { x }: StripScene, now: number): void {
  if (!frame) return;
  const place = ((now - x.min) / (x.max - x.min)) * 100;
  const known = Number.parseFloat(frame.style.getPropertyValue("--now"));
  if (Math.abs(place - known) < NOW_MOVES_BY) return;
  frame.style.setProperty("--now", `${place}%`);
}

/** In percent of the plot: less than half a pixel on any screen. */
const NOW_MOVES_BY = 0.04;

function placePen(frame: HTMLElement | null, { pen, lanes }: StripScene): void {
  const loss = lanes.find(({ name }) => name === "loss");
  if (pen && loss) frame?.style.setProperty("--pen-y", `${yInLane(loss, pen.y)}px`);
}
