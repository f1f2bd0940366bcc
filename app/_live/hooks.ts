"use client";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { GpusView, RunRow, RunView } from "#lib/protocol/index.ts";
import { CONNECTING, type ConnectionStatus, connection } from "./connection.ts";
import { GpuFeed } from "./gpu-feed.ts";
import type { Shelf } from "./rows.ts";
import { RunFeed } from "./run-feed.ts";
import { RunsFeed } from "./runs-feed.ts";

/** The run's newest view, and its feed for whoever draws points. `initial` is what the server rendered. */
export function useRun(initial: RunView): { feed: RunFeed; view: RunView } {
  const [feed] = useState(() => new RunFeed(initial));
  useEffect(() => feed.open(connection()), [feed]);
  const view = useSyncExternalStore(feed.subscribeView, feed.view, () => initial);
  return { feed, view };
}

/** The GPUs beside a run; null until the first answer. A host that has none is not asked. */
export function useGpus({ id, gpus }: RunView): GpusView | null {
  const [feed] = useState(() => new GpuFeed(id));
  useEffect(() => (gpus > 0 ? feed.open(gpus) : undefined), [feed, gpus]);
  return useSyncExternalStore(feed.subscribe, feed.gpus, feed.gpus);
}

/** The rows of a shelf, null before the first answer. `initial` is what the server rendered of it; null when nothing. */
export function useRows(initial: readonly RunRow[] | null, shelf: Shelf): readonly RunRow[] | null {
  const [feed] = useState(() => new RunsFeed(initial, shelf));
  useEffect(() => feed.open(connection()), [feed]);
  return useSyncExternalStore(feed.subscribe, feed.rows, () => initial);
}

/** How the tab stands with the server; opens the socket if nothing has yet. */
export function useConnectionStatus(): ConnectionStatus {
  return useSyncExternalStore(subscribeStatus, status, statusOnServer);
}

const subscribeStatus = (listener: () => void): (() => void) => connection().subscribe(listener);
const status = (): ConnectionStatus => connection().status();
const statusOnServer = (): ConnectionStatus => CONNECTING;
