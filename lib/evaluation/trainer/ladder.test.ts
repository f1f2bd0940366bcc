import { expect, test } from "vitest";
import { families } from "./families/index.ts";
import { type Family, label, trainGroup } from "./index.ts";
import type { OptimiserName } from "./optimisers.ts";

/** The family at a size that a test can wait for. */
function quick(name: string, optimiser: OptimiserName, steps = 200): Family {
  const family = families.find((each) => each.name === name)!;
  return {
    ...family,
    draw(random, fresh) {
      const draft = family.draw(random, fresh);
      const optimiserSettings = { ...draft.settings.optimiser, name: optimiser };
      return {
        ...draft,
        settings: { ...draft.settings, optimiser: optimiserSettings, schedule: "cosine", steps },
      };
    },
  };
}

for (const [name, optimiser] of [
  ["quadratic", "sgd"],
  ["graph", "adamw"],
] as const) {
  test(`a ladder of ${name} goes from too low over fine to too high`, () => {
    const { runs, labels } = trainGroup(quick(name, optimiser), "dev", 7);
    const rates = runs.map(({ cfg }) => cfg.lr);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    const sides = labels.map((each) => ({ LOW: 0, "LOW?": 0, OK: 1, "HIGH?": 2, HIGH: 2, DIV: 2 })[each]);
    expect(sides).toEqual([...sides].sort());
    expect(new Set(sides)).toEqual(new Set([0, 1, 2]));
  });
}

test("the same seed gives the same bits, another seed another training", () => {
  const family = quick("quadratic", "adamw", 30);
  const first = JSON.stringify(trainGroup(family, "dev", 3));
  expect(JSON.stringify(trainGroup(family, "dev", 3))).toBe(first);
  expect(JSON.stringify(trainGroup(family, "dev", 4))).not.toBe(first);
  expect(JSON.stringify(trainGroup(family, "fresh", 3))).not.toBe(first);
});

test("labels follow the regret against the best rate of the group", () => {
  // From 2 down to 1 at best: the regret is what is above 1.
  const ending = (lr: number, end: number, steps = 40) => ({
    lr,
    steps,
    loss: [2, ...Array.from({ length: 39 }, () => end)],
  });
  const group = [
    ending(1, 1.9),
    ending(2, 1.2),
    ending(3, 1.04),
    ending(4, 1),
    ending(5, 1.07),
    ending(6, 1.2),
    ending(7, 2.2),
    ending(8, Number.NaN),
    ending(9, 1, 50),
  ];
  expect(label(group).map((each) => each.label)).toEqual([
    "LOW",
    "LOW?",
    "OK",
    "OK",
    "HIGH?",
    "HIGH",
    "DIV",
    "DIV",
    "DIV",
  ]);
  expect(label(group)[5]!.regret).toBeCloseTo(0.2);
});
