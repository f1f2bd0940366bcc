import { NotFoundError } from "#lib/protocol/index.ts";
import type { Views } from "../views.ts";
import type { Reader } from "../workers/reader.ts";
import type { Remote } from "../workers/rpc.ts";
import { type Route, sendJson } from "./registry.ts";
import { runIdSchema } from "./runs.ts";

/** Alerts of a run, newest first, each with whom it was told. */
export function alertRoutes(views: Views, reader: Remote<Reader>): Route[] {
  return [
    {
      method: "GET",
      path: "/api/v1/runs/:id/incidents",
      policy: "viewer",
      async handle({ params, response }) {
        const id = runIdSchema.parse(params.id);
        if (!(await views.summary(id))) throw new NotFoundError("run", id);
        sendJson(response, { incidents: await reader.alerts(id) });
      },
    },
  ];
}
