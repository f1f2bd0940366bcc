"use client";
import { useTranslations } from "use-intl";
import type { ReviewItem, RunView } from "#lib/protocol/index.ts";
import { RailSection } from "../rail-section.tsx";
import { ConfigList } from "./config-list.tsx";
import { ByHand, EnterSettings } from "./enter-settings.tsx";
import styles from "./review.module.css";
import { NotJudgedRow, ReviewRow } from "./review-row.tsx";
import { useConfig } from "./use-config.ts";

const PASSES_SHOWN = 8;

/** What the settings are worth: what to look at, what is as usual, and what nothing tells but a person could. */
export function Review({ run }: { run: RunView }) {
  const t = useTranslations("review");
  const { review } = run.diagnosis;
  const { config, enter } = useConfig(run.id, review.map(({ rule, status }) => `${rule}:${status}`).join());
  if (review.length === 0) return null;
  const passed = review.filter(({ status }) => status === "pass");
  const unknown = review.filter(({ status }) => status === "not_judged");
  const flagged = review.filter((item) => !passed.includes(item) && !unknown.includes(item));
  const counts = [t("passed", { count: String(passed.length) }), t("toLookAt", { count: String(flagged.length) })];
  return (
    <RailSection title={t("title")} aside={counts.join(t("comma"))}>
      <Rows items={flagged} />
      <Rows items={passed.slice(0, PASSES_SHOWN)} />
      {passed.length > PASSES_SHOWN && (
        <details className={styles.fold}>
          <summary>{t("morePassed", { count: String(passed.length - PASSES_SHOWN) })}</summary>
          <Rows items={passed.slice(PASSES_SHOWN)} />
        </details>
      )}
      {config !== null && <ByHand config={config} enter={enter} />}
      {unknown.length > 0 && (
        <details className={styles.fold}>
          <summary>{t("notJudged", { count: String(unknown.length) })}</summary>
          <EnterSettings unknown={unknown} config={config ?? {}} enter={enter} />
          <ul className={styles.unknown}>
            {unknown.map((item) => (
              <NotJudgedRow key={item.rule} item={item} />
            ))}
          </ul>
        </details>
      )}
      {config !== null && <ConfigList config={config} />}
    </RailSection>
  );
}

function Rows({ items }: { items: readonly ReviewItem[] }) {
  if (items.length === 0) return null;
  return (
    <ul>
      {items.map((item) => (
        <ReviewRow key={item.rule} item={item} />
      ))}
    </ul>
  );
}
