import type {
  AlertStage,
  AlertsView,
  ChannelView,
  IncidentView,
  RuleView,
  RunRow,
  RunSummary,
  RunView,
} from "#lib/protocol/index.ts";

/**
 * The door from Next's pages to the process they run in. The custom server sets it before Next renders anything; pages hold
 * their own copy of every module, so it hangs on `globalThis` and nowhere else.
 */
export type Runtime = {
  version: string;
  /** Port the server listens on, for the commands a page shows. */
  port: number;
  /** Language of a viewer who has chosen none, from `--lang`; null: take the browser's. */
  lang: "en" | "zh-CN" | null;
  views: {
    runs(): Promise<RunRow[]>;
    /** Without what is drawn of them, newest first. */
    summaries(page: { limit: number; before: string | null }): Promise<RunSummary[]>;
    run(id: string): Promise<RunView | null>;
    alerts(): Promise<AlertsView>;
    /** How many incidents are open. */
    openIncidents(): Promise<number>;
    incident(id: string): Promise<IncidentView | null>;
    /** What became of an alert; null when there is none of that id. */
    story(alert: string): Promise<AlertStage[] | null>;
    channels(): Promise<ChannelView[]>;
    rules(): Promise<RuleView[]>;
  };
};

const KEY = Symbol.for("curvewatch.runtime");

export function setRuntime(runtime: Runtime): void {
  (globalThis as { [KEY]?: Runtime })[KEY] = runtime;
}

/** @throws Error when a page is rendered outside the Curvewatch server */
export function getRuntime(): Runtime {
  const runtime = (globalThis as { [KEY]?: Runtime })[KEY];
  if (!runtime)
    throw new Error("Curvewatch pages run inside `curvewatch watch` or `curvewatch serve`, not under `next start`");
  return runtime;
}
