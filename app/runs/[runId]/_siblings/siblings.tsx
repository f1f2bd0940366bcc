"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { formatLearningRate, formatMetric, formatShare, formatStep, MISSING } from "#lib/core/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import { Link } from "../../../_components/link.tsx";
import { Numbers } from "../../../_components/numbers.tsx";
import { RailSection } from "../rail-section.tsx";
import styles from "./siblings.module.css";
import { SiblingsChart } from "./siblings-chart.tsx";
import type { Siblings as Comparison } from "./siblings-plot.ts";

/** How the run stands among runs that differ from it in the learning rate. Silent where there are too few. */
export function Siblings({ run }: { run: RunView }) {
  const t = useTranslations("siblings");
  const { siblings } = run.diagnosis;
  const [asTable, setAsTable] = useState(false);
  if (!siblings) return null;
  return (
    <RailSection title={t("title")} aside={t("atStep", { step: formatStep(siblings.atStep) })}>
      <Sentence run={run} siblings={siblings} />
      {asTable ? <Table run={run} siblings={siblings} /> : <SiblingsChart run={run} siblings={siblings} />}
      <button type="button" className={styles.toggle} aria-expanded={asTable} onClick={() => setAsTable(!asTable)}>
        {t("table")}
      </button>
    </RailSection>
  );
}

type Props = { run: RunView; siblings: Comparison };

function Sentence({ run, siblings: { rank, of, regret, best } }: Props) {
  const t = useTranslations("siblings");
  const rate = formatLearningRate(best.rate);
  if (best.id === run.id) {
    return (
      <p className={styles.sentence}>
        <Numbers text={t("isBest", { of: String(of), rate })} />
      </p>
    );
  }
  return (
    <p className={styles.sentence}>
      <Numbers text={t("rank", { rank, of: String(of), rate })} /> <Link href={`/runs/${best.id}`}>{best.name}</Link>
      {t("comma")}
      <Numbers text={regret === null ? t("failed") : t("regret", { share: formatShare(regret) })} />
    </p>
  );
}

function Table({ run, siblings: { curve, best } }: Props) {
  const t = useTranslations();
  return (
    <table className={styles.table}>
      <caption className="visually-hidden">{t("siblings.caption")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("siblings.rate")}</th>
          <th scope="col">{t("siblings.run")}</th>
          <th scope="col">{t("siblings.level")}</th>
          <th scope="col">{t("siblings.lost")}</th>
        </tr>
      </thead>
      <tbody>
        {curve.map(({ id, name, rate, level, regret, verdict }) => (
          <tr key={id} aria-current={id === run.id || undefined}>
            <th scope="row" className="num">
              {formatLearningRate(rate)}
            </th>
            <td className={styles.name}>
              {id === run.id ? t("siblings.this") : <Link href={`/runs/${id}`}>{name}</Link>}
              {id === best.id && <span className={styles.best}>{t("siblings.best")}</span>}
            </td>
            <td className="num">{level === null ? t(`verdict.word.${verdict}`) : formatMetric(level)}</td>
            <td className="num">{regret === null ? MISSING : formatShare(regret)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
