"use client";
import type { RunView } from "#lib/protocol/index.ts";

/** The hyperparameter review. */
export function Review(_: { run: RunView }) {
  return null;
}
