"use client";
import { useEffect, useRef } from "react";
import { isFreeKey, plainKey } from "./keys.ts";

/** Acts on keys while the component is there, by `KeyboardEvent.key`, letters small. List new ones in `KEYS` too. */
export function useKeys(acts: Readonly<Record<string, () => void>>): void {
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const key = plainKey(event);
      const act = key !== null && Object.hasOwn(latest.current, key) ? latest.current[key] : undefined;
      if (!act || !isFreeKey(event)) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
