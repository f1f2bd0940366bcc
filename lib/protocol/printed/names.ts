import { LIMITS } from "../limits.ts";
import { METRIC } from "../names.ts";

/** What a printed key means. `value` keys are metrics under `name`; the others tell of the record. */
export type Meaning = { role: "value"; name: string } | { role: Bookkeeping };
type Bookkeeping = "step" | "maxSteps" | "time" | "rank" | "ignored";

/** Every way words are joined in keys: `train loss`, `train_loss`, `train-loss`, `train/loss`, `train.loss`. */
const joined = (...phrases: string[]): string[] =>
  phrases.flatMap((phrase) => [" ", "_", "-", "/", "."].map((joint) => phrase.replaceAll(" ", joint)));

const ALIASES = new Map<string, string>();
const alias = (name: string, keys: string[]): void => {
  for (const key of keys) ALIASES.set(key, name);
};
alias(METRIC.trainLoss, [
  ...joined("loss", "train loss", "training loss", "lm loss", "step loss", "avr loss", "gpt loss", "total loss"),
  ...[
    "reduced_train_loss",
    "loss/train/total",
    "learning/loss",
    "train/ce loss",
    "train/crossentropyloss",
    "nll loss",
    "损失",
    "训练损失",
  ],
]);
alias(METRIC.evalLoss, [
  ...joined("eval loss", "val loss", "valid loss", "validation loss", "evaluation loss", "dev loss", "val avg loss"),
  ...["test_loss", "test/loss", "val. loss", "eval/avg_loss", "lm loss value", "lm_loss value", "验证损失"],
]);
alias(METRIC.learningRate, [
  ...joined("lr", "learning rate", "train lr", "actor lr"),
  ...[
    "train/learning_rate",
    "train_learning_rate",
    "optim/lr",
    "optim/lr (group 0)",
    "optim0_lr0",
    "optim/learning_rate",
    "learning/current_learning_rate",
    "lr/pg0",
    "x/lr0",
    "学习率",
  ],
]);
alias(METRIC.gradNorm, [
  ...joined("grad norm", "gradient norm", "global grad norm", "gnorm", "gradnorm"),
  ...[
    "train/grad_norm",
    "train_grad_norm",
    "actor/grad_norm",
    "learning/grad_norm",
    "actor_grad_norm",
    "grad/norm",
    "optim/total_grad_norm",
    "optim/total grad norm",
    "grad/norm/total",
  ],
]);
alias(METRIC.tokensPerSecond, [
  ...["tokens_per_second", "tokens_per_sec", "tokens per second", "tokens/s", "tokens/sec", "tokens/second", "tps"],
  ...["tok/s", "tok/sec", "toks/s", "token/s", "tgs", "wps", "tokens/s/device", "tokens_per_second_per_gpu"],
  ...[
    "interval_tokens_per_second_per_device",
    "perf/throughput",
    "perf/per_device_tokens_per_sec",
    "throughput/device/tokens_per_second",
    "throughput/device/tps",
    "throughput/tokens_per_second",
    "throughput/tokens_per_sec",
  ],
  ...["tokens per gpu per second (tgs)"],
]);
alias(METRIC.lossScale, [...joined("loss scale"), "lossscale", "train/loss_scale"]);
alias(METRIC.epoch, ["epoch", "train/epoch", "training/epoch", "progress_or_epoch", "epoche", "轮次"]);

const ROLES = new Map<string, Meaning>();
const role = (meaning: Meaning, keys: string[]): void => {
  for (const key of keys) ROLES.set(key, meaning);
};
role({ role: "step" }, [
  ...joined("step", "global step", "train step", "training step", "current step", "completed step", "validate step"),
  ...["steps", "_step", "iteration", "iter", "it", "current_steps", "num_updates", "globalstep", "schritt", "步数"],
  ...["global_step/max_steps", "trainer/global_step", "train/global_step", "time/total_timesteps"],
]);
role({ role: "maxSteps" }, ["max_steps", "total_steps", "total_iters", "max_iters"]);
role({ role: "time" }, ["ts", "time", "timestamp", "_timestamp", "@timestamp", "datetime", "created_at", "wall_time"]);
role({ role: "rank" }, ["rank", "global_rank"]);
role({ role: "ignored" }, [
  ...[
    "eta",
    "_runtime",
    "elapsed",
    "elapsed_time",
    "remaining",
    "remaining_time",
    "local_rank",
    "pid",
    "port",
    "seed",
    "v_num",
  ],
  ...["lineno", "line", "level", "version", "world_size", "host", "hostname"],
]);

const CACHE_ENTRIES = 4096;
const cache = new Map<string, Meaning>();

/** What a key means as printed. Names that cannot be metric names (too long, control characters) are ignored. */
export function meaningOf(printed: string): Meaning {
  const known = cache.get(printed);
  if (known) return known;
  const key = detached(printed);
  const meaning = judge(key.trim());
  if (cache.size >= CACHE_ENTRIES) cache.clear();
  cache.set(key, meaning);
  return meaning;
}

/** A copy that does not keep the line alive it was cut from: engines share the memory of a slice with its whole. */
export const detached = (text: string): string => JSON.parse(JSON.stringify(text));

/** The canonical name of a printed key, or null when the key is its own name. */
export function canonicalName(printed: string): string | null {
  return ALIASES.get(printed.trim().toLowerCase()) ?? null;
}

export const isStepKey = (printed: string): boolean => meaningOf(printed).role === "step";

/** Metrics of an evaluation by their name: `eval_…`, `val/…`, `valid …`, `test_…`. */
export const isEvaluationName = (name: string): boolean =>
  /^(?:eval|val|valid|validation|test|dev)(?:[_/. -]|$)/i.test(name);

/** Keys of a file that holds nothing but evaluations on `set`: a metric of no known name tells so in front (`test/AUC`). */
export function namesOfSet(set: string, keys: readonly string[]): string[] {
  return keys.map((key) => {
    const meaning = meaningOf(key);
    const isOwn = meaning.role === "value" && canonicalName(key) === null && !isEvaluationName(key);
    return isOwn ? `${set}/${key}` : key;
  });
}

/** Names that make a line with a step a record even when it has no loss. */
export function isMetricName(name: string): boolean {
  return (
    name === METRIC.learningRate ||
    name === METRIC.gradNorm ||
    name === METRIC.tokensPerSecond ||
    name === METRIC.lossScale ||
    isEvaluationName(name) ||
    /loss|acc|reward|ppl|perplexity|entropy|bleu|bpb|kl\b/i.test(name)
  );
}

/** Objects that only wrap a record: a known key inside means the same without them. */
const WRAPPERS = /^(?:(?:data|metrics|logs?|payload|scalars|values)\/)+/;

function judge(printed: string): Meaning {
  const key = printed.toLowerCase();
  const inner = key.replace(WRAPPERS, "");
  const known = ROLES.get(key) ?? ROLES.get(inner);
  if (known) return known;
  const name = ALIASES.get(key) ?? ALIASES.get(inner) ?? printed;
  return isMetricNameAllowed(name) ? { role: "value", name } : { role: "ignored" };
}

function isMetricNameAllowed(name: string): boolean {
  if (name === "" || !name.isWellFormed() || /[\u0000-\u001f\u007f]/.test(name)) return false;
  return name.length * 3 <= LIMITS.metricNameBytes || new TextEncoder().encode(name).length <= LIMITS.metricNameBytes;
}
