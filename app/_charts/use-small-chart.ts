"use client";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { newestOf, type SmallScene, type SmallSeries, smallScene } from "#lib/charts/index.ts";
import { usePalette } from "./palette.ts";
import { SmallCanvas } from "./small-canvas.ts";
import type { Stage, XView } from "./stage.ts";

type Options = {
  points: { series: () => SmallSeries | null; subscribePoints: (listener: () => void) => () => void };
  metrics: readonly string[];
  stage: Stage;
  log: boolean;
};

export type Newest = { x: number; y: number } | null;
export type SmallChart = {
  canvas: RefObject<HTMLCanvasElement | null>;
  /** As drawn whole last; null before the first drawing. */
  scene: SmallScene | null;
  view: XView | null;
  /** Of each metric, at most a second old. */
  newest: Newest[];
};

/** A small chart is drawn on, and its numbers told, at most this often. */
const FOLLOW_EVERY_MS = 1000;

/**
 * Draws a small chart. Points pass React by; a chart that is not on the screen is not drawn, and one in a hidden tab catches
 * up in one frame.
 */
export function useSmallChart({ points, metrics, stage, log }: Options): SmallChart {
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette();
  const view = useSyncExternalStore(stage.subscribeView, stage.view, stage.view);
  const [scene, setScene] = useState<SmallScene | null>(null);
  const [newest, setNewest] = useState<Newest[]>([]);
  const own = useRef({ chart: null as SmallCanvas | null, series: null as SmallSeries | null, isSeen: false });
  const shown = useRef<SmallScene | null>(null);

  const draw = useCallback(() => {
    const { chart, isSeen } = own.current;
    const series = points.series();
    if (!series) return;
    setNewest(metrics.map((metric) => newestOf(series, metric)));
    if (!chart || !isSeen || !palette || !view) return;
    const next = smallScene({ series, metrics, x: view, log, previous: shown.current });
    chart.draw(next, palette, series);
    own.current.series = series;
    shown.current = next;
    setScene(next);
  }, [points, metrics, view, log, palette]);

  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) return;
    own.current.chart = new SmallCanvas(element);
    const seen = new IntersectionObserver(
      ([entry]) => {
        const was = own.current.isSeen;
        own.current.isSeen = entry?.isIntersecting ?? false;
        if (own.current.isSeen && !was) draw();
      },
      { rootMargin: "200px" },
    );
    const sized = new ResizeObserver(() => draw());
    seen.observe(element);
    sized.observe(element);
    draw();
    return () => {
      seen.disconnect();
      sized.disconnect();
    };
  }, [draw]);

  useEffect(() => {
    let waiting = 0;
    let frame = 0;
    const follow = () => {
      const series = points.series();
      const { chart, isSeen } = own.current;
      if (!series || !chart || (!isSeen && series === own.current.series)) return;
      if (series !== own.current.series || !chart.extend(series)) draw();
      else setNewest(metrics.map((metric) => newestOf(series, metric)));
    };
    const unsubscribe = points.subscribePoints(() => {
      // Anew from the store: at once.
      if (points.series() !== own.current.series) {
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(follow);
        return;
      }
      waiting ||= window.setTimeout(() => {
        waiting = 0;
        frame = requestAnimationFrame(follow);
      }, FOLLOW_EVERY_MS);
    });
    return () => {
      unsubscribe();
      clearTimeout(waiting);
      cancelAnimationFrame(frame);
    };
  }, [points, metrics, draw]);

  return { canvas, scene, view, newest };
}
