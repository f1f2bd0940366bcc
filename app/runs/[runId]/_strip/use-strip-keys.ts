"use client";
import { useEffect, useRef } from "react";
import { valueNear } from "#lib/charts/index.ts";
import type { Strip } from "../../../_charts/index.ts";
import { isFreeKey } from "../../../_shell/index.ts";
import type { StripChoice } from "./strip-choice.ts";

type Input = { choice: StripChoice; choose: (change: Partial<StripChoice>) => void; strip: Strip };

/** Single keys for the strip: `KEYS` lists them, `isFreeKey` says when they are ours. */
export function useStripKeys(input: Input): void {
  const latest = useRef(input);
  latest.current = input;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isFreeKey(event)) return;
      if (act(event.key, latest.current)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** @returns whether the key means something here */
function act(key: string, { choice, choose, strip }: Input): boolean {
  switch (key.toLowerCase()) {
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
      return moveCrosshair(strip, -1);
    case "arrowright":
      return moveCrosshair(strip, 1);
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
