"use client";
import { TagsInput } from "@mantine/core";
import { useTranslations } from "use-intl";
import { RUN_LIMITS } from "#lib/protocol/index.ts";
import menu from "../../../_components/menu.module.css";
import styles from "./about.module.css";

type Props = { tags: readonly string[]; onChange: (tags: string[]) => void };

export default function TagField({ tags, onChange }: Props) {
  const t = useTranslations("about");
  return (
    <TagsInput
      aria-label={t("tags")}
      placeholder={tags.length === 0 ? t("addTags") : ""}
      value={[...tags]}
      onChange={(next) => onChange(next.map((tag) => tag.trim().slice(0, RUN_LIMITS.tagChars)).filter(Boolean))}
      maxTags={RUN_LIMITS.tags}
      splitChars={[","]}
      acceptValueOnBlur
      classNames={{
        input: styles.tags,
        pillsList: styles.pills,
        pill: styles.pill,
        inputField: styles.tagInput,
        dropdown: menu.dropdown,
      }}
    />
  );
}
