"use client";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { untilLoaded } from "../_components/until-loaded.ts";
import { onFind } from "./find.ts";
import { isFreeKey, plainKey, STOPS, seen } from "./keys.ts";
import { layOnPaper } from "./print.ts";
import { systemIsDark } from "./theme.ts";
import { useKeys } from "./use-keys.ts";

/* Neither is needed to read a page: their code comes when first asked for. */
const Palette = lazy(() => untilLoaded(() => import("./palette.tsx")));
const HelpSheet = lazy(() => untilLoaded(() => import("./help-sheet.tsx")));

type Dialog = "palette" | "help";

/** Listens to the keys of every page, and holds the two dialogs that keys open. */
export function Shell() {
  const [open, setOpen] = useState<Dialog | null>(null);
  const [used, setUsed] = useState<ReadonlySet<Dialog>>(new Set());
  const show = useCallback((dialog: Dialog): void => {
    setUsed((before) => new Set([...before, dialog]));
    setOpen(dialog);
  }, []);
  useKeys({ "?": () => show("help"), j: () => walk(1), k: () => walk(-1) });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        show("palette");
      } else if (isFreeKey(event) && pressControl(plainKey(event))) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    const offFind = onFind(() => show("palette"));
    let lift = (): void => {};
    const beforePrint = (): void => {
      lift = layOnPaper(systemIsDark());
    };
    const afterPrint = (): void => lift();
    window.addEventListener("beforeprint", beforePrint);
    window.addEventListener("afterprint", afterPrint);
    return () => {
      window.removeEventListener("beforeprint", beforePrint);
      window.removeEventListener("afterprint", afterPrint);
      document.removeEventListener("keydown", onKey);
      offFind();
    };
  }, [show]);
  const close = (): void => setOpen(null);
  return (
    <Suspense>
      {used.has("palette") && <Palette opened={open === "palette"} onClose={close} />}
      {used.has("help") && <HelpSheet opened={open === "help"} onClose={close} />}
    </Suspense>
  );
}

/** A control with this key is clicked, a field gets the focus. @returns whether there is one */
function pressControl(key: string | null): boolean {
  const control = key === null ? null : seen(`[data-key="${CSS.escape(key)}"]`);
  if (!control) return false;
  if (control instanceof HTMLInputElement) {
    control.focus();
    control.select();
  } else control.click();
  return true;
}

/** Puts the focus on the next or the previous stop; from the top of the page on the first. */
function walk(direction: 1 | -1): void {
  const stops = [...document.querySelectorAll<HTMLElement>(STOPS)].filter((stop) => stop.checkVisibility());
  if (stops.length === 0) return;
  const at = stops.findIndex((stop) => stop.contains(document.activeElement));
  const next = stops[at === -1 ? 0 : Math.min(stops.length - 1, Math.max(0, at + direction))]!;
  if (next.tabIndex < 0) next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}
