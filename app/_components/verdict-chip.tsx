"use client";
import { useTranslations } from "use-intl";
import { VERDICT_SEVERITY } from "#lib/charts/index.ts";
import type { VerdictName } from "#lib/protocol/index.ts";
import styles from "./verdict-chip.module.css";
import { VerdictIcon } from "./verdict-icon.tsx";

export function VerdictChip({ verdict }: { verdict: VerdictName }) {
  const t = useTranslations("verdict.word");
  return (
    <span className={styles.chip} data-severity={VERDICT_SEVERITY[verdict]}>
      <VerdictIcon verdict={verdict} />
      {t(verdict)}
    </span>
  );
}
