import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { z } from "zod";
import { CurvewatchError, LIMITS } from "#lib/protocol/index.ts";
import { newRunSchema, pushSchema } from "../push/body.ts";
import type { Remote } from "../workers/rpc.ts";
import type { Writer } from "../workers/writer.ts";
import { type Route, readJson, sendJson } from "./registry.ts";
import { runIdSchema } from "./runs.ts";

/** Pushes that may wait for the writer, each of up to `LIMITS.pushBytes`. */
const WAITING = 32;
const PROBLEMS_TOLD = 5;
const PLACE_CHARS = 120;

/** How a program reports by itself: makes its run, then sends points as they come. */
export function pushRoutes(writer: Remote<Writer>): Route[] {
  let waiting = 0;
  return [
    {
      method: "POST",
      path: "/api/v1/runs",
      policy: "viewer",
      summary: "Make a run for a program that sends its points itself, or find the one of the same key",
      body: newRunSchema,
      async handle({ request, response }) {
        const { key = randomUUID(), host = hostname(), ...run } = parse(newRunSchema, await readJson(request));
        const { id, name, isNew } = await writer.createRun({ ...run, key, host });
        sendJson(response, { run: { id, name, isNew, url: `/runs/${id}` } }, isNew ? 201 : 200);
      },
    },
    {
      method: "POST",
      path: "/api/v1/runs/:id/points",
      policy: "viewer",
      summary: "Add points to such a run, and say how it ended; a push of the same key counts once",
      body: pushSchema,
      async handle({ request, params, response }) {
        const id = parse(runIdSchema, params.id);
        if (waiting >= WAITING) {
          throw new CurvewatchError("busy", `${WAITING} pushes are waiting already`, {
            hint: "Push again in a second.",
          });
        }
        waiting++;
        try {
          const body = await readJson(request, LIMITS.pushBytes);
          refuseTooMany(body);
          sendJson(response, await writer.pushPoints(id, parse(pushSchema, body)));
        } finally {
          waiting--;
        }
      },
    },
  ];
}

function refuseTooMany(body: unknown): void {
  const points = (body as { points?: unknown } | null)?.points;
  if (!Array.isArray(points) || points.length <= LIMITS.pushPoints) return;
  throw new CurvewatchError(
    "too_large",
    `points: there are ${points.length}; a push has at most ${LIMITS.pushPoints}`,
    {
      hint: "Send them in several pushes.",
    },
  );
}

/** The first things that are wrong, each with its place; there may be thousands. */
function parse<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const told = issues.slice(0, PROBLEMS_TOLD).map(problem);
  if (issues.length > told.length) told.push(`and ${issues.length - told.length} more`);
  throw new CurvewatchError("bad_request", told.join("; "), {
    hint: "GET /api/v1/openapi.json says what is taken here; nothing of this request was stored.",
  });
}

/** One thing that is wrong, with its place. What is wrong with a name is told of what it names. */
function problem(issue: z.core.$ZodIssue): string {
  const place = issue.path.join(".").slice(0, PLACE_CHARS) || "body";
  const said = issue.code === "invalid_key" ? issue.issues.map(({ message }) => message).join(", ") : issue.message;
  return `${place}: ${said}`;
}
