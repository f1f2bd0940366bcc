import { z } from "zod";
import { type GpusView, LIMITS, NotFoundError } from "#lib/protocol/index.ts";
import { gpuRange, gpusView } from "../gpus.ts";
import type { Views } from "../views.ts";
import type { Reader } from "../workers/reader.ts";
import type { Remote } from "../workers/rpc.ts";
import { type Route, sendJson } from "./registry.ts";
import { runIdSchema } from "./runs.ts";

const WEEK_MINUTES = 7 * 24 * 60;

const querySchema = z.object({
  minutes: z.coerce.number().int().min(1).max(WEEK_MINUTES).default(180),
  /** Points a series has at most, holes aside. */
  buckets: z.coerce.number().int().min(2).max(LIMITS.bucketsPerAnswer).default(120),
});

/** What the GPUs of a run's host did in the last `minutes` of the run. */
export function gpuRoute(views: Views, reader: Remote<Reader>, now: () => number): Route {
  return {
    method: "GET",
    path: "/api/v1/runs/:id/gpus",
    policy: "viewer",
    query: querySchema,
    async handle({ params, query, response }) {
      const id = runIdSchema.parse(params.id);
      const { minutes, buckets } = querySchema.parse(Object.fromEntries(query));
      const run = await views.summary(id);
      if (!run) throw new NotFoundError("run", id);
      const range = gpuRange(run, minutes, now());
      // A bucket is drawn as two points.
      const gpus = range ? await reader.gpus(id, { ...range, buckets: Math.floor(buckets / 2) }) : [];
      sendJson(response, gpusView(range ?? { from: now(), to: now() }, gpus) satisfies GpusView);
    },
  };
}
