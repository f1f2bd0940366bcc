import { METRIC } from "#lib/protocol/index.ts";
import type { RunConfig } from "../observation.ts";

/**
 * Early stopping as the frameworks mean it (DIAGNOSIS.md §4.1): one set of names, whose defaults and fine print depend on
 * the dialect. `native` is our own, for runs that did not say how they stop.
 */
export type Dialect = "keras" | "lightning" | "hf" | "torch_plateau" | "native";

export type StoppingConfig = {
  dialect: Dialect;
  /** The metric's name as its records have it. */
  monitor: string;
  mode: "min" | "max" | "auto";
  /** What counts as an improvement, in the metric's unit or as a share of the best. */
  min_delta: number;
  min_delta_mode: "abs" | "rel";
  patience: number;
  /** Keras: patience begins anew only where this is beaten too. */
  baseline: number | null;
  /** Checks before this one (from 0) are not looked at. */
  start_from: number;
  /** A value that is not finite stops at once. */
  check_finite: boolean;
  /** Stop when better than the one, or worse than the other. */
  stopping_threshold: number | null;
  divergence_threshold: number | null;
  /** PyTorch: checks after a cut of the rate that do not count. */
  cooldown: number;
};

const COMMON: StoppingConfig = {
  dialect: "native",
  monitor: METRIC.evalLoss,
  mode: "auto",
  min_delta: 0,
  min_delta_mode: "abs",
  patience: 0,
  baseline: null,
  start_from: 0,
  check_finite: false,
  stopping_threshold: null,
  divergence_threshold: null,
  cooldown: 0,
};

/** What each dialect takes where nothing is said. Native patience and delta follow the run: `nativeConfig`. */
const DEFAULTS: Record<Dialect, Partial<StoppingConfig>> = {
  keras: { patience: 0 },
  lightning: { patience: 3, check_finite: true },
  hf: { patience: 1 },
  torch_plateau: { patience: 10, min_delta: 1e-4, min_delta_mode: "rel" },
  native: { patience: 5 },
};

export function stoppingConfig(dialect: Dialect, given: Partial<StoppingConfig> = {}): StoppingConfig {
  return { ...COMMON, ...DEFAULTS[dialect], ...given, dialect };
}

/** Metrics that are better when larger, by the words of their name. */
const RISING =
  /(?:^|[_/. -])(?:acc|accuracy|f1|auc|auroc|roc_auc|map|map50|map50-95|bleu|rouge\w*|precision|recall|r2|iou|miou|dice|psnr|ssim|exact_match|em|reward|return|score|matthews_correlation|pearson\w*|spearman\w*|ndcg\w*|mrr|top[15])(?:$|[_/. (-])/i;

/** 1 where smaller is better, −1 where larger is. */
export function direction({ mode, monitor }: Pick<StoppingConfig, "mode" | "monitor">): 1 | -1 {
  if (mode !== "auto") return mode === "min" ? 1 : -1;
  return RISING.test(monitor) ? -1 : 1;
}

/**
 * The early stopping that the run's own settings ask for: `early_stopping_patience` as Trainer scripts write it, or an
 * `early_stopping` section with Keras's or Lightning's names; ours where there is none. The metric is the one that the best
 * checkpoint is chosen by.
 */
export function configuredStopping(run: RunConfig): StoppingConfig {
  const section = new Map<string, RunConfig[string]>();
  for (const [key, value] of Object.entries(run)) {
    const name = /(?:^|\.)early_?stop(?:ping)?(?:_callback)?[._](\w+)$/i.exec(key)?.[1];
    if (name !== undefined) section.set(name.toLowerCase(), value);
  }
  const number = (...names: string[]): number | undefined => {
    for (const name of names) {
      const value = section.get(name);
      if (typeof value === "number" && Number.isFinite(value)) return value;
    }
    return undefined;
  };
  const monitor = metricName(run, section.get("monitor") ?? section.get("metric"));
  const greater = run.greater_is_better;
  const mode = section.get("mode") ?? (typeof greater === "boolean" ? (greater ? "max" : "min") : "auto");
  const common = { monitor, mode: mode === "min" || mode === "max" ? mode : "auto" } as const;
  const patience = number("patience");
  if (patience === undefined || patience < 0) return stoppingConfig("native", common);
  const dialect = dialectOf(section, "early_stopping_patience" in run);
  const minDelta = number("min_delta", "threshold", "delta");
  return stoppingConfig(dialect, {
    ...common,
    patience,
    ...(minDelta === undefined ? {} : { min_delta: Math.abs(minDelta) }),
    baseline: number("baseline") ?? null,
    start_from: number("start_from_epoch", "start_from") ?? 0,
    ...(section.get("check_finite") === false ? { check_finite: false } : {}),
    stopping_threshold: number("stopping_threshold") ?? null,
    divergence_threshold: number("divergence_threshold") ?? null,
  });
}

/** The name of the metric that a run is stopped by, as its records have it. */
export const monitorOf = (run: RunConfig): string => configuredStopping(run).monitor;

/** Whose words the section is written in. */
function dialectOf(section: ReadonlyMap<string, unknown>, isTrainer: boolean): Dialect {
  const has = (...names: string[]): boolean => names.some((name) => section.has(name));
  if (has("start_from_epoch", "baseline", "restore_best_weights")) return "keras";
  if (has("check_finite", "stopping_threshold", "divergence_threshold", "min_delta")) return "lightning";
  return isTrainer || has("threshold") ? "hf" : "lightning";
}

function metricName(run: RunConfig, given: unknown): string {
  const name = typeof given === "string" ? given : run.metric_for_best_model;
  if (typeof name !== "string" || /^(?:(?:eval|val|valid|validation)[_/])?loss$/i.test(name)) return METRIC.evalLoss;
  // The Trainer puts its prefix before a metric's name; other programs print the name as it is.
  return name === run.metric_for_best_model && !name.startsWith("eval_") ? `eval_${name}` : name;
}
