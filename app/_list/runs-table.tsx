"use client";
import { useTranslations } from "use-intl";
import type { RunRow } from "#lib/protocol/index.ts";
import panel from "../_components/panel.module.css";
import { groupOf } from "./grouping.ts";
import { RunRowCells } from "./run-row.tsx";
import styles from "./runs-table.module.css";

export function RunsTable({ rows }: { rows: readonly RunRow[] }) {
  const t = useTranslations("list");
  const live = rows.filter((row) => groupOf(row) === "live");
  const earlier = rows.filter((row) => groupOf(row) !== "live");
  return (
    <section className={`${panel.panel} ${styles.frame}`}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("run")}</th>
            <th scope="col">{t("verdict")}</th>
            <th scope="col">{t("curve")}</th>
            <th scope="col" data-number>
              {t("loss")}
            </th>
            <th scope="col" data-number>
              {t("bestEval")}
            </th>
            <th scope="col">{t("learningRate")}</th>
            <th scope="col">{t("progress")}</th>
            <th scope="col" data-number>
              {t("started")}
            </th>
            <td />
          </tr>
        </thead>
        <Group title={t("live")} rows={live} />
        <Group title={t("earlier")} rows={earlier} />
      </table>
    </section>
  );
}

function Group({ title, rows }: { title: string; rows: readonly RunRow[] }) {
  const t = useTranslations("list");
  if (rows.length === 0) return null;
  const hosts = new Set(rows.map(({ host }) => host)).size;
  return (
    <tbody>
      <tr className={styles.group}>
        <th colSpan={9} scope="rowgroup">
          {title} <small>{t("count", { runs: rows.length, hosts })}</small>
        </th>
      </tr>
      {rows.map((row) => (
        <RunRowCells key={row.id} row={row} />
      ))}
    </tbody>
  );
}
