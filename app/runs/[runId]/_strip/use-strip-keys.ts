"use client";
import { useEffect, useRef } from "react";
import { valueNear } from "#lib/charts/index.ts";
import { verdictStretches } from "#lib/core/index.ts";
import type { RunView, XAxis } from "#lib/protocol/index.ts";
import type { Strip } from "../../../_charts/index.ts";
import { isFreeKey } from "../../../_shell/index.ts";
import { AXES, type StripChoice } from "./strip-choice.ts";
import type { Zoom } from "./use-zoom.ts";

type Input = {
  run: RunView;
  axes: readonly XAxis[];
  /** Lengths of smoothing, ascending, none first. */
  lengths: readonly number[];
  choice: StripChoice;
  choose: (change: Partial<StripChoice>) => void;
  strip: Strip;
  zoom: Zoom;
};

/** Single keys for the strip: `KEYS` lists them, `isFreeKey` says when they are ours. */
export function useStripKeys(input: Input): void {
  const latest = useRef(input);
  latest.current = input;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isFreeKey(event)) return;
      if (act(event, latest.current)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** @returns whether the key means something here */
function act({ key, shiftKey }: KeyboardEvent, input: Input): boolean {
  const { axes, choice, choose, lengths, run, strip, zoom } = input;
  switch (key.toLowerCase()) {
    case "1":
    case "2":
    case "3":
    case "4": {
      const x = AXES[Number(key) - 1]!;
      if (axes.includes(x)) choose({ x });
      return axes.includes(x);
    }
    case "[":
      choose({ smooth: lengths.findLast((length) => length < choice.smooth) ?? 0 });
      return true;
    case "]":
      choose({ smooth: lengths.find((length) => length > choice.smooth) ?? choice.smooth, trend: true });
      return true;
    case "+":
    case "=":
      zoom.press("in");
      return true;
    case "-":
    case "_":
      zoom.press("out");
      return true;
    case "l":
      choose({ log: !choice.log });
      return true;
    case "x":
      choose({ raw: !choice.raw });
      return true;
    case "f":
      choose({ forecast: !choice.forecast });
      return true;
    case "w":
      choose({ range: "whole", zoom: null });
      return true;
    case "n":
      choose({ range: "now", zoom: null });
      return true;
    case "e":
      choose({ range: "last", zoom: null });
      return true;
    case " ":
      choose({ hold: !choice.hold });
      return true;
    case "escape":
      strip.readAt(null);
      choose({ zoom: null });
      return true;
    case "arrowleft":
      return shiftKey ? moveToEdge(run, strip, -1) : moveCrosshair(strip, -1);
    case "arrowright":
      return shiftKey ? moveToEdge(run, strip, 1) : moveCrosshair(strip, 1);
    default:
      return false;
  }
}

/** One sample to the left or right; from now when it is not shown yet. */
function moveCrosshair(strip: Strip, direction: 1 | -1): boolean {
  const { scene, readout } = strip;
  const line = scene.lanes[0]?.line;
  if (!line || document.activeElement !== strip.canvas.current) return false;
  const from = readout?.x ?? scene.now;
  const pixel = (scene.x.max - scene.x.min) / Math.max(strip.width, 1);
  for (let distance = pixel; distance < scene.x.max - scene.x.min; distance += pixel) {
    const found = valueNear(line, from + direction * distance);
    if (found && (found.x - from) * direction > 0) {
      strip.readAt(found.x);
      return true;
    }
  }
  return true;
}

/** To the next place to the left or right where the verdict changed, as far as it is in view. */
function moveToEdge(run: RunView, strip: Strip, direction: 1 | -1): boolean {
  const { scene, readout } = strip;
  if (document.activeElement !== strip.canvas.current) return false;
  const from = readout?.x ?? scene.now;
  const edges = verdictStretches(run.timeline)
    .map(({ fromStep }) => scene.toX(fromStep))
    .filter((x) => x !== null)
    .concat(scene.now)
    .filter((x) => x >= scene.x.min && x <= scene.x.max && (x - from) * direction > 0);
  if (edges.length > 0) strip.readAt(direction > 0 ? Math.min(...edges) : Math.max(...edges));
  return true;
}
