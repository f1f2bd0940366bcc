import type { Links, Notice, Poster } from "#lib/alerts/index.ts";
import type { ChannelBook } from "../channels.ts";
import type { Views } from "../views.ts";
import type { Reader } from "../workers/reader.ts";
import type { Remote } from "../workers/rpc.ts";
import type { Writer } from "../workers/writer.ts";
import { channelRoutes } from "./channels.ts";
import { configRoute } from "./config.ts";
import { gpuRoute } from "./gpus.ts";
import { incidentRoutes } from "./incidents.ts";
import { openApiRoute } from "./openapi.ts";
import { pushRoutes } from "./push.ts";
import { type Route, sendJson } from "./registry.ts";
import type { Reports } from "./report.ts";
import { ruleRoutes } from "./rules.ts";
import { runEditRoutes } from "./run-edits.ts";
import { runRoutes } from "./runs.ts";
import { patternRoute, type WatchedLog, watchRoute } from "./watch.ts";

/** The whole HTTP API: what is not in this list does not exist, and all of it is in `openapi.json`. */
export function apiRoutes(options: {
  version: string;
  /** How many agents are connected. */
  agents: () => number;
  views: Views;
  reader: Remote<Reader>;
  writer: Remote<Writer>;
  reports: Reports;
  channels: ChannelBook;
  poster: Poster;
  channelsChanged: () => Promise<void>;
  links: (notice: Notice) => Links;
  /** A page that looks at the run is to be told. */
  touched: (run: string) => void;
  /** Something may be due to be sent. */
  wake: () => void;
  watchRequested: (logs: WatchedLog[]) => void;
  now: () => number;
}): Route[] {
  const { version, agents, views, reader, writer, reports, channels, poster, links } = options;
  const health: Route = {
    method: "GET",
    path: "/api/v1/health",
    policy: "viewer",
    handle: ({ response }) => sendJson(response, { status: "ok", version, agents: agents() }),
  };
  const routes = [
    health,
    ...runRoutes(views, reader),
    ...runEditRoutes({ views, writer, touched: options.touched }),
    ...pushRoutes(writer),
    ...reports.routes(),
    ...incidentRoutes({
      ...{ views, reader, writer, touched: options.touched, wake: options.wake, now: options.now },
      channels: () => channels.all,
    }),
    ...channelRoutes({ reader, channels, poster, changed: options.channelsChanged, links, now: options.now }),
    ...ruleRoutes({ reader, writer }),
    configRoute(views, writer),
    gpuRoute(views, reader, options.now),
    watchRoute(options.watchRequested),
    patternRoute(views, options.watchRequested),
  ];
  return [...routes, openApiRoute(routes, version)];
}
