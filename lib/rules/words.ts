import { formatDuration, formatMetric, formatShare, formatStep } from "#lib/core/index.ts";
import type { Condition } from "#lib/protocol/index.ts";
import {
  type Language,
  type Localised,
  type RuleTest,
  ruleSubject,
  type Span,
  type UserRule,
} from "#lib/protocol/index.ts";
import type { SeriesChange } from "./evaluator.ts";

/** A person's rule in sentences, in every language: fact, number, condition. */
const NO_ADVICE: Localised = { en: "", "zh-CN": "" };

/** The test in words, and for how long it must be so: "above 5, for 3 points". */
export function testText({ test, hold }: Pick<UserRule, "test" | "hold">): Localised {
  return both((lang) => {
    const comma = lang === "en" ? ", for " : "，持续 ";
    return wordsOf(test, lang) + (hold.amount === 0 ? "" : comma + spanWords(hold, lang));
  });
}

/** What a change of a series means for the alert of its rule. */
export function conditionOf(rule: UserRule, metric: string, change: SeriesChange): Condition {
  const { step, value, from, kind } = change;
  const fact: Localised =
    value === null
      ? { en: `no point of ${metric}`, "zh-CN": `${metric} 没有数据点` }
      : {
          en: `${metric} is ${formatMetric(value)} at step ${formatStep(step)}`,
          "zh-CN": `步 ${formatStep(step)} 的 ${metric} 为 ${formatMetric(value)}`,
        };
  const test = testText(rule);
  return {
    subject: ruleSubject(rule.id),
    kind,
    severity: rule.severity,
    step: Number.isFinite(from.step) ? from.step : null,
    text: {
      en: `${rule.name}: ${fact.en} (${test.en}).`,
      "zh-CN": `${rule.name}：${fact["zh-CN"]}（${test["zh-CN"]}）。`,
    },
    advice: NO_ADVICE,
    title: { en: rule.name, "zh-CN": rule.name },
  };
}

function wordsOf(test: RuleTest, lang: Language): string {
  const en = lang === "en";
  switch (test.kind) {
    case "threshold":
      return test.op === "nonfinite"
        ? en
          ? "not a finite number"
          : "不是有限值"
        : `${OPS[test.op][lang]} ${numberText(test.value)}`;
    case "change": {
      const percent = formatPercent(test.percent);
      const { unit, amount } = test.over;
      const over =
        unit === "seconds" ? formatDuration(1000 * amount, lang) : `${formatStep(amount)} ${UNITS[unit][lang]}`;
      return en
        ? `${DIRECTIONS[test.direction].en} ${percent} or more over ${over}`
        : `${over}内${DIRECTIONS[test.direction]["zh-CN"]}至少 ${percent}`;
    }
    case "zscore": {
      const window = formatStep(test.window);
      const far = SIDES[test.direction][lang];
      return en
        ? `${numberText(test.deviations)} deviations or more ${far} the median of the ${window} points before`
        : `${far}此前 ${window} 点的中位数至少 ${numberText(test.deviations)} 个标准差`;
    }
    case "absence": {
      const time = formatDuration(1000 * test.seconds, lang);
      return en ? `no point for ${time}` : `${time}没有数据点`;
    }
  }
}

const OPS = {
  ">": { en: "above", "zh-CN": "高于" },
  ">=": { en: "at or above", "zh-CN": "不低于" },
  "<": { en: "below", "zh-CN": "低于" },
  "<=": { en: "at or below", "zh-CN": "不高于" },
  "=": { en: "equal to", "zh-CN": "等于" },
  "!=": { en: "other than", "zh-CN": "不等于" },
} as const;
const UNITS = { points: { en: "points", "zh-CN": "点" }, steps: { en: "steps", "zh-CN": "步" } } as const;
const DIRECTIONS = {
  up: { en: "up", "zh-CN": "上升" },
  down: { en: "down", "zh-CN": "下降" },
  either: { en: "changed by", "zh-CN": "变化" },
} as const;
const SIDES = {
  up: { en: "above", "zh-CN": "高于" },
  down: { en: "below", "zh-CN": "低于" },
  either: { en: "off", "zh-CN": "偏离" },
} as const;

function spanWords({ unit, amount }: Span, lang: Language): string {
  if (unit === "seconds") return formatDuration(1000 * amount, lang);
  if (lang === "zh-CN") return `${formatStep(amount)} 点`;
  return amount === 1 ? "1 point" : `${formatStep(amount)} points`;
}

/** As a person typed it: a limit of 0.9999 is not to read 1.00. */
const numberText = (value: number): string => (Math.abs(value) >= 1e6 ? formatMetric(value) : String(value));

const formatPercent = (percent: number): string =>
  Number.isInteger(percent) ? `${percent}%` : formatShare(percent / 100);

const both = (words: (lang: Language) => string): Localised => ({ en: words("en"), "zh-CN": words("zh-CN") });
