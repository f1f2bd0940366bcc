import { z } from "zod";
import { type Route, readJson, sendJson } from "./registry.ts";

/**
 * A log to follow, and the key of the run that it belongs to with others; null when it is a run of its own. `pattern` is a
 * regular expression to read it by; of what a `backfill` holds nobody is told.
 */
export type WatchedLog = { path: string; group: string | null; pattern?: string; backfill?: true };

const bodySchema = z
  .object({
    paths: z.array(z.string().min(1).max(4096)).min(1).max(256),
    /** Of each path, in the same order. */
    groups: z.array(z.string().min(1).max(4200).nullable()).max(256).optional(),
    /** Of all of them. */
    pattern: z.string().min(1).max(500).optional(),
    backfill: z.boolean().optional(),
  })
  .refine(({ paths, groups }) => groups === undefined || groups.length === paths.length, {
    path: ["groups"],
    message: "has to say one for each path",
  });

/** A second `watch` on the same data folder hands its logs to the first: one agent follows them all. */
export function watchRoute(request: (logs: WatchedLog[]) => void): Route {
  return {
    method: "POST",
    path: "/api/v1/watch",
    policy: "owner",
    body: bodySchema,
    async handle(call) {
      const { paths, groups, pattern, backfill } = bodySchema.parse(await readJson(call.request));
      const how = { ...(pattern && { pattern }), ...(backfill && { backfill: true as const }) };
      request(paths.map((path, i) => ({ path, group: groups?.[i] ?? null, ...how })));
      sendJson(call.response, { accepted: paths.length }, 202);
    },
  };
}
