import { formatMetric, formatStep } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { both } from "./both.ts";

export function earlyStopText(checks: number, best: { step: number; value: number }): Localised {
  const [value, step] = [formatMetric(best.value), formatStep(best.step)];
  return both(
    `Eval loss has not improved in ${checks} checks; best ${value} at step ${step}. Stop here and keep the checkpoint nearest to that step.`,
    `验证损失已 ${checks} 次无提升；最佳为步 ${step} 的 ${value}。可就此停止，保留最接近该步的检查点。`,
  );
}
