import {
  type OwnRuleView,
  type RULE_OPS,
  type RuleDraft,
  type RuleTest,
  ruleDraftSchema,
} from "#lib/protocol/index.ts";

/** A rule as it stands in the fields: numbers are what a person has typed so far. */
export type RuleForm = {
  name: string;
  metric: string;
  kind: RuleTest["kind"];
  op: (typeof RULE_OPS)[number];
  value: string;
  percent: string;
  direction: "up" | "down" | "either";
  over: string;
  overUnit: "points" | "steps" | "seconds";
  deviations: string;
  window: string;
  absent: string;
  hold: string;
  holdUnit: "points" | "seconds";
  keep: string;
  keepUnit: "points" | "seconds";
  cooldown: string;
  severity: RuleDraft["severity"];
  project: string;
  tag: string;
  run: string;
};
export type Field = keyof RuleForm;
export type Problem = "missing" | "number" | "range";

export const EMPTY_FORM: RuleForm = {
  name: "",
  metric: "train/loss",
  kind: "threshold",
  op: ">",
  value: "",
  percent: "50",
  direction: "up",
  over: "100",
  overUnit: "points",
  deviations: "6",
  window: "128",
  absent: "600",
  hold: "0",
  holdUnit: "points",
  keep: "0",
  keepUnit: "points",
  cooldown: "0",
  severity: "caution",
  project: "",
  tag: "",
  run: "",
};

/** The fields of a rule that there is; what its test does not have stays as it is in an empty form. */
export function formOf({ name, metric, test, hold, keepFiring, cooldown, severity, scope }: OwnRuleView): RuleForm {
  const form: RuleForm = {
    ...EMPTY_FORM,
    name,
    metric,
    kind: test.kind,
    hold: String(hold.amount),
    holdUnit: hold.unit,
    keep: String(keepFiring.amount),
    keepUnit: keepFiring.unit,
    cooldown: String(cooldown),
    severity,
    project: scope.project ?? "",
    tag: scope.tag ?? "",
    run: scope.run ?? "",
  };
  switch (test.kind) {
    case "threshold":
      return { ...form, op: test.op, value: String(test.value) };
    case "change":
      return {
        ...form,
        percent: String(test.percent),
        direction: test.direction,
        over: String(test.over.amount),
        overUnit: test.over.unit,
      };
    case "zscore":
      return {
        ...form,
        deviations: String(test.deviations),
        direction: test.direction,
        window: String(test.window),
      };
    case "absence":
      return { ...form, absent: String(test.seconds) };
  }
}

/** What the fields say, or what is wrong with which of them. */
export function draftOf(form: RuleForm): { draft: RuleDraft } | { problems: Partial<Record<Field, Problem>> } {
  const problems: Partial<Record<Field, Problem>> = {};
  const read = (field: Field): number => {
    const text = form[field].trim().replace("\u2212", "-");
    const value = text === "" ? Number.NaN : Number(text);
    if (Number.isNaN(value)) problems[field] = text === "" ? "missing" : "number";
    return value;
  };
  for (const field of ["name", "metric"] as const) if (form[field].trim() === "") problems[field] = "missing";
  const given = {
    name: form.name,
    metric: form.metric,
    severity: form.severity,
    test: testOf(form, read),
    hold: { unit: form.holdUnit, amount: read("hold") },
    keepFiring: { unit: form.keepUnit, amount: read("keep") },
    cooldown: read("cooldown"),
    scope: {
      ...(form.project.trim() && { project: form.project }),
      ...(form.tag.trim() && { tag: form.tag }),
      ...(form.run.trim() && { run: form.run }),
    },
  };
  const parsed = ruleDraftSchema.safeParse(given);
  if (parsed.success && Object.keys(problems).length === 0) return { draft: parsed.data };
  for (const { path } of parsed.error?.issues ?? []) {
    const field = FIELDS[path.join(".")];
    if (field !== undefined) problems[field] ??= "range";
  }
  return { problems };
}

function testOf({ kind, op, direction, overUnit }: RuleForm, read: (field: Field) => number): object {
  switch (kind) {
    case "threshold":
      return { kind, op, value: op === "nonfinite" ? 0 : read("value") };
    case "change":
      return { kind, percent: read("percent"), direction, over: { unit: overUnit, amount: read("over") } };
    case "zscore":
      return { kind, deviations: read("deviations"), direction, window: read("window") };
    case "absence":
      return { kind, seconds: read("absent") };
  }
}

/** Which field a place of the rule is typed in. */
const FIELDS: Record<string, Field> = {
  name: "name",
  metric: "metric",
  "test.value": "value",
  "test.percent": "percent",
  "test.over.amount": "over",
  "test.deviations": "deviations",
  "test.window": "window",
  "test.seconds": "absent",
  "hold.amount": "hold",
  "keepFiring.amount": "keep",
  cooldown: "cooldown",
  "scope.project": "project",
  "scope.tag": "tag",
  "scope.run": "run",
};
