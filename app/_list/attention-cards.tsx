"use client";
import { useLocale, useTranslations } from "use-intl";
import { VERDICT_SEVERITY } from "#lib/charts/index.ts";
import { formatDuration, formatLearningRate, toAscii } from "#lib/core/index.ts";
import type { RunRow } from "#lib/protocol/index.ts";
import { Age } from "../_components/age.tsx";
import buttons from "../_components/button.module.css";
import { CopyButton } from "../_components/copy-button.tsx";
import { firstSentence } from "../_components/first-sentence.ts";
import { Link } from "../_components/link.tsx";
import { Numbers } from "../_components/numbers.tsx";
import panel from "../_components/panel.module.css";
import { PatternEdge } from "../_components/pattern-edge.tsx";
import { StateMark } from "../_components/state-mark.tsx";
import { VerdictIcon } from "../_components/verdict-icon.tsx";
import styles from "./attention-cards.module.css";
import { isAlarming, sorted } from "./grouping.ts";

const CARDS = 3;

type Props = { rows: readonly RunRow[]; live: number };

/** At most three runs that need somebody; nothing at all when none does. */
export function AttentionCards({ rows, live }: Props) {
  const t = useTranslations("list");
  if (rows.length === 0) return null;
  const shown = sorted(rows).slice(0, CARDS);
  return (
    <section className={styles.attention}>
      <h2>
        {t("attention")} <small>{t("attentionOf", { shown: String(rows.length), count: live })}</small>
      </h2>
      <div className={styles.cards} data-count={shown.length}>
        {shown.map((row) =>
          isAlarming(row) ? <VerdictCard key={row.id} row={row} /> : <SilenceCard key={row.id} row={row} />,
        )}
      </div>
    </section>
  );
}

function VerdictCard({ row }: { row: RunRow }) {
  const t = useTranslations();
  const language = useLocale();
  const { verdict, step, msPerStep } = row;
  const lasted =
    verdict.sinceStep !== null && step !== null && msPerStep !== null ? (step - verdict.sinceStep) * msPerStep : null;
  return (
    <article className={`${panel.panel} ${styles.card}`} data-severity={VERDICT_SEVERITY[verdict.name]}>
      <PatternEdge verdict={verdict.name} />
      <div className={styles.body}>
        <h3>
          <VerdictIcon verdict={verdict.name} />
          <span className={styles.word}>{t(`verdict.word.${verdict.name}`)}</span>
          <span className={styles.run}>{row.name}</span>
          {lasted !== null && lasted > 0 && <small>{formatDuration(lasted, language)}</small>}
        </h3>
        <p>
          <Numbers text={verdict.reason[language]} />
        </p>
        <Act row={row} advice={firstSentence(verdict.advice[language]).act} />
      </div>
    </article>
  );
}

function SilenceCard({ row }: { row: RunRow }) {
  const t = useTranslations("list");
  const state = useTranslations("state");
  return (
    <article className={`${panel.panel} ${styles.card}`} data-severity="none">
      <span className={styles.silence} />
      <div className={styles.body}>
        <h3>
          <StateMark state={row.state} />
          <span className={styles.word}>{row.state === "lost" ? state("lost") : t("noData")}</span>
          <span className={styles.run}>{row.name}</span>
          {row.lastDataAt !== null && (
            <small>
              <Age at={row.lastDataAt} text={(age) => age} />
            </small>
          )}
        </h3>
        <p>{row.state === "lost" ? t("agentLostText", { host: row.host }) : t("noDataText")}</p>
        <Act row={row} advice={t("checkHost", { host: row.host })} />
      </div>
    </article>
  );
}

function Act({ row, advice }: { row: RunRow; advice: string }) {
  const t = useTranslations("list");
  const rate = advice.match(/\d(?:\.\d+)?e-\d+/)?.[0];
  return (
    <div className={styles.act}>
      <b>{advice}</b>
      {rate && <CopyButton value={toAscii(formatLearningRate(Number(rate)))} label={t("learningRate")} />}
      <Link className={buttons.button} href={`/runs/${row.id}`} aria-label={`${t("open")} ${row.name}`}>
        {t("open")}
      </Link>
    </div>
  );
}
