import { z } from "zod";
import { CurvewatchError, compileLinePattern, faultWords, NotFoundError, PATTERN_CHARS } from "#lib/protocol/index.ts";
import type { Views } from "../views.ts";
import { type Route, readJson, sendJson } from "./registry.ts";
import { runIdSchema } from "./runs.ts";

/**
 * A log to follow, and the key of the run that it belongs to with others; null when it is a run of its own. `pattern` is a
 * regular expression to read it by; of what a `backfill` holds nobody is told. `again`: it is followed
 * already, and is to be read by the pattern from its beginning.
 */
export type WatchedLog = { path: string; group: string | null; pattern?: string; backfill?: true; again?: true };

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

const patternSchema = z.object({ pattern: z.string().min(1).max(PATTERN_CHARS) });

/**
 * A log that is followed and has given nothing is read another way. A page may ask for this, unlike for `watch`: it names no
 * file, so that it cannot have any other one read.
 */
export function patternRoute(views: Views, request: (logs: WatchedLog[]) => void): Route {
  return {
    method: "POST",
    path: "/api/v1/runs/:id/pattern",
    policy: "viewer",
    summary: "Read a log in which nothing was recognised by a pattern with named groups",
    body: patternSchema,
    async handle(call) {
      const id = runIdSchema.parse(call.params.id);
      const { pattern } = patternSchema.parse(await readJson(call.request));
      const compiled = compileLinePattern(pattern);
      if ("code" in compiled) {
        const { what, hint } = faultWords(compiled, "en");
        throw new CurvewatchError("bad_request", `the pattern cannot be used: ${what}`, { hint });
      }
      const run = await views.run(id);
      if (!run) throw new NotFoundError("run", id);
      if (!run.canReadAgain)
        throw new CurvewatchError("conflict", `run ${id} cannot be read again`, {
          hint: "only a log that a watch on this machine follows, and that has given no point, can be",
        });
      request([{ path: run.path, group: null, pattern, again: true }]);
      sendJson(call.response, { accepted: 1 }, 202);
    },
  };
}
