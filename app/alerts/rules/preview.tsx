"use client";
import { useTranslations } from "use-intl";
import { formatStep } from "#lib/core/index.ts";
import type { RuleDraft, RulePreview } from "#lib/protocol/index.ts";
import { Link } from "../../_components/link.tsx";
import styles from "./rules.module.css";
import { usePreview } from "./use-preview.ts";

const STEPS_SHOWN = 6;

/** How often a rule would have fired on runs that are stored, and where. */
export function Preview({ draft }: { draft: RuleDraft | null }) {
  const t = useTranslations("rules.preview");
  const form = useTranslations("rules.form");
  const preview = usePreview(draft);
  return (
    <section className={styles.preview} aria-label={t("title")}>
      <h3>{t("title")}</h3>
      {preview === null ? (
        <p role="status">{t(draft === null ? "waits" : "busy")}</p>
      ) : "refused" in preview ? (
        <p role="status">{t("failed", { why: preview.refused ?? form("noAnswer") })}</p>
      ) : (
        <Told preview={preview} />
      )}
    </section>
  );
}

function Told({ preview: { runs, fired, leftOut } }: { preview: RulePreview }) {
  const t = useTranslations("rules.preview");
  const hit = runs.filter((run) => run.fired > 0);
  const words = {
    times: t("times", { count: fired }),
    hit: String(hit.length),
    runs: t("runs", { count: runs.length }),
  };
  return (
    <>
      <p role="status" data-fired={fired}>
        {runs.length === 0 ? t("noRuns") : fired === 0 ? t("never", { runs: words.runs }) : t("fired", words)}
      </p>
      {hit.length > 0 && (
        <ul className={styles.hits}>
          {hit.map((run) => (
            <li key={run.run}>
              <Link href={`/runs/${run.run}`}>{run.name}</Link>
              <span>{t("times", { count: run.fired })}</span>
              <Steps run={run} />
            </li>
          ))}
        </ul>
      )}
      {runs.some(({ cut }) => cut) && <p>{t("cut")}</p>}
      {leftOut > 0 && <p>{t("leftOut", { count: leftOut })}</p>}
    </>
  );
}

function Steps({ run: { at, fired } }: { run: RulePreview["runs"][number] }) {
  const t = useTranslations("rules.preview");
  const steps = at.flatMap(({ step }) => (step === null ? [] : [formatStep(step)])).slice(0, STEPS_SHOWN);
  if (steps.length === 0) return null;
  const shown = { steps: steps.join(", ") };
  return <span className={styles.steps}>{fired > steps.length ? t("stepsMore", shown) : t("steps", shown)}</span>;
}
