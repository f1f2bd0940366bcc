import type { BuiltInRuleView, OwnRuleView, RuleSwitch, RuleView } from "#lib/protocol/index.ts";
import { type BuiltInRule, CATALOGUE, testText } from "#lib/rules/index.ts";
import type { ReadStore, StoredRule } from "#lib/store/index.ts";

/** All rules as pages and API clients see them: people's own, oldest first, then those that come with Curvewatch. */
export async function ruleViews(store: Pick<ReadStore, "rules" | "ruleSwitches">): Promise<RuleView[]> {
  const [own, switches] = await Promise.all([store.rules(), store.ruleSwitches()]);
  return [...own.map(ownView), ...CATALOGUE.map((rule) => builtInView(rule, switches))];
}

const ownView = (rule: StoredRule): OwnRuleView => ({ ...rule, builtIn: false, text: testText(rule) });

function builtInView({ pushed, ...rule }: BuiltInRule, switches: readonly RuleSwitch[]): BuiltInRuleView {
  const own = switches.filter((one) => one.rule === rule.id);
  return {
    ...rule,
    builtIn: true,
    byDefault: pushed,
    enabled: own.find(({ project }) => project === null)?.enabled ?? pushed,
    projects: own.flatMap(({ project, enabled }) => (project === null ? [] : [{ project, enabled }])),
  };
}
