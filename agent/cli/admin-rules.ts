import { formatStep, toAscii } from "#lib/core/index.ts";
import { CurvewatchError, type Language, type RulePreview, type RuleView } from "#lib/protocol/index.ts";
import { type AdminFlags, type AdminServer, openAdmin } from "./admin.ts";
import type { Context } from "./context.ts";

/** Steps that are named of each run. */
const STEPS_SHOWN = 8;

/** `admin rules list`: every rule, whether it is told, and when it speaks. */
export async function listRules(context: Context, flags: AdminFlags): Promise<number> {
  const server = await openAdmin(context, flags);
  const rules = await allRules(server);
  if (flags.json) {
    context.out(JSON.stringify({ rules }));
    return 0;
  }
  const width = Math.max(...rules.map(({ id }) => id.length));
  for (const rule of rules) {
    const about = rule.builtIn ? rule.text[server.lang] : `${rule.metric}: ${rule.text[server.lang]}`;
    context.out(
      `${rule.enabled ? "on " : "off"}  ${rule.id.padEnd(width)}  ${nameOf(rule, server.lang)} - ${toAscii(about)}`,
    );
    if (rule.builtIn)
      for (const { project, enabled } of rule.projects) context.out(`     ${project}: ${enabled ? "on" : "off"}`);
  }
  return 0;
}

/**
 * `admin rules test`: what a rule would have said of runs that are stored.
 *
 * @param named the rule's id or its name
 */
export async function testRule(
  context: Context,
  named: string,
  flags: AdminFlags & { run?: string[] },
): Promise<number> {
  const server = await openAdmin(context, flags);
  const rule = find(await allRules(server), named);
  const body = { id: rule.id, ...(flags.run && { runs: flags.run }) };
  const preview = await server.ask<RulePreview>("POST", "rules/test", body);
  if (flags.json) {
    context.out(JSON.stringify(preview));
    return 0;
  }
  const { runs, fired, leftOut } = preview;
  const hit = runs.filter((run) => run.fired > 0);
  context.out(`${nameOf(rule, server.lang)} would have fired ${times(fired)} on ${hit.length} of ${runs.length} runs`);
  for (const run of hit) context.out(`  ${run.run}  ${run.name}: ${times(run.fired)}${stepsOf(run)}`);
  if (leftOut > 0) context.err(`${leftOut} more runs were not looked at: name them with --run`);
  if (runs.some(({ cut }) => cut)) context.err("Some series are too long to be read whole: their beginnings were.");
  return 0;
}

const allRules = async (server: AdminServer): Promise<RuleView[]> =>
  (await server.ask<{ rules: RuleView[] }>("GET", "rules")).rules;

const nameOf = (rule: RuleView, lang: Language): string => (rule.builtIn ? rule.title[lang] : rule.name);

/** @throws CurvewatchError when there is none of that name, or several are */
function find(rules: readonly RuleView[], named: string): RuleView {
  const byId = rules.find(({ id }) => id === named);
  if (byId) return byId;
  const byName = rules.filter((rule) => !rule.builtIn && rule.name === named);
  if (byName.length === 1) return byName[0]!;
  throw new CurvewatchError(
    byName.length === 0 ? "not_found" : "conflict",
    `${byName.length || "no"} rules are named ${named}`,
    {
      hint: "take the id from: curvewatch admin rules list",
    },
  );
}

const times = (count: number): string => (count === 1 ? "1 time" : `${count} times`);

function stepsOf({ at, fired }: RulePreview["runs"][number]): string {
  const steps = at.flatMap(({ step }) => (step === null ? [] : [toAscii(formatStep(step))])).slice(0, STEPS_SHOWN);
  if (steps.length === 0) return "";
  return `, at ${steps.length === 1 ? "step" : "steps"} ${steps.join(", ")}${fired > steps.length ? ", ..." : ""}`;
}
