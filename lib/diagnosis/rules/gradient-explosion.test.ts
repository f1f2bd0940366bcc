import { expect, test } from "vitest";
import { scenario } from "../scenario.ts";
import { told } from "./told.ts";

const explosion = (norms: string, loss = "2-0.001x400~0.01"): string[] =>
  told(["grad.explosion"], scenario({ "train/loss": loss, grad_norm: norms }));

test("a norm that leaves its level for good is told where it began, and that it is back", () => {
  expect(explosion("1x100~0.1 40x50~4 1x50~0.1")).toEqual([
    "grad.explosion caution! 101@107",
    "grad.explosion note 154@154",
  ]);
});

test("one spike, a norm that grows slowly, and a high norm at the start are none", () => {
  expect(explosion("1x100~0.1 960 145 15 1x200~0.1")).toEqual([]);
  expect(explosion("1+0.1x400")).toEqual([]);
  expect(explosion("400/0.9x400")).toEqual([]);
  expect(explosion("0.01x20 5x300~0.5")).toEqual([]);
});

test("BLOOM's spike is a spike; norms that are not finite count for nothing", () => {
  expect(explosion("0.2x80~0.02 0.24 0.95 2.4 15.9 145 960 0.2x100~0.02")).toEqual([]);
  expect(explosion("1x100~0.1 nanx20 1x50~0.1")).toEqual([]);
});

test("each attempt has its own level", () => {
  const first = scenario({ "train/loss": "2x100", grad_norm: "1x100~0.1" });
  const second = scenario({ "train/loss": "2x100", grad_norm: "50x100~5" }, { from: 101, attempt: 1 });
  expect(told(["grad.explosion"], [...first, ...second])).toEqual([]);
});

test("under a loss that runs away it is no second alarm", () => {
  expect(explosion("1x200~0.1 900x50~9", "2x200~0.01 nanx50")).toEqual(["grad.explosion caution 201@207"]);
});
