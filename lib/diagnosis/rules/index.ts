import type { Plain } from "#lib/core/index.ts";
import { constantLoss } from "./constant-loss.ts";
import { earlyStop } from "./early-stop.ts";
import { epochSteps } from "./epoch-steps.ts";
import { gradientExplosion } from "./gradient-explosion.ts";
import { gradientNotFinite } from "./gradient-not-finite.ts";
import { hang } from "./hang.ts";
import { learningRateCause } from "./learning-rate-cause.ts";
import { learningRateJump } from "./learning-rate-jump.ts";
import { learningRatePhase } from "./learning-rate-phase.ts";
import { learningRateStuck } from "./learning-rate-stuck.ts";
import { lossNotFinite } from "./loss-not-finite.ts";
import { lossScale } from "./loss-scale.ts";
import { missingLoss } from "./missing-loss.ts";
import { periodic } from "./periodic.ts";
import { resumed } from "./resumed.ts";
import type { AnyRule } from "./rule.ts";
import { scheduleMismatch } from "./schedule-mismatch.ts";
import { slow } from "./slow.ts";
import { spike } from "./spike.ts";
import { verdictChange } from "./verdict-change.ts";
import { zeroGradient } from "./zero-gradient.ts";

/** Every rule, in the order their findings are told. A new rule is one file, its test and one line here. */
export const RULES: readonly AnyRule[] = [
  lossNotFinite,
  gradientNotFinite,
  lossScale,
  zeroGradient,
  constantLoss,
  missingLoss,
  resumed,
  hang,
  slow,
  learningRateJump,
  learningRatePhase,
  learningRateStuck,
  scheduleMismatch,
  earlyStop,
  gradientExplosion,
  spike,
  periodic,
  epochSteps,
  verdictChange,
  learningRateCause,
];

export function freshMemories(): Record<string, Plain> {
  return Object.fromEntries(RULES.map((rule) => [rule.name, rule.fresh()]));
}
