"use client";
import type { RunView } from "#lib/protocol/index.ts";
import type { RunFeed } from "../../../_live/index.ts";
/** Everything else that the run logged. */
export function Metrics(_: { run: RunView; feed: RunFeed }) {
  return null;
}
