import type { RuleSwitch } from "#lib/protocol/index.ts";
import { builtInRule } from "./catalogue.ts";

/** What a person said of a built-in rule in a project, else everywhere; null where nobody said anything. */
export function switched(switches: readonly RuleSwitch[], rule: string, project: string | null): boolean | null {
  const own = switches.find((one) => one.rule === rule && one.project !== null && one.project === project);
  return (own ?? switches.find((one) => one.rule === rule && one.project === null))?.enabled ?? null;
}

/** Whether nobody is to be told of it; it is shown on the run's page as before. */
export const isSwitchedOff = (switches: readonly RuleSwitch[], rule: string, project: string | null): boolean =>
  switched(switches, rule, project) === false;

/** Whether it is to be told though it is not by default. */
export const isSwitchedOn = (switches: readonly RuleSwitch[], rule: string, project: string | null): boolean =>
  builtInRule(rule)?.pushed === false && switched(switches, rule, project) === true;
