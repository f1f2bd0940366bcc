"use client";
import { type PointerEvent, useRef, useState } from "react";
import { type StripScene, stepAtTime } from "#lib/charts/index.ts";
import type { Strip } from "../../../_charts/index.ts";
import type { RunFeed } from "../../../_live/index.ts";

/** A drag shorter than this (px) is a click. */
const SHORTEST = 6;

type Selection = { left: number; width: number; top: number; height: number };

/** Dragging a stretch of the strip with a mouse zooms to it; on a touch screen a drag moves the crosshair instead. */
export function useDragZoom(strip: Strip, feed: RunFeed, onZoom: (range: { from: number; to: number }) => void) {
  const start = useRef<number | null>(null);
  const [selection, setSelection] = useState<Selection | null>(null);
  const { scene, width } = strip;

  const stop = (): void => {
    start.current = null;
    setSelection(null);
  };
  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      start.current = event.nativeEvent.offsetX;
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      if (start.current === null) return;
      const at = event.nativeEvent.offsetX;
      const left = Math.max(scene.layout.left, Math.min(start.current, at));
      const right = Math.min(width - scene.layout.right, Math.max(start.current, at));
      const top = scene.lanes[0]?.box.top ?? 0;
      const height = (scene.lanes.at(-1)?.box.bottom ?? 0) - top;
      setSelection(right - left >= SHORTEST ? { left, width: right - left, top, height } : null);
    },
    onPointerUp: () => {
      if (selection) {
        const [from, to] = [selection.left, selection.left + selection.width].map((px) =>
          stepAt(scene, width, px, feed),
        );
        if (from != null && to != null && to > from) onZoom({ from, to });
      }
      stop();
    },
    onPointerCancel: stop,
  };
  return { handlers, selection };
}

function stepAt(scene: StripScene, width: number, px: number, feed: RunFeed): number | null {
  const { layout, x } = scene;
  const share = (px - layout.left) / (width - layout.left - layout.right);
  const value = x.min + share * (x.max - x.min);
  if (x.kind === "step") return Math.max(0, Math.round(value));
  const clock = feed.series()?.clock;
  const step = clock ? stepAtTime(clock, value) : null;
  return step === null ? null : Math.round(step);
}
