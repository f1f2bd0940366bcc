"use client";
import { useTranslations } from "use-intl";
import styles from "./captured-table.module.css";
import type { Captive } from "./preview.ts";

/** What the newest line that matches is worth. */
export function CapturedTable({ captives }: { captives: readonly Captive[] }) {
  const t = useTranslations("pattern");
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t("metric")}</th>
          <th scope="col">{t("value")}</th>
        </tr>
      </thead>
      <tbody>
        {captives.map(({ kind, name, value }) => (
          <tr key={name}>
            <th scope="row">{kind === "metric" ? <code lang="en">{name}</code> : t(`role.${kind}`, { name })}</th>
            <td className="num" data-odd={isOdd(kind, value) || undefined}>
              {isOdd(kind, value) ? t("notNumber", { text: String(value) }) : String(value)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A metric is a number, and so is what counts. */
const isOdd = (kind: Captive["kind"], value: Captive["value"]): boolean =>
  typeof value === "string" && (kind === "metric" || kind === "step" || kind === "maxSteps" || kind === "rank");
