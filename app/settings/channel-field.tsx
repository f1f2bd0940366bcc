"use client";
import { NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import { useTranslations } from "use-intl";
import type { ChannelField } from "#lib/protocol/index.ts";
import styles from "./channel-field.module.css";

export const FIELD_CLASSES = {
  root: styles.field,
  label: styles.label,
  input: styles.input,
  wrapper: styles.wrapper,
  section: styles.section,
};

type Props = { field: ChannelField; value: string; onType: (value: string) => void };

/** One setting of a channel; what is secret can be looked at while it is typed, and never again. */
export function SettingField({ field: { name, secret, optional, choices, example }, value, onType }: Props) {
  const t = useTranslations("channels");
  const words = t(`field.${name as "address"}`);
  const label = optional ? t("optional", { field: words }) : words;
  if (choices) {
    const options = choices.map((choice) => ({ value: choice, label: t(`security.${choice as "tls"}`) }));
    return (
      <NativeSelect
        label={label}
        name={name}
        value={value}
        data={[{ value: "", label: t("byPort") }, ...options]}
        onChange={(event) => onType(event.currentTarget.value)}
        classNames={{ ...FIELD_CLASSES, section: styles.arrow }}
      />
    );
  }
  const shared = {
    label,
    name,
    value,
    required: !optional,
    withAsterisk: false,
    placeholder: example,
    autoComplete: "off",
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => onType(event.currentTarget.value),
    classNames: FIELD_CLASSES,
  };
  if (!secret) return <TextInput {...shared} />;
  return (
    <PasswordInput
      {...shared}
      classNames={{ ...FIELD_CLASSES, innerInput: styles.inner, visibilityToggle: styles.show }}
      visibilityToggleButtonProps={{ "aria-label": t("show") }}
      visibilityToggleIcon={({ reveal }) => <span>{reveal ? t("hideSign") : t("showSign")}</span>}
    />
  );
}
