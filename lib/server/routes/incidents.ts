import { randomBytes } from "node:crypto";
import { z } from "zod";
import {
  CurvewatchError,
  DELIVERY_STATES,
  type IncidentView,
  MUTE_KINDS,
  type Mute,
  NotFoundError,
} from "#lib/protocol/index.ts";
import type { IncidentAct } from "../alarms.ts";
import { alertsView, incidentView, incidentViews } from "../incident-views.ts";
import type { Views } from "../views.ts";
import type { Reader } from "../workers/reader.ts";
import type { Remote } from "../workers/rpc.ts";
import type { Writer } from "../workers/writer.ts";
import { type Route, readJson, sendJson } from "./registry.ts";
import { runIdSchema } from "./runs.ts";

const PAGE = 50;
const limit = z.coerce.number().int().min(1).max(200).default(PAGE);
/** The `next` of the page before. */
const before = { incident: z.string().max(300).optional(), delivery: z.coerce.number().int().optional() };
const incidentsQuery = z.object({
  state: z.enum(["open", "resolved", "all"]).default("all"),
  run: runIdSchema.optional(),
  limit,
  before: before.incident,
});
const deliveriesQuery = z.object({
  channel: z.string().max(200).optional(),
  state: z.enum(DELIVERY_STATES).optional(),
  limit,
  before: before.delivery,
});
const MINUTES_MOST = 30 * 24 * 60;
const minutes = z.number().int().min(1).max(MINUTES_MOST);
const ackSchema = z.object({
  /** Who is on it. */
  by: z.string().trim().min(1).max(100).nullable().default(null),
  /** False: nobody is any longer. */
  on: z.boolean().default(true),
});
const snoozeSchema = z.object({ minutes });
const muteSchema = z.object({
  scope: z.object({ kind: z.enum(MUTE_KINDS), value: z.string().trim().min(1).max(300) }),
  /** Null or left out: until somebody ends it. */
  minutes: minutes.nullable().default(null),
  reason: z.string().trim().max(500).default(""),
});
const nothing = z.object({});

type Options = {
  views: Views;
  reader: Remote<Reader>;
  writer: Remote<Writer>;
  /** Tells the pages that look at the run. */
  touched: (run: string) => void;
  channels: () => readonly { id: string; name: string }[];
  /** Something may be due to be sent. */
  wake: () => void;
  now: () => number;
};

/** Incidents and what people say to them, mutes, and the delivery log. Nothing of it is changed by a GET. */
export function incidentRoutes({ views, reader, writer, touched, channels, wake, now }: Options): Route[] {
  const act = (name: string, body: z.ZodType, actOf: (given: unknown) => IncidentAct): Route => ({
    method: "POST",
    path: `/api/v1/incidents/:id/${name}`,
    policy: "viewer",
    body,
    async handle({ params, request, response }) {
      const given = actOf(await readJson(request));
      const { run } = await writer.actOnIncident(params.id!, given);
      touched(run);
      sendJson(response, { incident: await found(params.id!) });
    },
  });
  const found = async (id: string): Promise<IncidentView> => {
    const incident = await incidentView(reader, id, now());
    if (!incident) throw new NotFoundError("incident", id);
    return incident;
  };
  const muted = async ({ scope }: Mute): Promise<void> => {
    await writer.revisitAlerts();
    wake();
    if (scope.kind === "run") touched(scope.value);
  };
  return [
    {
      method: "GET",
      path: "/api/v1/alerts",
      policy: "viewer",
      summary: "What the page of alerts shows: open and recent incidents, mutes, and how messages went",
      async handle({ response }) {
        sendJson(response, await alertsView(reader, channels(), now()));
      },
    },
    {
      method: "GET",
      path: "/api/v1/incidents",
      policy: "viewer",
      query: incidentsQuery,
      async handle({ query, response }) {
        const { state, run = null, limit, before = null } = incidentsQuery.parse(Object.fromEntries(query));
        const incidents = await incidentViews(reader, { state, run, limit, before }, now());
        const next = incidents.length === limit ? (incidents.at(-1)?.id ?? null) : null;
        sendJson(response, { incidents, next });
      },
    },
    {
      method: "GET",
      path: "/api/v1/incidents/:id",
      policy: "viewer",
      async handle({ params, response }) {
        sendJson(response, { incident: await found(params.id!) });
      },
    },
    act("ack", ackSchema, (given) => {
      const { by, on } = ackSchema.parse(given);
      return on ? { kind: "ack", by } : { kind: "unack" };
    }),
    act("snooze", snoozeSchema, (given) => ({
      kind: "snooze",
      until: now() + snoozeSchema.parse(given).minutes * 60_000,
    })),
    act("resolve", nothing, () => ({ kind: "resolve" })),
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
    {
      method: "GET",
      path: "/api/v1/alerts/:id/story",
      policy: "viewer",
      summary: "What became of an alert, oldest first: why somebody was told, or was not",
      async handle({ params, response }) {
        const stages = await reader.alertStory(decoded(params.id!));
        if (!stages) throw new NotFoundError("alert", params.id!);
        sendJson(response, { stages });
      },
    },
    {
      method: "GET",
      path: "/api/v1/mutes",
      policy: "viewer",
      async handle({ response }) {
        sendJson(response, { mutes: await reader.mutes() });
      },
    },
    {
      method: "POST",
      path: "/api/v1/mutes",
      policy: "viewer",
      body: muteSchema,
      async handle({ request, response }) {
        const { scope, minutes: lasts, reason } = muteSchema.parse(await readJson(request));
        if (scope.kind === "run" && !(await views.summary(scope.value))) throw new NotFoundError("run", scope.value);
        const createdAt = now();
        const until = lasts === null ? null : createdAt + lasts * 60_000;
        const mute = { id: randomBytes(6).toString("hex"), scope, until, reason, createdAt };
        await writer.mute(mute);
        await muted(mute);
        sendJson(response, { mute }, 201);
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/mutes/:id",
      policy: "viewer",
      async handle({ params, response }) {
        const mute = (await reader.mutes()).find(({ id }) => id === params.id);
        if (!mute) throw new NotFoundError("mute", params.id!);
        await writer.unmute(mute.id);
        await muted(mute);
        sendJson(response, {});
      },
    },
    {
      method: "GET",
      path: "/api/v1/deliveries",
      policy: "viewer",
      query: deliveriesQuery,
      async handle({ query, response }) {
        const { channel = null, state = null, limit, before = null } = deliveriesQuery.parse(Object.fromEntries(query));
        const deliveries = await reader.deliveries({ channel, state, limit, before });
        const next = deliveries.length === limit ? (deliveries.at(-1)?.id ?? null) : null;
        sendJson(response, { deliveries, next });
      },
    },
    {
      method: "POST",
      path: "/api/v1/deliveries/:id/retry",
      policy: "viewer",
      body: nothing,
      async handle({ params, response }) {
        const id = Number(params.id);
        const newest = { channel: null, state: null, limit: 1, before: id + 1 };
        const [row] = Number.isSafeInteger(id) ? await reader.deliveries(newest) : [];
        if (row?.id !== id) throw new NotFoundError("delivery", params.id!);
        if (!(await writer.retryDelivery(id)))
          throw new CurvewatchError("conflict", `delivery ${id} is ${row.state}`, {
            hint: "only one that was given up is tried again",
          });
        wake();
        sendJson(response, {});
      },
    },
  ];
}

/** A segment of an address as it was meant; as it is where that cannot be told. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
