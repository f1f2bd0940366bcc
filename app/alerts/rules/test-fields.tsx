"use client";
import { useTranslations } from "use-intl";
import { Choice, type Fields, TextField } from "./fields.tsx";

/** The fields of each kind of test. */
export function TestFields({ fields }: { fields: Fields }) {
  switch (fields.form.kind) {
    case "threshold":
      return <Threshold fields={fields} />;
    case "change":
      return <Change fields={fields} />;
    case "zscore":
      return <Outlier fields={fields} />;
    case "absence":
      return <Absence fields={fields} />;
  }
}

const OPS = [
  [">", "above"],
  [">=", "atLeast"],
  ["<", "below"],
  ["<=", "atMost"],
  ["=", "equal"],
  ["!=", "other"],
  ["nonfinite", "nonfinite"],
] as const;

function Threshold({ fields }: { fields: Fields }) {
  const t = useTranslations("rules.form");
  const options = OPS.map(([value, name]) => ({ value, label: t(`ops.${name}`) }));
  return (
    <>
      <Choice fields={fields} field="op" label={t("op")} options={options} />
      {fields.form.op !== "nonfinite" && <TextField fields={fields} field="value" label={t("value")} number />}
    </>
  );
}

function Change({ fields }: { fields: Fields }) {
  const t = useTranslations("rules.form");
  const units = (["points", "steps", "seconds"] as const).map((value) => ({ value, label: t(`units.${value}`) }));
  return (
    <>
      <Direction fields={fields} />
      <TextField fields={fields} field="percent" label={t("percent")} number />
      <TextField fields={fields} field="over" label={t("over")} number />
      <Choice fields={fields} field="overUnit" label={t("overUnit")} options={units} />
    </>
  );
}

function Outlier({ fields }: { fields: Fields }) {
  const t = useTranslations("rules.form");
  return (
    <>
      <Direction fields={fields} />
      <TextField fields={fields} field="deviations" label={t("deviations")} number />
      <TextField fields={fields} field="window" label={t("window")} number />
    </>
  );
}

function Absence({ fields }: { fields: Fields }) {
  const t = useTranslations("rules.form");
  return <TextField fields={fields} field="absent" label={t("absent")} number />;
}

function Direction({ fields }: { fields: Fields }) {
  const t = useTranslations("rules.form");
  const options = (["up", "down", "either"] as const).map((value) => ({ value, label: t(`directions.${value}`) }));
  return <Choice fields={fields} field="direction" label={t("direction")} options={options} />;
}
