import { workerData } from "node:worker_threads";
import type { UserRule } from "#lib/protocol/index.ts";
import { openSqliteReader } from "#lib/store/index.ts";
import { previewRule } from "../rule-preview.ts";
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
  openIncident: store.openIncident.bind(store),
  alertStory: store.alertStory.bind(store),
  mutes: store.mutes.bind(store),
  deliveries: store.deliveries.bind(store),
  lastDelivery: store.lastDelivery.bind(store),
  series: store.series.bind(store),
  gpus: store.gpus.bind(store),
  points: store.points.bind(store),
  rules: store.rules.bind(store),
  ruleSwitches: store.ruleSwitches.bind(store),
  /** Here, where the points are: they need not travel to be judged. */
  previewRule: (run: string, rule: UserRule) => previewRule(store, run, rule),
  close: store.close.bind(store),
};
export type Reader = typeof reader;

serve(reader);
