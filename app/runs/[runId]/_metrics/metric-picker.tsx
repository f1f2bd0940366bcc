"use client";
import { Popover } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { CHARTS_MOST, type MetricGroup } from "#lib/charts/index.ts";
import buttons from "../../../_components/button.module.css";
import styles from "./metric-picker.module.css";

type Props = {
  groups: readonly MetricGroup[];
  chosen: readonly MetricGroup[];
  /** Null goes back to what is shown at first. */
  choose: (ids: readonly string[] | null) => void;
};

/** Chooses charts among all that the run logged. */
export function MetricPicker({ groups, chosen, choose }: Props) {
  const t = useTranslations("metrics");
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const found = groups.filter(({ metrics }) => metrics.some((name) => name.toLowerCase().includes(wanted)));
  const ids = new Set(chosen.map(({ id }) => id));
  const isFull = ids.size >= CHARTS_MOST;
  const toggle = (id: string, on: boolean): void =>
    choose(on ? [...ids, id] : [...ids].filter((other) => other !== id));
  const folders = Map.groupBy(found, ({ folder }) => folder);
  return (
    <Popover position="bottom-end" trapFocus withinPortal={false}>
      <Popover.Target>
        <button type="button" className={buttons.button}>
          {t("choose")}
        </button>
      </Popover.Target>
      <Popover.Dropdown className={styles.dropdown} aria-label={t("choose")}>
        <input
          type="search"
          className={styles.search}
          aria-label={t("search")}
          placeholder={t("search")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <div className={styles.list}>
          {[...folders].map(([folder, members]) => (
            <fieldset key={folder}>
              <legend>{folder === "" ? t("noFolder") : folder}</legend>
              {members.map(({ id, title, metrics }) => (
                <label key={id} title={metrics.join("\n")}>
                  <input
                    type="checkbox"
                    checked={ids.has(id)}
                    disabled={isFull && !ids.has(id)}
                    onChange={(event) => toggle(id, event.currentTarget.checked)}
                  />
                  <span>{title}</span>
                  {metrics.length > 1 && <small>{t("lines", { count: String(metrics.length) })}</small>}
                </label>
              ))}
            </fieldset>
          ))}
          {found.length === 0 && <p>{t("nothing")}</p>}
        </div>
        <footer className={styles.foot}>
          {isFull && <p role="status">{t("full", { count: String(CHARTS_MOST) })}</p>}
          <button type="button" className={buttons.button} onClick={() => choose(null)}>
            {t("first")}
          </button>
          <button type="button" className={buttons.button} onClick={() => choose([])}>
            {t("noneShown")}
          </button>
        </footer>
      </Popover.Dropdown>
    </Popover>
  );
}
