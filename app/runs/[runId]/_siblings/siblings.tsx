"use client";
import type { RunView } from "#lib/protocol/index.ts";

/** How the run stands among runs at other rates. */
export function Siblings(_: { run: RunView }) {
  return null;
}
