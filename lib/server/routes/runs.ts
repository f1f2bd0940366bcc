import { once } from "node:events";
import { z } from "zod";
import {
  encodeSeries,
  LANGUAGES,
  type Language,
  LIMITS,
  NotFoundError,
  RUN_LIMITS,
  type RunSummary,
  type RunView,
  SERIES_COLUMNS,
  type SeriesView,
  toJsonValue,
} from "#lib/protocol/index.ts";
import type { Views } from "../views.ts";
import type { Reader } from "../workers/reader.ts";
import type { Remote } from "../workers/rpc.ts";
import { type Call, type Route, sendJson } from "./registry.ts";

const POINTS_PER_PAGE = 20_000;
const SERIES_TYPES = ["application/json", "application/octet-stream"];
const POINTS_TYPES = ["application/x-ndjson", "text/csv"];

export const runIdSchema = z.string().regex(/^[a-z0-9]{8,32}$/, "is not a run id");
const langSchema = z.enum(LANGUAGES).default("en");
const langQuerySchema = z.object({ lang: langSchema });
const number = z.coerce.number().nullable().default(null);

/** Runs at hand, runs put out of the way, or deleted ones. */
const shelfSchema = z.enum(["current", "archived", "deleted"]).default("current");

const listSchema = z.object({
  state: z.enum(["waiting", "running", "quiet", "lost", "finished", "failed"]).optional(),
  verdict: z.string().max(40).optional(),
  path: z.string().max(4096).optional(),
  tag: z.string().max(RUN_LIMITS.tagChars).optional(),
  shelf: shelfSchema,
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.string().max(32).nullable().default(null),
  lang: langSchema,
});

const viewSchema = z.object({ shelf: shelfSchema });

const seriesSchema = z.object({
  metrics: z
    .string()
    .transform((text) => text.split(",").filter(Boolean))
    .pipe(z.array(z.string().max(LIMITS.metricNameBytes)).min(1).max(LIMITS.seriesPerQuery)),
  x: z.enum(["step", "time", "epoch", "tokens"]).default("step"),
  from: number,
  to: number,
  buckets: z.coerce
    .number()
    .int()
    .min(1)
    .default(LIMITS.bucketsPerAnswer)
    .transform((n) => Math.min(n, LIMITS.bucketsPerAnswer)),
  superseded: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true"),
  format: z.enum(["json", "frame"]).default("json"),
});

const pointsSchema = z.object({
  metric: z.string().min(1).max(LIMITS.metricNameBytes),
  format: z.enum(["jsonl", "csv"]).default("jsonl"),
});

