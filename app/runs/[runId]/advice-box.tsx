"use client";
import { useTranslations } from "use-intl";
import { formatLearningRate, toAscii } from "#lib/core/index.ts";
import type { Severity } from "#lib/protocol/index.ts";
import { CopyButton } from "../../_components/copy-button.tsx";
import { firstSentence } from "../../_components/first-sentence.ts";
import { Numbers } from "../../_components/numbers.tsx";
import styles from "./advice-box.module.css";

type Props = {
  advice: string;
  severity: Severity | null;
  /** The rate to be copied, when there is one. */
  nextRate: number | null;
};

/** What to do, first sentence large. Magenta only where something is advised; nothing to do is said in ink. */
export function AdviceBox({ advice, severity, nextRate }: Props) {
  const t = useTranslations("strip");
  if (!advice) return null;
  const { act, rest } = firstSentence(advice);
  const calls = severity !== null && severity !== "good";
  return (
    <div className={styles.box} data-calls={calls || undefined}>
      <p className={styles.title}>{act}</p>
      {rest && (
        <p className={styles.rest}>
          <Numbers text={rest} />
        </p>
      )}
      {nextRate !== null && (
        <CopyButton
          className={styles.copy}
          value={toAscii(formatLearningRate(nextRate))}
          label={t("learningRate")}
          shortcut="y"
        />
      )}
    </div>
  );
}
