"use client";
import { useTranslations } from "use-intl";
import { formatShare } from "#lib/core/index.ts";
import type { RunSummary } from "#lib/protocol/index.ts";
import { Age } from "./age.tsx";
import { StateMark } from "./state-mark.tsx";
import styles from "./state-pill.module.css";

type Props = { run: Pick<RunSummary, "state" | "step" | "maxSteps" | "lastDataAt"> };

export function StatePill({ run }: Props) {
  return (
    <span className={styles.pill} data-state={run.state}>
      <StateMark state={run.state} beating />
      <StateText run={run} />
    </span>
  );
}

export function StateText({ run }: Props) {
  const t = useTranslations("state");
  const { state, step, maxSteps, lastDataAt } = run;
  if (state === "running" && step !== null && maxSteps !== null) {
    return t("runningAt", { share: formatShare(Math.min(1, step / maxSteps)) });
  }
  if (state === "quiet" && lastDataAt !== null) {
    return <Age at={lastDataAt} text={(age) => t("quietFor", { age })} />;
  }
  if (state === "lost" && lastDataAt !== null) {
    return <Age at={lastDataAt} text={(age) => t("lostFor", { age })} />;
  }
  return t(state);
}
