"use client";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { RunRow } from "#lib/protocol/index.ts";
import buttons from "../_components/button.module.css";
import panel from "../_components/panel.module.css";
import { Segmented } from "../_components/segmented.tsx";
import { useRows } from "../_live/index.ts";
import { AttentionCards } from "./attention-cards.tsx";
import { GROUPS, groupOf, matches, needsAttention, sorted } from "./grouping.ts";
import styles from "./runs-screen.module.css";
import { RunsTable } from "./runs-table.tsx";

type Props = { initial: readonly RunRow[]; empty: ReactNode };

const SHOW = ["all", ...GROUPS] as const;
const PARSERS = { show: parseAsStringLiteral(SHOW).withDefault("all"), q: parseAsString.withDefault("") };

/** All runs: first those that need somebody, then the live ones, then what was before. */
export function RunsScreen({ initial, empty }: Props) {
  const t = useTranslations("list");
  const rows = useRows(initial);
  const [{ show, q }, choose] = useQueryStates(PARSERS, { history: "replace", shallow: true });
  if (rows.length === 0) return empty;

  const count = (group: (typeof SHOW)[number]): number =>
    group === "all" ? rows.length : rows.filter((row) => groupOf(row) === group).length;
  const shown = rows.filter((row) => (show === "all" || groupOf(row) === show) && matches(row, q));
  return (
    <main id="main" className={styles.screen}>
      <h1 className="visually-hidden">{t("title")}</h1>
      <AttentionCards rows={rows.filter(needsAttention)} live={count("live")} />
      <div className={styles.bar}>
        <Segmented
          label={t("states")}
          value={show}
          onChange={(chosen) => void choose({ show: chosen })}
          options={SHOW.filter((group) => group === "all" || count(group) > 0).map((group) => ({
            value: group,
            label: `${t(group)} ${count(group)}`,
          }))}
        />
        <input
          type="search"
          className={styles.filter}
          data-key="/"
          aria-label={t("filterLabel")}
          placeholder={t("filter")}
          value={q}
          onChange={(event) => void choose({ q: event.target.value || null })}
        />
      </div>
      {shown.length > 0 ? (
        <RunsTable rows={sorted(shown)} />
      ) : (
        <p className={`${panel.panel} ${styles.nothing}`}>
          {t("nothing")}
          <button type="button" className={buttons.button} onClick={() => void choose({ show: null, q: null })}>
            {t("clear")}
          </button>
        </p>
      )}
    </main>
  );
}
