"use client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { metricGroups } from "#lib/charts/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import type { Stage } from "../../../_charts/index.ts";
import panel from "../../../_components/panel.module.css";
import type { RunFeed } from "../../../_live/index.ts";
import { MetricCard } from "./metric-card.tsx";
import { MetricPicker } from "./metric-picker.tsx";
import { MetricTable } from "./metric-table.tsx";
import styles from "./metrics.module.css";
import { useChosen } from "./use-chosen.ts";

type Props = { run: RunView; feed: RunFeed; stage: Stage };

/** Everything else that the run logged: a small chart each, on the strip's axis. Where there is nothing, nothing is shown. */
export function Metrics({ run, feed, stage }: Props) {
  const t = useTranslations("metrics");
  const names = run.metrics.map(({ name }) => name).join("\n");
  // The counts change with every line, the groups with a new metric.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `names` stands for them
  const groups = useMemo(() => metricGroups(run.metrics), [names]);
  const { chosen, choose } = useChosen(groups);
  const [asTable, setAsTable] = useState(false);
  const wanted = chosen.flatMap(({ metrics }) => metrics).join("\n");
  useEffect(() => (wanted === "" ? undefined : feed.want(wanted.split("\n"))), [feed, wanted]);
  const { id, name } = run;
  const named = useMemo(() => ({ id, name }), [id, name]);
  const latest = useRef({ chosen, choose });
  latest.current = { chosen, choose };
  const remove = useCallback((gone: string) => {
    const kept = latest.current.chosen.filter((group) => group.id !== gone);
    latest.current.choose(kept.map((group) => group.id));
  }, []);
  if (groups.length === 0) return null;
  return (
    <section className={`${panel.panel} ${styles.panel}`} aria-label={t("title")}>
      <header className={styles.head}>
        <h2>{t("title")}</h2>
        <p>{t("shown", { shown: String(chosen.length), count: String(groups.length) })}</p>
        <MetricPicker groups={groups} chosen={chosen} choose={choose} />
      </header>
      {chosen.length > 0 && (
        <ul className={styles.cards}>
          {chosen.map((group) => (
            <MetricCard key={group.id} run={named} feed={feed} stage={stage} group={group} onRemove={remove} />
          ))}
        </ul>
      )}
      <footer className={styles.foot}>
        <button type="button" aria-expanded={asTable} onClick={() => setAsTable(!asTable)}>
          {t("table")}
        </button>
      </footer>
      {asTable && <MetricTable groups={chosen} run={run} feed={feed} />}
    </section>
  );
}
