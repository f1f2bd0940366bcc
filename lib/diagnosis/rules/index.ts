import type { Plain } from "#lib/core/index.ts";
import { earlyStop } from "./early-stop.ts";
import { gradientNotFinite } from "./gradient-not-finite.ts";
import { learningRateJump } from "./learning-rate-jump.ts";
import { lossNotFinite } from "./loss-not-finite.ts";
import type { AnyRule } from "./rule.ts";
import { verdictChange } from "./verdict-change.ts";

/** Every rule, in the order their findings are told. A new rule is one file, its test and one line here. */
export const RULES: readonly AnyRule[] = [lossNotFinite, gradientNotFinite, learningRateJump, earlyStop, verdictChange];

export function freshMemories(): Record<string, Plain> {
  return Object.fromEntries(RULES.map((rule) => [rule.name, rule.fresh()]));
}
