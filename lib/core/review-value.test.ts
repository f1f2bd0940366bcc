import { expect, test } from "vitest";
import { formatReviewValue } from "./review-value.ts";

test.each([
  ["hp.lr.high", 0.0012, "1.2e-3"],
  ["hp.eps.fp32", 1e-8, "1e-8"],
  ["hp.batch.tiny", 0.0506598, "5.1%"],
  ["hp.warmup.range", 2000, "2\u2009000"],
  ["hp.batch.large", 524_288, "524\u2009288"],
  ["hp.wd.range", 0.01, "0.01"],
  ["hp.beta2.article", 0.999, "0.999"],
  ["hp.fp16", "bf16", "bf16"],
  ["hp.curve.ok", "too_slow", "Too slow"],
  ["hp.nan.plan", null, "\u2013"],
])("%s writes %s as %s", (rule, value, text) => {
  expect(formatReviewValue({ rule, value }, "en")).toBe(text);
});

test("words of the review are said in Chinese, those of the log are left", () => {
  const zh = (rule: string, value: string): string => formatReviewValue({ rule, value }, "zh-CN");
  expect([zh("hp.ckpt.on", "off"), zh("hp.curve.ok", "healthy"), zh("hp.fp16", "bf16")]).toEqual([
    "关闭",
    "健康",
    "bf16",
  ]);
});
