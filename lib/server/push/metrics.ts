import { METRIC } from "#lib/protocol/index.ts";

/** What programs commonly call the metrics that the diagnosis reads; any other keeps its name. */
const ALIASES = new Map<string, string>(
  Object.entries({
    [METRIC.trainLoss]: ["loss", "train_loss", "train.loss", "training_loss"],
    [METRIC.evalLoss]: ["eval_loss", "val_loss", "val/loss", "valid_loss", "validation_loss", "validation/loss"],
    [METRIC.learningRate]: ["lr", "train/lr", "train/learning_rate"],
    [METRIC.gradNorm]: ["gradnorm", "gradient_norm", "train/grad_norm"],
    [METRIC.tokensPerSecond]: ["tokens_per_sec", "tokens/s", "tok/s"],
    [METRIC.lossScale]: ["train/loss_scale"],
  }).flatMap(([name, said]) => [name, ...said].map((alias): [string, string] => [alias, name])),
);

/** The name a pushed metric is stored under. */
export const metricName = (said: string): string => ALIASES.get(said.toLowerCase()) ?? said;
