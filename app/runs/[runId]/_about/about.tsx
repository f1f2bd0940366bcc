"use client";
import type { RunView } from "#lib/protocol/index.ts";

/** What a person adds to a run: notes and tags. */
export function About(_: { run: RunView }) {
  return null;
}
