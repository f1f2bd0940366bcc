"use client";
import { memo, type ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import {
  formatDuration,
  formatLearningRate,
  formatMetric,
  formatShare,
  formatStep,
  MISSING,
  timeLeftMs,
} from "#lib/core/index.ts";
import { type LastValue, METRIC, type RunRow } from "#lib/protocol/index.ts";
import { Age } from "../_components/age.tsx";
import { Link } from "../_components/link.tsx";
import { LocalTime } from "../_components/local-time.tsx";
import { Sparkline } from "../_components/sparkline.tsx";
import { StateMark } from "../_components/state-mark.tsx";
import { StateText } from "../_components/state-pill.tsx";
import { VerdictChip } from "../_components/verdict-chip.tsx";
import { RunMenu } from "../_edits/run-menu.tsx";
import { Tags } from "../_edits/tags.tsx";
import { groupOf } from "./grouping.ts";
import styles from "./run-row.module.css";

export const RunRowCells = memo(function RunRowCells({ row }: { row: RunRow }) {
  const t = useTranslations("list");
  return (
    <tr className={styles.row} data-earlier={groupOf(row) !== "live" || undefined}>
      <th scope="row">
        <Name row={row} />
      </th>
      <td className={styles.verdict}>
        <VerdictChip verdict={row.verdict.name} />
        <VerdictAge row={row} />
      </td>
      <td className={styles.curve}>
        <Sparkline row={row} />
      </td>
      <Value last={row.last[METRIC.trainLoss]} label={t("loss")} />
      <Value last={row.bestEval ?? undefined} label={t("bestEval")}>
        {row.bestEval && t("atStep", { step: formatStep(row.bestEval.step) })}
      </Value>
      <td className={styles.rate} data-label={t("learningRate")}>
        <span className="num">{rate(row.last[METRIC.learningRate])}</span>
      </td>
      <td className={styles.progress} data-label={t("progress")}>
        <Progress row={row} />
      </td>
      <td className={styles.started} data-number>
        <span className="num">
          <LocalTime at={row.startedAt} />
        </span>
      </td>
      <td className={styles.menu}>
        <RunMenu run={row} />
      </td>
    </tr>
  );
});

function Name({ row }: { row: RunRow }) {
  const t = useTranslations("about");
  const { state } = row;
  return (
    <div className={styles.name}>
      <StateMark state={state} />
      <Link href={`/runs/${row.id}`}>{row.name}</Link>
      <small>
        {[row.project, row.host].filter(Boolean).join(", ")}
        {state !== "running" && state !== "finished" && (
          <>
            {", "}
            <span data-state={state}>
              <StateText run={row} />
            </span>
          </>
        )}
      </small>
      <Tags tags={row.tags} label={t("tags")} />
    </div>
  );
}

function VerdictAge({ row }: { row: RunRow }) {
  const t = useTranslations();
  const language = useLocale();
  const { verdict, step, msPerStep, state, lastDataAt } = row;
  if ((state === "quiet" || state === "lost") && lastDataAt !== null) {
    return (
      <small>
        <Age at={lastDataAt} text={(age) => t("verdict.lastRead", { age })} />
      </small>
    );
  }
  if (verdict.sinceStep === null || step === null) return <small>{t(`verdict.sub.${verdict.name}`)}</small>;
  const steps = step - verdict.sinceStep;
  return (
    <small>
      {msPerStep === null
        ? t("list.forSteps", { steps: formatStep(steps) })
        : formatDuration(steps * msPerStep, language)}
    </small>
  );
}

function Value({ last, label, children = null }: { last: LastValue | undefined; label: string; children?: ReactNode }) {
  const value = last === undefined ? null : Number(last.value);
  return (
    <td className={styles.value} data-number data-label={label}>
      <span className="num" data-lost={(value !== null && !Number.isFinite(value)) || undefined}>
        {value === null ? MISSING : formatMetric(value)}
      </span>
      {children && <small>{children}</small>}
    </td>
  );
}

const rate = (last: LastValue | undefined): string =>
  last === undefined ? MISSING : formatLearningRate(Number(last.value));

function Progress({ row }: { row: RunRow }) {
  const t = useTranslations();
  const language = useLocale();
  const { step, maxSteps, msPerStep, state } = row;
  if (step === null) return <span className="num">{MISSING}</span>;
  if (maxSteps === null) {
    return (
      <span className={`num ${styles.figures}`}>
        {t("list.atStep", { step: formatStep(step) })} <small>{t("list.unplanned")}</small>
      </span>
    );
  }
  const share = Math.min(1, step / maxSteps);
  const left = state === "running" ? timeLeftMs(step, maxSteps, msPerStep) : null;
  return (
    <>
      <span className={`num ${styles.figures}`}>
        {formatShare(share)} <small>{left === null ? formatStep(step) : formatDuration(left, language)}</small>
      </span>
      <span className={styles.line}>
        <i style={{ width: `${share * 100}%` }} />
      </span>
    </>
  );
}
