"use client";
import { useLocale, useTranslations } from "use-intl";
import { formatReviewValue } from "#lib/core/index.ts";
import type { ReviewItem } from "#lib/protocol/index.ts";
import { firstSentence } from "../../../_components/first-sentence.ts";
import { Icon } from "../../../_components/icon.tsx";
import { Numbers } from "../../../_components/numbers.tsx";
import styles from "./review.module.css";

const ICON: Record<ReviewItem["status"], React.ReactNode> = {
  pass: <path d="M2.5 8.5 6 12l7.5-8" />,
  note: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 7.4v3.4M8 5v.1" />
    </>
  ),
  caution: <path d="M8 2.2 14.5 13.5h-13zM8 6.6v3.2M8 11.7v.1" />,
  critical: <path d="m8 1.8 6.2 6.2L8 14.2 1.8 8zM8 5.2v3.4M8 10.8v.1" />,
  not_judged: <path d="M3 8h10" strokeDasharray="2 3" />,
};
const SEVERITY = { pass: "good", note: "note", caution: "caution", critical: "critical", not_judged: "none" } as const;

/** A setting that was judged. What there is to say of it is said at once; by whom, when it is opened. */
export function ReviewRow({ item }: { item: ReviewItem }) {
  const t = useTranslations("review");
  const language = useLocale();
  const { status, value, name, advice, source, rule } = item;
  const { act, rest } = firstSentence(advice[language]);
  const isFlagged = status !== "pass";
  return (
    <li className={styles.item} data-severity={SEVERITY[status]} data-status={status}>
      <details>
        <summary className={styles.row}>
          <span className={styles.icon}>
            <Icon>{ICON[status]}</Icon>
            <span className="visually-hidden">{t(`status.${status}`)}</span>
          </span>
          <span className={styles.name}>{name[language]}</span>
          <span className={styles.value}>
            <span className="num">{value === null ? t("usual") : formatReviewValue(item, language)}</span>
            {isFlagged && (
              <small>
                <Numbers text={act} />
              </small>
            )}
          </span>
        </summary>
        <div className={styles.told}>
          {isFlagged ? rest !== "" && <p>{rest}</p> : <p>{advice[language]}</p>}
          <p className={styles.source}>
            {t("source")} <Sources text={source} /> <code title={t("rule")}>{rule}</code>
          </p>
        </div>
      </details>
    </li>
  );
}

/** Nothing tells what it needs: its name, and what that is. */
export function NotJudgedRow({ item: { name, advice } }: { item: ReviewItem }) {
  const language = useLocale();
  return (
    <li>
      <span>{name[language]}</span>
      <small>{advice[language]}</small>
    </li>
  );
}

const ARXIV = /arXiv (\d{4}\.\d{4,5})/;

/** A paper leads to its page; everything else is quoted as it stands. */
function Sources({ text }: { text: string }) {
  return (
    <q lang="en">
      {text.split(ARXIV).map((part, i) =>
        i % 2 === 1 ? (
          <a key={part} href={`https://arxiv.org/abs/${part}`} target="_blank" rel="noreferrer">
            arXiv {part}
          </a>
        ) : (
          part
        ),
      )}
    </q>
  );
}
