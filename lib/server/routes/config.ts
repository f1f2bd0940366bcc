import { z } from "zod";
import { CONFIG_LIMITS, configSchema } from "#lib/protocol/index.ts";
import type { Views } from "../views.ts";
import type { Remote } from "../workers/rpc.ts";
import type { Writer } from "../workers/writer.ts";
import { type Route, readJson, sendJson } from "./registry.ts";
import { runIdSchema } from "./runs.ts";

const bodySchema = z.object({
  /** What was entered before and is not named stays; null takes a setting back. */
  values: configSchema.refine((values) => Object.keys(values).length <= CONFIG_LIMITS.entered, {
    message: `at most ${CONFIG_LIMITS.entered} settings`,
  }),
});

/** Hyperparameters that the log does not tell, or tells wrongly, as a person knows them. */
export function configRoute(views: Views, writer: Remote<Writer>): Route {
  return {
    method: "POST",
    path: "/api/v1/runs/:id/config",
    policy: "viewer",
    body: bodySchema,
    async handle({ request, params, response }) {
      const id = runIdSchema.parse(params.id);
      const { values } = bodySchema.parse(await readJson(request));
      await writer.enterConfig(id, values);
      sendJson(response, { config: await views.config(id) });
    },
  };
}
