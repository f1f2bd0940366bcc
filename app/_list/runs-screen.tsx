"use client";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import type { RunRow } from "#lib/protocol/index.ts";
import buttons from "../_components/button.module.css";
import { Link } from "../_components/link.tsx";
import panel from "../_components/panel.module.css";
import { Segmented } from "../_components/segmented.tsx";
import { type Shelf, useRows } from "../_live/index.ts";
import { AttentionCards } from "./attention-cards.tsx";
import { GROUPS, groupOf, matches, needsAttention, sorted } from "./grouping.ts";
import styles from "./runs-screen.module.css";
import { RunsTable } from "./runs-table.tsx";

type Props = { initial: readonly RunRow[]; empty: ReactNode };

const SHELVES = ["archived", "deleted"] as const;
const SHOW = ["all", ...GROUPS, ...SHELVES] as const;
type Show = (typeof SHOW)[number];
const PARSERS = { show: parseAsStringLiteral(SHOW).withDefault("all"), q: parseAsString.withDefault("") };

const shelfOf = (show: Show): Shelf => (show === "archived" || show === "deleted" ? show : "current");

/** The runs: those at hand, or those that were put away. */
export function RunsScreen({ initial, empty }: Props) {
  const [{ show }] = useQueryStates(PARSERS);
  const shelf = shelfOf(show);
  // What the server rendered is true once: a shelf that one comes back to is read.
  const isRead = useRef(false);
  useEffect(() => {
    isRead.current = true;
  }, []);
  const rendered = shelf === "current" && !isRead.current ? initial : null;
  return <RunsShelf key={shelf} shelf={shelf} initial={rendered} empty={empty} />;
}

/** No run at hand; there may be some that were put away. */
function Empty({ screen }: { screen: ReactNode }) {
  const t = useTranslations("list");
  return (
    <>
      {screen}
      <nav className={styles.away} aria-label={t("states")}>
        {SHELVES.map((shelf) => (
          <Link key={shelf} href={`/?show=${shelf}`}>
            {t(shelf)}
          </Link>
        ))}
      </nav>
    </>
  );
}

type ShelfProps = { shelf: Shelf; initial: readonly RunRow[] | null; empty: ReactNode };

/** All runs of a shelf: first those that need somebody, then the live ones, then what was before. */
function RunsShelf({ shelf, initial, empty }: ShelfProps) {
  const t = useTranslations("list");
  const rows = useRows(initial, shelf);
  const [{ show, q }, choose] = useQueryStates(PARSERS, { history: "replace", shallow: true });
  if (rows?.length === 0 && shelf === "current") return <Empty screen={empty} />;

  const known = rows ?? [];
  const inGroup = (row: RunRow, group: Show): boolean =>
    group === "all" || group === "archived" || group === "deleted" || groupOf(row) === group;
  const count = (group: Show): number => known.filter((row) => inGroup(row, group)).length;
  const shown = known.filter((row) => inGroup(row, show) && matches(row, q));
  const labelOf = (group: Show): string =>
    shelf !== "current" || SHELVES.some((away) => away === group) ? t(group) : `${t(group)} ${count(group)}`;
  const options = SHOW.filter(
    (group) => shelf !== "current" || !GROUPS.some((live) => live === group && count(live) === 0),
  );
  return (
    <main id="main" className={styles.screen}>
      <h1 className="visually-hidden">{t("title")}</h1>
      {shelf === "current" && <AttentionCards rows={known.filter(needsAttention)} live={count("live")} />}
      <div className={styles.bar}>
        <Segmented
          label={t("states")}
          value={show}
          onChange={(chosen) => void choose({ show: chosen })}
          options={options.map((group) => ({ value: group, label: labelOf(group) }))}
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
      {shown.length > 0 && <RunsTable rows={sorted(shown)} />}
      {rows !== null && shown.length === 0 && (
        <p className={`${panel.panel} ${styles.nothing}`}>
          {q === "" && shelf !== "current" ? t(shelf === "archived" ? "noneArchived" : "noneDeleted") : t("nothing")}
          <button type="button" className={buttons.button} onClick={() => void choose({ show: null, q: null })}>
            {t("clear")}
          </button>
        </p>
      )}
    </main>
  );
}
