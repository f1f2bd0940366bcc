"use client";
import { type MouseEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import {
  type Domain,
  panned,
  pinched,
  type StripRange,
  type StripScene,
  zoomed,
  zoomLimits,
} from "#lib/charts/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import type { Strip } from "../../../_charts/index.ts";
import type { StripChoice } from "./strip-choice.ts";

/** A drag shorter than this (px) is a click. */
const SHORTEST = 6;
/** A gesture is over when nothing has come for so long (ms): then the address says what is shown, and the store is asked. */
const SETTLED_MS = 160;
/** How much one press of a button or a key zooms. */
const PRESS = 0.5;
/** Wheels turn by lines or pixels, and pinched pads by few; each in its measure this is the zoom of one unit. */
const PER_PIXEL = 0.002;
const PER_PINCH = 0.01;
const PINCH_MOST = 40;

type Selection = { left: number; width: number; top: number; height: number };
type Mouse = { kind: "select" | "pan"; from: number; view: Domain };

export type Zoom = ReturnType<typeof useZoom>;

type Input = {
  strip: Strip;
  run: RunView;
  choose: (change: Partial<StripChoice>) => void;
  /** Shows a stretch at once, before the address knows it; null when it does. */
  show: (range: StripRange | null) => void;
};

/**
 * Zooming and panning. With a mouse a drag selects what to zoom to, a drag with Shift or the middle button pans, and the wheel
 * zooms with Ctrl or ⌘ (and pans with Shift): alone it scrolls the page. With fingers one moves the crosshair, two pinch and
 * pan. A double click shows the whole run.
 */
export function useZoom(input: Input) {
  const latest = useRef(input);
  latest.current = input;
  const mouse = useRef<Mouse | null>(null);
  const fingers = useRef(new Map<number, number>());
  const pinch = useRef<{ ids: [number, number]; places: [number, number] } | null>(null);
  const settling = useRef(0);
  /** Where a gesture has come to: several of its events may come before the next drawing. */
  const target = useRef<Domain | null>(null);
  const [selection, setSelection] = useState<Selection | null>(null);

  const limits = () => {
    const { strip, run } = latest.current;
    return zoomLimits(strip.sceneNow(), run.maxSteps, run.step);
  };
  const showing = (): Domain => target.current ?? latest.current.strip.sceneNow().x;

  const settle = (view: Domain): void => {
    const { strip, choose, show } = latest.current;
    clearTimeout(settling.current);
    settling.current = 0;
    target.current = view;
    choose({ zoom: inSteps(strip.sceneNow(), view, limits()) });
    show(null);
  };
  const move = (view: Domain): void => {
    const { strip, show } = latest.current;
    const { toStep } = strip.sceneNow();
    const [from, to] = [toStep(view.min), toStep(view.max)];
    if (from === null || to === null || !(to > from)) return;
    target.current = view;
    show({ from, to });
    clearTimeout(settling.current);
    settling.current = window.setTimeout(() => settle(view), SETTLED_MS);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn tells where a gesture that is over has led
  useEffect(() => {
    if (settling.current === 0) target.current = null;
  }, [input.strip.scene]);
  const acts = useRef({ move, showing, limits });
  acts.current = { move, showing, limits };

  useEffect(() => {
    const frame = latest.current.strip.frame.current;
    if (!frame) return;
    const onWheel = (event: WheelEvent): void => {
      const { move, showing, limits } = acts.current;
      const view = showing();
      const { scene, width } = latest.current.strip;
      const plot = width - scene.layout.left - scene.layout.right;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const share = (event.clientX - frame.getBoundingClientRect().left - scene.layout.left) / plot;
        const unit = Math.abs(event.deltaY) < PINCH_MOST ? PER_PINCH : PER_PIXEL;
        move(zoomed(view, view.min + share * (view.max - view.min), Math.exp(event.deltaY * unit), limits()));
        return;
      }
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (!event.shiftKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      move(panned(view, (sideways / plot) * (view.max - view.min), limits()));
    };
    frame.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      frame.removeEventListener("wheel", onWheel);
      clearTimeout(settling.current);
    };
  }, []);

  const plotOf = (element: HTMLElement) => {
    const { layout } = latest.current.strip.scene;
    const { left, width } = element.getBoundingClientRect();
    return { left: left + layout.left, width: width - layout.left - layout.right };
  };
  const shareAt = (event: PointerEvent<HTMLElement>): number => {
    const plot = plotOf(event.currentTarget);
    return (event.clientX - plot.left) / plot.width;
  };
  const placeAt = (share: number, { min, max }: Domain): number => min + share * (max - min);

  const stop = (): void => {
    mouse.current = null;
    setSelection(null);
  };

  const onTouch = (event: PointerEvent<HTMLElement>, down: boolean): void => {
    const share = shareAt(event);
    if (!down && !fingers.current.has(event.pointerId)) return;
    fingers.current.set(event.pointerId, share);
    const [first, second] = [...fingers.current.keys()];
    if (second === undefined) {
      pinch.current = null;
      latest.current.strip.readAt(placeAt(share, showing()));
      return;
    }
    const shares = [fingers.current.get(first!)!, fingers.current.get(second)!] as [number, number];
    if (down || !pinch.current) {
      const view = showing();
      pinch.current = { ids: [first!, second], places: [placeAt(shares[0], view), placeAt(shares[1], view)] };
      latest.current.strip.readAt(null);
    }
    if (shares[0] !== shares[1]) {
      const order = shares[0] < shares[1] ? ([0, 1] as const) : ([1, 0] as const);
      const { places } = pinch.current;
      move(pinched([places[order[0]], places[order[1]]], [shares[order[0]], shares[order[1]]], limits()));
    }
  };

  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.pointerType !== "mouse") {
        onTouch(event, true);
        return;
      }
      if (event.button !== 0 && event.button !== 1) return;
      const pans = event.shiftKey || event.button === 1;
      if (pans) event.preventDefault();
      mouse.current = { kind: pans ? "pan" : "select", from: shareAt(event), view: showing() };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      if (event.pointerType !== "mouse") {
        onTouch(event, false);
        return;
      }
      if (!mouse.current) return;
      const { kind, from, view } = mouse.current;
      const share = shareAt(event);
      if (kind === "pan") {
        move(panned(view, (from - share) * (view.max - view.min), limits()));
        return;
      }
      const { layout, lanes } = latest.current.strip.scene;
      const plot = plotOf(event.currentTarget);
      const [left, right] = [Math.max(0, Math.min(from, share)), Math.min(1, Math.max(from, share))];
      const top = lanes[0]?.box.top ?? 0;
      const height = (lanes.at(-1)?.box.bottom ?? 0) - top;
      const width = (right - left) * plot.width;
      setSelection(width >= SHORTEST ? { left: layout.left + left * plot.width, width, top, height } : null);
    },
    onPointerUp: (event: PointerEvent<HTMLDivElement>) => {
      if (event.pointerType !== "mouse") {
        fingers.current.delete(event.pointerId);
        return;
      }
      if (mouse.current?.kind === "select" && selection) {
        const { layout } = latest.current.strip.scene;
        const plot = plotOf(event.currentTarget);
        const view = showing();
        const [from, to] = [selection.left, selection.left + selection.width].map((px) =>
          placeAt((px - layout.left) / plot.width, view),
        ) as [number, number];
        settle({ min: from, max: to });
      }
      stop();
    },
    onPointerCancel: (event: PointerEvent<HTMLDivElement>) => {
      fingers.current.delete(event.pointerId);
      stop();
    },
    // The middle button would begin to scroll the page.
    onMouseDown: (event: MouseEvent) => {
      if (event.button === 1) event.preventDefault();
    },
    onDoubleClick: () => latest.current.choose({ zoom: null }),
  };

  /** Nearer by one press, or further away: around the crosshair, where it is shown, else around the newest point in view. */
  const press = (direction: "in" | "out"): void => {
    const view = showing();
    const { readout } = latest.current.strip;
    const { now } = latest.current.strip.sceneNow();
    const middle = now > view.min && now < view.max ? now : (view.min + view.max) / 2;
    const at = readout && readout.x >= view.min && readout.x <= view.max ? readout.x : middle;
    settle(zoomed(view, at, direction === "in" ? PRESS : 1 / PRESS, limits()));
  };
  return { handlers, selection, press };
}

/** A view in whole steps, as the address tells it; null when it is the whole run. */
function inSteps({ toStep }: StripScene, view: Domain, limits: Domain): { from: number; to: number } | null {
  const air = (limits.max - limits.min) * 1e-3;
  if (view.min <= limits.min + air && view.max >= limits.max - air) return null;
  const [from, to] = [toStep(view.min), toStep(view.max)];
  if (from === null || to === null) return null;
  const first = Math.max(0, Math.round(from));
  return { from: first, to: Math.max(Math.round(to), first + 1) };
}
