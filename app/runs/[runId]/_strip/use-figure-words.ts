"use client";
import { useTranslations } from "use-intl";
import type { FigureWords, StripControls } from "#lib/charts/index.ts";
import { formatStep } from "#lib/core/index.ts";
import { type RunView, VERDICTS } from "#lib/protocol/index.ts";

/** The words of a chart that leaves the page. */
export function useFigureWords(run: RunView, controls: StripControls, sentence: string): () => FigureWords {
  const t = useTranslations("strip");
  const words = useTranslations("verdict.word");
  const printedSteps = run.stepSource !== "ordinal";
  return () => ({
    title: run.project ? `${run.project} / ${run.name}` : run.name,
    sentence,
    axis: controls.x === "step" && !printedSteps ? t("record") : t(`axisLabel.${controls.x}`),
    lanes: {
      loss: t("loss"),
      learningRate: t("learningRate"),
      gradNorm: t("gradNorm"),
      throughput: `${t("throughput")}  ${t("tokensPerSecond")}`,
    },
    verdicts: Object.fromEntries(VERDICTS.map((name) => [name, words(name)])) as FigureWords["verdicts"],
    legend: {
      raw: t("raw"),
      trend: controls.smooth > 0 ? t("legendMean", { steps: formatStep(controls.smooth) }) : t("trend"),
      eval: t("eval"),
      forecast: t("forecast"),
      schedule: t("legendSchedule"),
    },
  });
}
