import type { Dialect } from "./dialect.ts";
import { openColumns } from "./places.ts";
import { pairsOf, record } from "./record.ts";

const HEADER = /^\s{0,20}iter\s{1,20}train_loss\s{1,20}tok\/s\s{1,20}tokens\s*$/;
const TRAINING = /^\s{0,20}(\d{1,15})\s{1,20}(\S{1,20}) [▼▲]?\s{1,20}([\d,]{1,20})\s{1,20}([\d.]{1,20}k)\s*$/;
const EVALUATION = /^\s{0,20}(\d{1,15})\s{1,20}val\s{1,20}(\S{1,20})\s{1,20}([\d.]{1,20}s)\s*$/;

/**
 * mlx-lm of 2026: under the header `iter   train_loss     tok/s     tokens` rows as `  10    2.613 ▼      512      5.1k`, and
 * `   1    val 2.845    10.29s` for evaluations; colours are gone here. Older releases print pairs.
 * `ml-explore/mlx-lm:mlx_lm/cli_ui.py`
 */
export const mlxLm: Dialect = {
  mayRead: ({ text }, { places }) => places.columns?.of === "mlx-lm" || text.includes("train_loss"),
  read(line, { places }) {
    const text = line.message;
    if (HEADER.test(text)) {
      openColumns(places, "mlx-lm", [], []);
      return [];
    }
    if (places.columns?.of !== "mlx-lm") return null;
    const [, evalStep, evalLoss, time] = EVALUATION.exec(text) ?? [];
    if (evalLoss !== undefined) {
      const pairs = pairsOf([
        ["val_loss", evalLoss],
        ["val_time", time],
      ]);
      return record(line, "mlx-lm", pairs, { step: Number(evalStep) });
    }
    const [, step, loss, speed, tokens] = TRAINING.exec(text) ?? [];
    if (loss === undefined) return null;
    const pairs = pairsOf([
      ["loss", loss],
      ["tok/s", speed],
      ["trained_tokens", tokens],
    ]);
    return record(line, "mlx-lm", pairs, { step: Number(step) });
  },
};
