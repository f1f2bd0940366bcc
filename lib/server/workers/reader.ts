import { workerData } from "node:worker_threads";
import { openSqliteReader } from "#lib/store/index.ts";
import { serve } from "./rpc.ts";

/** A reader thread: answers questions from a read-only connection, never in the writer's way. */
const store = await openSqliteReader({ folder: (workerData as { folder: string }).folder });

const reader = {
  ready: async () => {},
  runs: store.runs.bind(store),
  run: store.run.bind(store),
  log: store.log.bind(store),
  findings: store.findings.bind(store),
  alerts: store.alerts.bind(store),
  incidents: store.incidents.bind(store),
  incident: store.incident.bind(store),
  alertStory: store.alertStory.bind(store),
  mutes: store.mutes.bind(store),
  deliveries: store.deliveries.bind(store),
  lastDelivery: store.lastDelivery.bind(store),
  series: store.series.bind(store),
  gpus: store.gpus.bind(store),
  points: store.points.bind(store),
  close: store.close.bind(store),
};
export type Reader = typeof reader;

serve(reader);
