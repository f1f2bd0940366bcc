import { describe, expect, test } from "vitest";
import { type Dialect, direction, type StoppingConfig, stoppingConfig } from "./config.ts";
import { checkStopper, newStopper } from "./stopper.ts";

/** The check (from 1) at which each dialect first asks to stop, and why; null when it never does. */
function stops(dialect: Dialect, given: Partial<StoppingConfig>, values: readonly number[]): string | null {
  const config = stoppingConfig(dialect, given);
  const stopper = newStopper();
  for (const [i, value] of values.entries()) {
    checkStopper(stopper, config, value);
    if (stopper.fires !== null) return `${i + 1} ${stopper.fires}`;
  }
  return null;
}

const NAN = Number.NaN;
const every = (dialects: Dialect[], given: Partial<StoppingConfig>, values: number[]) =>
  dialects.map((dialect) => stops(dialect, given, values));

describe("when patience is exhausted", () => {
  test("Keras, Lightning and the Trainer stop when it is reached, PyTorch cuts the rate one check later", () => {
    const values = [3, 2, 2.5, 2.5, 2.5, 2.5, 2.5];
    expect(every(["keras", "lightning", "hf", "native"], { patience: 3 }, values)).toEqual(Array(4).fill("5 patience"));
    expect(stops("torch_plateau", { patience: 3 }, values)).toBe("6 patience");
  });

  test("by default the patience is 0, 3, 1 and 10", () => {
    const flat = [1, ...Array<number>(20).fill(1)];
    expect(every(["keras", "hf", "lightning", "torch_plateau"], {}, flat)).toEqual([
      "2 patience",
      "2 patience",
      "4 patience",
      "12 patience",
    ]);
  });

  test("Keras never stops at its first epoch, not even on a NaN without patience", () => {
    expect(stops("keras", { patience: 0 }, [NAN, 1, 2])).toBe("3 patience");
  });
});

describe("what counts as an improvement", () => {
  // Each check gains 0.9 of the delta, as in DIAGNOSIS.md §4.1.
  const drift = Array.from({ length: 12 }, (_, i) => 10 - 0.09 * i);

  test("a slow drift below the delta adds up in Keras and Lightning and never counts in the Trainer", () => {
    expect(every(["keras", "lightning"], { patience: 3, min_delta: 0.1 }, drift)).toEqual([null, null]);
    expect(stops("hf", { patience: 3, min_delta: 0.1 }, drift)).toBe("4 patience");
  });

  test("a gain of exactly the delta is none", () => {
    const values = [4, 3.5, 3, 2.5];
    expect(every(["keras", "lightning", "hf"], { patience: 1, min_delta: 0.5 }, values)).toEqual(
      Array(3).fill("2 patience"),
    );
  });

  test("a share of the best is as hard to gain for a negative metric", () => {
    const worse = [-100, -99, -98, -97];
    expect(stops("torch_plateau", { patience: 1, min_delta: 0.05 }, worse)).toBe("3 patience");
    // Taken as best × (1 − share), −96 would count as better than −100.
    expect(stops("torch_plateau", { patience: 1, min_delta: 0.05 }, [-100, -96, -96])).toBe("3 patience");
    expect(stops("torch_plateau", { patience: 1, min_delta: 0.05 }, [-100, -106, -112])).toBeNull();
  });

  test("PyTorch's default delta is a ten-thousandth of the best", () => {
    expect(stops("torch_plateau", { patience: 0 }, [1, 0.99995])).toBe("2 patience");
    expect(stops("torch_plateau", { patience: 0 }, [1, 0.9998])).toBeNull();
  });

  test("a metric that is better when larger is told by its name or by its mode", () => {
    const rising = [0.5, 0.6, 0.7, 0.8];
    expect(stops("hf", { monitor: "eval_accuracy" }, rising)).toBeNull();
    expect(stops("keras", { monitor: "val_auc", patience: 1 }, rising)).toBeNull();
    expect(stops("lightning", { mode: "max", monitor: "val_quality" }, rising)).toBeNull();
    expect(stops("hf", { monitor: "eval/loss" }, rising)).toBe("2 patience");
    const of = (monitor: string) => direction({ mode: "auto", monitor });
    expect(["eval_f1", "val/mAP50", "reward", "eval_exact_match"].map(of)).toEqual([-1, -1, -1, -1]);
    expect(["eval_perplexity", "val_loss", "eval_wer", "val_rmse", "eval_error"].map(of)).toEqual([1, 1, 1, 1, 1]);
  });
});

describe("values that are not finite", () => {
  test("Lightning stops at once, the others count it as no gain", () => {
    const values = [3, NAN, NAN, NAN];
    expect(stops("lightning", {}, values)).toBe("2 not_finite");
    expect(every(["keras", "hf"], { patience: 2 }, values)).toEqual(["3 patience", "3 patience"]);
    expect(stops("torch_plateau", { patience: 2 }, values)).toBe("4 patience");
    expect(stops("lightning", { check_finite: false, patience: 2 }, values)).toBe("3 patience");
  });

  test("a NaN before anything else does not keep the next value from being the best", () => {
    const values = [NAN, 2, 1, 0.5];
    expect(every(["keras", "hf", "torch_plateau"], { patience: 2 }, values)).toEqual([null, null, null]);
  });
});

describe("the extras", () => {
  test("Keras begins to wait anew only where the baseline is beaten too, and no gain stops", () => {
    const values = [5, 4.9, 4.8, 4.7, 4.75, 4.65];
    expect(stops("keras", { patience: 4, baseline: 1 }, values)).toBe("5 patience");
    expect(stops("keras", { patience: 2, baseline: 4.95 }, [5, 4.9, 4.8, 4.9, 4.9])).toBe("5 patience");
    // Improvements alone never stop, however long the baseline is missed.
    expect(stops("keras", { patience: 2, baseline: 1 }, [5, 4, 3, 2.9, 2.8])).toBeNull();
  });

  test("Keras does not look before its first epoch to look at", () => {
    expect(stops("keras", { patience: 2, start_from: 3 }, [1, 2, 3, 9, 9.1, 9.2])).toBe("6 patience");
  });

  test("Lightning's thresholds stop at once, the good one before the bad one before patience", () => {
    expect(stops("lightning", { stopping_threshold: 0.5 }, [3, 2, 0.4])).toBe("3 reached");
    expect(stops("lightning", { divergence_threshold: 10 }, [3, 2, 11])).toBe("3 diverged");
    expect(stops("lightning", { stopping_threshold: 0.5 }, [3, 2, 0.5])).toBeNull();
    expect(stops("lightning", { mode: "max", stopping_threshold: 0.9 }, [0.5, 0.95])).toBe("2 reached");
    expect(stops("lightning", { mode: "max", divergence_threshold: 0.2 }, [0.5, 0.1])).toBe("2 diverged");
  });

  test("checks in PyTorch's cooldown do not count, and the count begins anew after a cut", () => {
    const config = stoppingConfig("torch_plateau", { patience: 1, cooldown: 2 });
    const stopper = newStopper();
    const cuts: number[] = [];
    for (let check = 1; check <= 12; check++) {
      checkStopper(stopper, config, 1);
      if (stopper.fires !== null) cuts.push(check);
    }
    // 1 is the best; 2 and 3 are bad: cut. 4 and 5 cool down; 6 and 7 are bad: cut; and so on.
    expect(cuts).toEqual([3, 7, 11]);
  });
});
