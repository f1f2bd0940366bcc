import { z } from "zod";
import {
  CurvewatchError,
  NotFoundError,
  type RuleDraft,
  type RulePreview,
  type RuleView,
  ruleDraftSchema,
  ruleEditSchema,
} from "#lib/protocol/index.ts";
import { builtInRule, isInScope } from "#lib/rules/index.ts";
import type { StoredRun } from "#lib/store/index.ts";
import { ruleViews } from "../rule-views.ts";
import type { Reader } from "../workers/reader.ts";
import type { Remote } from "../workers/rpc.ts";
import type { Writer } from "../workers/writer.ts";
import { type Route, readJson, sendJson } from "./registry.ts";
import { runIdSchema } from "./runs.ts";

/** Runs that a preview looks at, and points that it reads before it leaves the rest out. */
const PREVIEW_RUNS = 50;
const PREVIEW_POINTS = 10_000_000;
/** Times that are named of each run. */
const TOLD = 100;

const switchSchema = z.object({
  /** Whether it is pushed; null goes back to the default. */
  enabled: z.boolean().nullable(),
  /** In this project alone; everywhere when not said. */
  project: z.string().trim().min(1).max(200).nullable().default(null),
});
const runsSchema = z.array(runIdSchema).min(1).max(PREVIEW_RUNS).optional();
const previewSchema = z.union([
  z.object({ rule: ruleDraftSchema, /** The newest in its scope when not said. */ runs: runsSchema }),
  z.object({ /** Of a rule that there is, built in or not. */ id: z.string().min(1).max(64), runs: runsSchema }),
]);

/** Rules: those that come with Curvewatch, which can be switched, and people's own; and what one would have said before. */
export function ruleRoutes({ reader, writer }: { reader: Remote<Reader>; writer: Remote<Writer> }): Route[] {
  const viewOf = async (id: string): Promise<RuleView> => {
    const view = (await ruleViews(reader)).find((rule) => rule.id === id);
    if (!view) throw new NotFoundError("rule", id);
    return view;
  };
  return [
    {
      method: "GET",
      path: "/api/v1/rules",
      policy: "viewer",
      summary: "All rules: people's own, then those that come with Curvewatch",
      async handle({ response }) {
        sendJson(response, { rules: await ruleViews(reader) });
      },
    },
    {
      method: "POST",
      path: "/api/v1/rules",
      policy: "viewer",
      summary: "Make a rule; it looks at what comes from now on",
      body: ruleDraftSchema,
      async handle({ request, response }) {
        const { id } = await writer.addRule(ruleDraftSchema.parse(await readJson(request)));
        sendJson(response, { rule: await viewOf(id) }, 201);
      },
    },
    {
      method: "POST",
      path: "/api/v1/rules/test",
      policy: "viewer",
      summary: "What a rule would have said of runs that are stored",
      body: previewSchema,
      async handle({ request, response }) {
        const asked = previewSchema.parse(await readJson(request));
        sendJson(response, (await preview(reader, asked)) satisfies RulePreview);
      },
    },
    {
      method: "PATCH",
      path: "/api/v1/rules/:id",
      policy: "viewer",
      summary: "Change a rule of one's own, or switch one that is built in: everywhere, or in a project",
      body: z.union([ruleEditSchema, switchSchema]),
      async handle({ request, params, response }) {
        const id = params.id ?? "";
        const body = await readJson(request);
        if (builtInRule(id)) {
          const { enabled, project } = switchSchema.parse(body);
          await writer.switchRule(id, project, enabled);
        } else {
          await writer.changeRule(id, ruleEditSchema.parse(body));
        }
        sendJson(response, { rule: await viewOf(id) });
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/rules/:id",
      policy: "viewer",
      async handle({ params, response }) {
        const id = params.id ?? "";
        if (builtInRule(id))
          throw new CurvewatchError("conflict", `${id} comes with Curvewatch and cannot be deleted`, {
            hint: 'Switch it off instead: PATCH with {"enabled": false}.',
          });
        await writer.removeRule(id);
        sendJson(response, { deleted: id });
      },
    },
  ];
}

async function preview(reader: Remote<Reader>, asked: z.infer<typeof previewSchema>): Promise<RulePreview> {
  const draft = "rule" in asked ? asked.rule : await draftOf(reader, asked.id);
  const runs = asked.runs ? await named(reader, asked.runs) : await newest(reader, draft);
  const previews: RulePreview = { runs: [], fired: 0, leftOut: 0 };
  let points = 0;
  for (const { id, name } of runs) {
    if (points >= PREVIEW_POINTS) {
      previews.leftOut++;
      continue;
    }
    const { points: read, ...told } = draft
      ? await reader.previewRule(id, { ...draft, id: "preview0" })
      : await found(reader, id, "id" in asked ? asked.id : "");
    points += read;
    previews.runs.push({ run: id, name, ...told });
    previews.fired += told.fired;
  }
  return previews;
}

/** Null for one that is built in. */
async function draftOf(reader: Remote<Reader>, id: string): Promise<RuleDraft | null> {
  const own = (await reader.rules()).find((rule) => rule.id === id);
  if (!own && !builtInRule(id)) throw new NotFoundError("rule", id);
  return own ?? null;
}

async function named(reader: Remote<Reader>, ids: readonly string[]): Promise<StoredRun[]> {
  return Promise.all(
    ids.map(async (id) => {
      const run = await reader.run(id);
      if (!run || run.deletedAt !== null) throw new NotFoundError("run", id);
      return run;
    }),
  );
}

async function newest(reader: Remote<Reader>, draft: RuleDraft | null): Promise<StoredRun[]> {
  const runs = await reader.runs({ limit: PREVIEW_RUNS, before: null });
  return draft ? runs.filter((run) => isInScope(draft, run)) : runs;
}

/** What a built-in rule has said of a run is stored with it: its alerts, and of one that is not pushed what it found. */
async function found(reader: Remote<Reader>, run: string, rule: string) {
  const told = builtInRule(rule)?.pushed
    ? (await reader.alerts(run)).filter(({ subject }) => subject === rule).toReversed()
    : (await reader.findings(run)).filter((finding) => finding.rule === rule);
  const at = told.slice(0, TOLD).map(({ step }) => ({ metric: rule, step, at: null, value: null }));
  return { fired: told.length, at, cut: false, points: 0 };
}
