"use client";
import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { VERDICT_SEVERITY } from "#lib/charts/index.ts";
import { formatDuration, formatStep, verdictStretches } from "#lib/core/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import { Age } from "../../_components/age.tsx";
import { Numbers } from "../../_components/numbers.tsx";
import panel from "../../_components/panel.module.css";
import { PatternEdge } from "../../_components/pattern-edge.tsx";
import { VerdictChip } from "../../_components/verdict-chip.tsx";
import { VerdictIcon } from "../../_components/verdict-icon.tsx";
import { useVerdictInSentence } from "../../_components/verdict-words.ts";
import { AdviceBox } from "./advice-box.tsx";
import { CrashNote } from "./crash-note.tsx";
import { EvidenceTile } from "./evidence-tile.tsx";
import { LrTape } from "./lr-tape.tsx";
import styles from "./verdict-panel.module.css";

/** Below this the word is preceded by "maybe". */
const SURE = 0.6;
const TILES = 3;
/** A log read in one go has lasted no time that is worth a word. */
const LEAST_AGE_MS = 1000;

export function VerdictPanel({ run }: { run: RunView }) {
  const t = useTranslations("verdict");
  const language = useLocale();
  const { verdict, lr } = run.diagnosis;
  const severity = VERDICT_SEVERITY[verdict.name];
  const stale = run.state === "quiet" || run.state === "lost";
  const isCrashed = run.state === "failed";
  const doubtful = verdict.severity !== null && verdict.confidence < SURE;
  const reason = verdict.reason[language];
  const flatTooHigh = verdict.name === "plateau" && lr.judgement === "too_high";
  const causeTold =
    flatTooHigh && run.diagnosis.findings.findLast(({ rule }) => rule === "lr.too_high")?.text[language];
  return (
    <section
      className={`${panel.panel} ${styles.panel}`}
      data-severity={severity}
      data-stale={stale || undefined}
      aria-label={t("label")}
    >
      <PatternEdge verdict={verdict.name} faded={stale} />
      <Announcement run={run} />
      <div className={styles.body} data-plain={(verdict.evidence.length === 0 && !lr.tape) || undefined}>
        <div className={styles.word}>
          <div key={verdict.name} className={styles.call}>
            <h2>
              <VerdictIcon verdict={verdict.name} />
              {doubtful && <span className={styles.maybe}>{t("maybe")}</span>}
              {t(`word.${verdict.name}`)}
            </h2>
            <p className={styles.sub}>{subLine(run, t)}</p>
            {stale && run.lastDataAt !== null && (
              <p className={styles.stale}>
                <Age at={run.lastDataAt} text={(age) => t("lastRead", { age })} />
              </p>
            )}
          </div>
          <Circumstances run={run} />
        </div>
        <div className={styles.why}>
          {reason && (
            <p className={styles.reason}>
              <Numbers text={reason} />
            </p>
          )}
          {causeTold && (
            <p className={styles.cause}>
              <Numbers text={causeTold} />
            </p>
          )}
          {!(isCrashed && verdict.severity === "good" && lr.next === null) && (
            <AdviceBox advice={verdict.advice[language]} severity={verdict.severity} nextRate={lr.next} />
          )}
          <CrashNote run={run} />
        </div>
        {(verdict.evidence.length > 0 || lr.tape) && (
          <div className={styles.proof}>
            <LrTape lr={lr} verdict={verdict.name} />
            {verdict.evidence.length > 0 && (
              <ul className={styles.evidence} aria-label={t("evidence")}>
                {verdict.evidence.slice(0, TILES).map((evidence) => (
                  <EvidenceTile key={evidence.name} evidence={evidence} since={verdict.sinceStep} />
                ))}
              </ul>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

type Translate = ReturnType<typeof useTranslations<"verdict">>;

function subLine({ state, diagnosis: { verdict, lr } }: RunView, t: Translate): string {
  if (state === "failed" && verdict.name === "healthy") return t("untilCrash");
  if (verdict.cause === "no_progress") return t("noProgress");
  // A curve that lies flat at too high a rate: the rate is what to look at.
  if (verdict.name === "plateau" && lr.judgement === "too_high") return t("sub.oscillating");
  return verdict.cause === "stalled" ? t("stalled") : t(`sub.${verdict.name}`);
}

/** What is read aloud: word, since and advice, once when the verdict changes and not with every refresh of its numbers. */
function Announcement({ run }: { run: RunView }) {
  const t = useTranslations("verdict");
  const language = useLocale();
  const { name, sinceStep, severity, advice } = run.diagnosis.verdict;
  const since = sinceStep === null ? "" : t("sinceStep", { step: formatStep(sinceStep) });
  const call = `${name} ${sinceStep} ${language}`;
  const text = [t(`word.${name}`), since, name === "reading" ? "" : advice[language]].filter(Boolean).join(". ");
  const [said, setSaid] = useState({ call, text });
  if (said.call !== call) setSaid({ call, text });
  return (
    <p className="visually-hidden" aria-live={severity === "critical" ? "assertive" : "polite"} aria-atomic="true">
      {said.text}
    </p>
  );
}

function Circumstances({ run }: { run: RunView }) {
  const t = useTranslations("verdict");
  const language = useLocale();
  const inSentence = useVerdictInSentence();
  const { verdict } = run.diagnosis;
  const { msPerStep, step } = run;
  const timeline = verdictStretches(run.timeline);
  const before = timeline.at(-2);
  const since = verdict.sinceStep;
  const lasted = msPerStep !== null && step !== null && since !== null ? (step - since) * msPerStep : null;
  return (
    <dl className={styles.circumstances}>
      {verdict.severity !== null && (
        <>
          <dt>{t("confidence")}</dt>
          <dd className={styles.confidence}>
            <ConfidenceBars value={verdict.confidence} />
            <span className="num">{Math.round(verdict.confidence * 100)}%</span>
          </dd>
        </>
      )}
      {since !== null && (
        <>
          <dt>{t("since")}</dt>
          <dd className="num">
            {run.state === "running" && lasted !== null && lasted >= LEAST_AGE_MS
              ? t("sinceStepAgo", { step: formatStep(since), age: formatDuration(lasted, language) })
              : t("sinceStep", { step: formatStep(since) })}
          </dd>
        </>
      )}
      {before && before.verdict !== "reading" && (
        <>
          <dt>{t("before")}</dt>
          <dd className={`num ${styles.before}`} data-severity={VERDICT_SEVERITY[before.verdict]}>
            {t("beforeSteps", {
              verdict: inSentence(before.verdict),
              steps: formatStep((before.toStep ?? timeline.at(-1)!.fromStep) - before.fromStep),
            })}
          </dd>
        </>
      )}
      {verdict.also.length > 0 && (
        <>
          <dt>{t("also")}</dt>
          <dd className={styles.also}>
            {verdict.also.map((name) => (
              <VerdictChip key={name} verdict={name} />
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}

const BARS = Array.from({ length: 10 }, (_, i) => i);

function ConfidenceBars({ value }: { value: number }) {
  return (
    <span className={styles.bars} aria-hidden="true">
      {BARS.map((bar) => (
        <i key={bar} data-off={bar >= Math.round(value * 10) || undefined} />
      ))}
    </span>
  );
}
