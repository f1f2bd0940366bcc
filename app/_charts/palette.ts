"use client";
import { useEffect, useState } from "react";
import { PALETTE_TOKENS, type Palette } from "#lib/charts/index.ts";

/** Resolves the tokens where they apply: a canvas knows neither custom properties nor `light-dark()`. */
function readPalette(): Palette {
  const probe = document.createElement("span");
  // With forced colours every text has the same one; the tokens tell surfaces and marks apart all the same.
  probe.style.setProperty("forced-color-adjust", "none");
  document.body.append(probe);
  const colours = PALETTE_TOKENS.map((token) => {
    probe.style.color = `var(--cw-${token})`;
    return [token, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(colours) as Palette;
}

/** The palette of the theme in force; null on the server. */
export function usePalette(): Palette | null {
  const [palette, setPalette] = useState<Palette | null>(null);
  useEffect(() => {
    const read = () => setPalette(readPalette());
    read();
    const system = matchMedia("(prefers-color-scheme: dark)");
    const root = new MutationObserver(read);
    root.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    system.addEventListener("change", read);
    return () => {
      root.disconnect();
      system.removeEventListener("change", read);
    };
  }, []);
  return palette;
}
