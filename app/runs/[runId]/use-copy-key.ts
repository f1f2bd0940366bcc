"use client";
import { useEffect, useRef } from "react";

/** The Y key does what the button does, unless a field or another control has the focus. */
export function useCopyKey(copy: () => void): void {
  const latest = useRef(copy);
  latest.current = copy;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if ((event.target as HTMLElement).closest("input, textarea, select, button, a, [contenteditable]")) return;
      if (event.key.toLowerCase() !== "y") return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
