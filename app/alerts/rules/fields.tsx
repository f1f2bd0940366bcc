"use client";
import { NativeSelect, TextInput } from "@mantine/core";
import { useTranslations } from "use-intl";
import type { Field, Problem, RuleForm } from "./rule-form.ts";
import styles from "./rules.module.css";

/** The form that the fields write into, and what is wrong with which of them. */
export type Fields = {
  form: RuleForm;
  set: (change: Partial<RuleForm>) => void;
  problems: Partial<Record<Field, Problem>>;
};

const CLASSES = { root: styles.field, label: styles.label, input: styles.input, error: styles.problem };

/** @param number asks for a keyboard of digits */
export function TextField({
  fields: { form, set, problems },
  field,
  label,
  number = false,
  list,
}: {
  fields: Fields;
  field: Field;
  label: string;
  number?: boolean;
  list?: string;
}) {
  const t = useTranslations("rules.form");
  const problem = problems[field];
  return (
    <TextInput
      label={label}
      name={field}
      value={form[field]}
      onChange={(event) => set({ [field]: event.currentTarget.value })}
      error={problem && t(`wrong.${problem}`)}
      inputMode={number ? "decimal" : "text"}
      autoComplete="off"
      spellCheck={false}
      list={list}
      data-number={number || undefined}
      classNames={CLASSES}
    />
  );
}

export function Choice<Name extends Field>({
  fields: { form, set },
  field,
  label,
  options,
}: {
  fields: Fields;
  field: Name;
  label: string;
  options: readonly { value: RuleForm[Name]; label: string }[];
}) {
  return (
    <NativeSelect
      label={label}
      name={field}
      value={form[field]}
      data={options.map(({ value, label: words }) => ({ value, label: words }))}
      onChange={(event) => set({ [field]: event.currentTarget.value })}
      classNames={{ ...CLASSES, section: styles.arrow }}
    />
  );
}