/** Everything that is read of runs. `…/view` speaks to our own pages: the same content with both languages at once. */
export function runRoutes(views: Views, reader: Remote<Reader>): Route[] {
  const view = async (call: Call): Promise<RunView> => {
    const id = runIdSchema.parse(call.params.id);
    const found = await views.run(id);
    if (!found) throw new NotFoundError("run", id);
    return found;
  };
  const get = (path: string, said: Pick<Route, "query" | "answers">, handle: Route["handle"]): Route => ({
    method: "GET",
    path,
    policy: "viewer",
    ...said,
    handle,
  });
  return [
    get("/api/v1/runs", { query: listSchema }, async ({ query, response }) => {
      const { state, verdict, path, tag, limit, before, shelf, lang } = listSchema.parse(Object.fromEntries(query));
      const page = await views.summaries({ limit, before, shelf });
      const runs = page
        .filter((run) => state === undefined || run.state === state)
        .filter((run) => verdict === undefined || run.verdict.name === verdict)
        .filter((run) => path === undefined || run.path === path)
        .filter((run) => tag === undefined || run.tags.includes(tag))
        .map((run) => publicSummary(run, lang));
      sendJson(response, { runs, next: page.length === limit ? (page.at(-1)?.id ?? null) : null });
    }),
    get("/api/v1/runs/view", { query: viewSchema }, async ({ query, response }) => {
      const { shelf } = viewSchema.parse(Object.fromEntries(query));
      sendJson(response, await views.runs(shelf));
    }),
    get("/api/v1/runs/:id", { query: langQuerySchema }, async (call) => {
      const {
        diagnosis,
        attempts,
        gaps,
        metrics,
        formatReason,
        log: _log,
        alerts: _alerts,
        gpus: _gpus,
        ...run
      } = await view(call);
      const lang = langSchema.parse(call.query.get("lang") ?? undefined);
      sendJson(call.response, {
        ...publicSummary(run, lang),
        lr: diagnosis.lr,
        schedule: diagnosis.schedule && { ...diagnosis.schedule, text: diagnosis.schedule.text[lang] },
        earlyStopping: diagnosis.earlyStopping,
        forecast: diagnosis.forecast,
        review: diagnosis.review.map((item) => ({ ...item, name: item.name[lang], advice: item.advice[lang] })),
        attempts,
        gaps,
        metrics,
        formatReason,
        config: await views.config(run.id),
      });
    }),
    get("/api/v1/runs/:id/view", {}, async (call) => sendJson(call.response, await view(call))),
    get("/api/v1/runs/:id/verdicts", { query: langQuerySchema }, async (call) => {
      const { diagnosis } = await view(call);
      const lang = langSchema.parse(call.query.get("lang") ?? undefined);
      const findings = await reader.findings(call.params.id as string);
      sendJson(call.response, {
        timeline: diagnosis.timeline,
        findings: findings.map((finding) => ({
          ...finding,
          text: finding.text[lang],
          evidence: finding.evidence.map((item) => ({ ...item, label: item.label[lang] })),
        })),
      });
    }),
    get("/api/v1/runs/:id/log", {}, async (call) => sendJson(call.response, { lines: (await view(call)).log })),
    get("/api/v1/runs/:id/series", { query: seriesSchema, answers: SERIES_TYPES }, async (call) => {
      const { format, ...query } = seriesSchema.parse(Object.fromEntries(call.query));
      const { id } = await view(call);
      const answer = await reader.series(id, query);
      if (format === "json") {
        sendJson(call.response, { cursor: answer.cursor, series: answer.series.map(jsonSeries) });
        return;
      }
      call.response.writeHead(200, { "content-type": "application/octet-stream", "cache-control": "no-store" });
      call.response.end(encodeSeries(answer));
    }),
    get("/api/v1/runs/:id/points", { query: pointsSchema, answers: POINTS_TYPES }, (call) =>
      sendPoints(call, view, reader),
    ),
  ];
}

async function sendPoints(call: Call, view: (call: Call) => Promise<RunView>, reader: Remote<Reader>): Promise<void> {
  const { metric, format } = pointsSchema.parse(Object.fromEntries(call.query));
  const { id, metrics } = await view(call);
  if (!metrics.some(({ name }) => name === metric)) throw new NotFoundError("metric", `${metric} of run ${id}`);
  const { response } = call;
  response.writeHead(200, {
    "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson; charset=utf-8",
    "cache-control": "no-store",
    "content-disposition": `attachment; filename="${id}.${format}"`,
  });
  if (format === "csv") response.write("metric,step,value,line,at,attempt\n");
  const name = format === "csv" ? csvText(metric) : metric;
  for (let from: number | null = 0; from !== null && !response.destroyed; ) {
    const page: Awaited<ReturnType<Reader["points"]>> = await reader.points(id, metric, from, POINTS_PER_PAGE);
    const lines: string[] = [];
    for (let i = 0; i < page.value.length; i++) {
      const [step, value, line, at, attempt] = [
        page.step[i],
        page.value[i],
        page.line[i],
        page.at[i],
        page.attempt[i],
      ] as [number, number, number, number, number];
      const time = Number.isNaN(at) ? null : at;
      lines.push(
        format === "csv"
          ? `${name},${step},${toJsonValue(value)},${line},${time ?? ""},${attempt}\n`
          : `${JSON.stringify({ metric, step, value: toJsonValue(value), line, at: time, attempt })}\n`,
      );
    }
    if (lines.length > 0 && !response.write(lines.join("")))
      await Promise.race([once(response, "drain"), once(response, "close")]);
    from = page.next;
  }
  response.end();
}

/** A metric name as a CSV cell; a leading sign would be read as a formula by a spreadsheet. */
function csvText(name: string): string {
  const safe = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function publicSummary(run: RunSummary, lang: Language): object {
  const { verdict } = run;
  return {
    ...run,
    verdict: {
      ...verdict,
      reason: verdict.reason[lang],
      advice: verdict.advice[lang],
      evidence: verdict.evidence.map((item) => ({ ...item, label: item.label[lang] })),
    },
  };
}

function jsonSeries(view: SeriesView): object {
  const columns = Object.fromEntries(SERIES_COLUMNS.map((column) => [column, Array.from(view[column], toJsonValue)]));
  return { metric: view.metric, shown: view.shown, total: view.total, ...columns };
}
