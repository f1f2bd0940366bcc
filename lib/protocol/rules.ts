import { z } from "zod";
import type { Localised } from "./diagnosis.ts";
import { LIMITS } from "./limits.ts";
import type { Severity } from "./names.ts";
import type { JsonValue } from "./value.ts";

/** A rule that a person made: when a metric is worth an alert, by its own words. */
export const RULE_LIMITS = {
  /** Rules that there may be, and series of one run that one rule watches; of more the first are watched. */
  rules: 200,
  series: 64,
  /** Points of a z-score's window. */
  window: 512,
  nameChars: 80,
  /** The longest time a rule may ask for: a month. */
  seconds: 31 * 86_400,
  points: 100_000,
} as const;

const seconds = z.number().min(0).max(RULE_LIMITS.seconds);

/** How long something must be so: points of the series, or seconds by the run's clock. 0 is at once. */
export const spanSchema = z.discriminatedUnion("unit", [
  z.object({ unit: z.literal("points"), amount: z.int().min(0).max(RULE_LIMITS.points) }),
  z.object({ unit: z.literal("seconds"), amount: seconds }),
]);
export type Span = z.infer<typeof spanSchema>;

export const RULE_OPS = [">", ">=", "<", "<=", "=", "!=", "nonfinite"] as const;

const thresholdSchema = z.object({
  kind: z.literal("threshold"),
  /** `nonfinite`: NaN or an infinity, whatever `value` is. No other op is true of NaN. */
  op: z.enum(RULE_OPS),
  value: z.number().default(0),
});

/** Against the value that the series had `over` ago. */
const changeSchema = z.object({
  kind: z.literal("change"),
  percent: z.number().positive().max(1e9),
  direction: z.enum(["up", "down", "either"]),
  over: z.object({
    unit: z.enum(["points", "steps", "seconds"]),
    amount: z.number().positive().max(1e12),
  }),
});

/** Against the median of the `window` finite points before it, in deviations as the median of their distances tells them. */
const zscoreSchema = z.object({
  kind: z.literal("zscore"),
  deviations: z.number().positive().max(1000),
  direction: z.enum(["up", "down", "either"]).default("either"),
  window: z.int().min(16).max(RULE_LIMITS.window),
});

/** A metric that came once and has not for so long, by the run's clock. */
const absenceSchema = z.object({ kind: z.literal("absence"), seconds: z.number().min(1).max(RULE_LIMITS.seconds) });

export const ruleTestSchema = z.discriminatedUnion("kind", [
  thresholdSchema,
  changeSchema,
  zscoreSchema,
  absenceSchema,
]);
export type RuleTest = z.infer<typeof ruleTestSchema>;

const text = (chars: number) => z.string().trim().min(1).max(chars);

/** What a person says of a rule; the server adds its id. */
export const ruleDraftSchema = z.object({
  name: text(RULE_LIMITS.nameChars),
  enabled: z.boolean().default(true),
  /** A metric's name, or a pattern in which `*` stands for anything. */
  metric: text(LIMITS.metricNameBytes),
  test: ruleTestSchema,
  /** How long it must be so before it fires, and how long it stays after it is no longer so. */
  hold: spanSchema.default({ unit: "points", amount: 0 }),
  keepFiring: spanSchema.default({ unit: "points", amount: 0 }),
  /** Seconds before it may fire again. */
  cooldown: seconds.default(0),
  severity: z.enum(["note", "caution", "critical"]).default("caution"),
  /** All that are given must fit; none is every run. */
  scope: z.object({ project: text(200).optional(), tag: text(100).optional(), run: text(64).optional() }).default({}),
});
export type RuleDraft = z.infer<typeof ruleDraftSchema>;

export const userRuleSchema = ruleDraftSchema.extend({ id: z.string().regex(/^[a-z0-9]{8,32}$/) });
export type UserRule = z.infer<typeof userRuleSchema>;

/** What may be changed of a rule; what is not named stays. */
export const ruleEditSchema = z
  .object({
    name: ruleDraftSchema.shape.name,
    enabled: z.boolean(),
    metric: ruleDraftSchema.shape.metric,
    test: ruleTestSchema,
    hold: spanSchema,
    keepFiring: spanSchema,
    cooldown: seconds,
    severity: z.enum(["note", "caution", "critical"]),
    scope: z.object({ project: text(200).optional(), tag: text(100).optional(), run: text(64).optional() }),
  })
  .partial();
export type RuleEdit = z.infer<typeof ruleEditSchema>;

/** Whether a built-in rule is pushed: everywhere (`project` null), or in one project. */
export type RuleSwitch = { rule: string; project: string | null; enabled: boolean };

/** A rule as pages and API clients see it. `enabled` of a built-in one: it is pushed; it is shown on a run's page anyhow. */
export type RuleView =
  | {
      id: string;
      builtIn: true;
      title: Localised;
      /** One sentence: when it speaks. */
      text: Localised;
      severity: Severity;
      enabled: boolean;
      /** As it is when nobody has changed it. */
      byDefault: boolean;
      /** Projects in which it is otherwise. */
      projects: { project: string; enabled: boolean }[];
    }
  | (UserRule & { builtIn: false /** The test in words. */; text: Localised; createdAt: number; updatedAt: number });
export type BuiltInRuleView = Extract<RuleView, { builtIn: true }>;
export type OwnRuleView = Extract<RuleView, { builtIn: false }>;

/** Something that a rule watches has begun, or is over: an alert of `subject`, which `lib/alerts` gives a life. */
export type Condition = {
  subject: string;
  kind: "began" | "ended";
  severity: Severity;
  /** Where it began; null for what has no step. */
  step: number | null;
  text: Localised;
  advice: Localised;
  /** What it is called, where no catalogue tells. */
  title?: Localised;
};

/** The subject of the alerts of a person's rule. */
export const ruleSubject = (id: string): string => `rule:${id}`;

/** What a rule would have said of runs that are stored. */
export type RulePreview = {
  runs: {
    run: string;
    name: string;
    fired: number;
    /** The first of them, oldest first; a step of null is a time at which nothing came. */
    at: { metric: string; step: number | null; at: number | null; value: JsonValue | null }[];
    /** Series that were too long to be read from the beginning: their newest points were. */
    cut: boolean;
  }[];
  fired: number;
  /** Runs that were not looked at, for it would have taken too long. */
  leftOut: number;
};
