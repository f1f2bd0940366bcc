import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { pairsOf, record } from "./record.ts";

const VALUE = /^(train_loss|val_loss|train loss|validation loss|Current learning rate|lr) ?:? (\S{1,40})\s*$/;
const DICE = /^(?:Pseudo dice|Average global foreground Dice:) \[([^\]]{1,4000})\]\s*$/;

/**
 * nnU-Net, one value a line behind a clock, below a line `Epoch 12`: `2024-04-26 09:41:39.493872: train_loss 0.7088`, `val_loss
 * 0.4628`, `Current learning rate: 0.01`, `Pseudo dice [0.81, nan]` (a class each, of which it follows the mean of those that are
 * there); in version 1 `train loss : -0.65`, `validation loss: -0.72`, `lr: 0.0099`. Its losses may be negative.
 * `MIC-DKFZ/nnUNet:nnunetv2/training/nnUNetTrainer/nnUNetTrainer.py`
 */
export const nnunet: Dialect = {
  mayRead: ({ text }, { places }) => places.block?.of === "epoch" && /loss|rate|lr: | ?[dD]ice/.test(text),
  read(line, { places }) {
    const epoch = places.block?.epoch ?? null;
    if (epoch === null || Number.isNaN(line.head.at)) return null;
    const options = { step: epoch, stepIsEpoch: true };
    const dice = DICE.exec(line.message)?.[1];
    if (dice !== undefined) {
      const values = dice
        .split(", ", 300)
        .map(parseNumber)
        .filter((value) => value !== null && !Number.isNaN(value));
      if (values.length === 0) return [];
      const mean = values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
      return record(line, "nnunet", { keys: ["mean_fg_dice"], fields: [mean] }, { ...options, kind: "eval" });
    }
    const [, name = "", value] = VALUE.exec(line.message) ?? [];
    if (value === undefined || parseNumber(value) === null) return null;
    const key = name === "Current learning rate" ? "lr" : name;
    return record(line, "nnunet", pairsOf([[key, value]]), options);
  },
};
