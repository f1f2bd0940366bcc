"use client";
import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import { formatDuration, formatStep } from "#lib/core/index.ts";
import { CHANNEL_KINDS, type ChannelKind, type RunView, VERDICTS } from "#lib/protocol/index.ts";
import { firstSentence } from "../../_components/first-sentence.ts";
import { Link } from "../../_components/link.tsx";
import { LocalTime } from "../../_components/local-time.tsx";
import { Numbers } from "../../_components/numbers.tsx";
import { useVerdictInSentence } from "../../_components/verdict-words.ts";
import { axesOf, useStripChoice } from "./_strip/strip-choice.ts";
import styles from "./incidents.module.css";
import { folded, type Incident, incidentId, incidentsOf, isClosed, stretchAround, toldOf } from "./incidents.ts";
import { RailSection } from "./rail-section.tsx";

export const INCIDENTS_ID = "incidents";

/** What went wrong, newest first; each leads to its stretch of the strip. */
export function Incidents({ run }: { run: RunView }) {
  const t = useTranslations("rail");
  const incidents = incidentsOf(run).reverse();
  return (
    <RailSection
      id={INCIDENTS_ID}
      title={t("incidents")}
      aside={incidents.length > 0 ? <Counts incidents={incidents} /> : null}
      action={
        run.incident === null ? (
          <Link href="/alerts/rules">{t("alertRules")}</Link>
        ) : (
          <Link href={`/runs/${run.id}/incidents/${run.incident.number}`}>{t("whoKnows")}</Link>
        )
      }
    >
      {incidents.length === 0 ? (
        <p className={styles.none}>{run.verdict.severity === "good" ? t("noneHealthy") : t("none")}</p>
      ) : (
        <ol className={styles.list}>
          {folded(incidents).map(([newest, ...earlier]) => (
            <Row key={newest!.number} incident={newest!} run={run}>
              {earlier.length > 0 && (
                <details className={styles.more}>
                  <summary>{t("moreAlike", { count: earlier.length })}</summary>
                  <ol>
                    {earlier.map((incident) => (
                      <Row key={incident.number} incident={incident} run={run} />
                    ))}
                  </ol>
                </details>
              )}
            </Row>
          ))}
        </ol>
      )}
      <Attempts run={run} />
    </RailSection>
  );
}

function Counts({ incidents }: { incidents: readonly Incident[] }) {
  const t = useTranslations("rail");
  const count = (kind: Incident["ending"]["kind"]): number =>
    incidents.filter(({ ending }) => ending.kind === kind).length;
  const parts = [
    count("open") > 0 && t("countOpen", { count: String(count("open")) }),
    count("lasted") > 0 && t("countLasted", { count: String(count("lasted")) }),
    count("recovered") > 0 && t("countRecovered", { count: String(count("recovered")) }),
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(t("comma")) : t("countNoted", { count: String(incidents.length) });
}

type RowProps = { incident: Incident; run: RunView; children?: ReactNode };

function Row({ incident, run, children = null }: RowProps) {
  const t = useTranslations("rail");
  const language = useLocale();
  const { choice, choose } = useStripChoice(axesOf(run));
  const stretch = stretchAround(incident, run);
  const { number, severity, step } = incident;
  const shown = choice.zoom !== null && choice.zoom.from <= step && step <= choice.zoom.to;
  const ago = run.msPerStep !== null && run.step !== null ? (run.step - step) * run.msPerStep : null;
  const { title, rest } = useWords(incident);
  const show = (): void => {
    choose({ zoom: stretch });
    document.getElementById("strip")?.scrollIntoView({ block: "nearest" });
  };
  return (
    <li
      id={incidentId(number)}
      className={styles.row}
      data-severity={severity}
      data-closed={isClosed(incident) || undefined}
    >
      <span className={styles.badge} aria-hidden="true">
        {number}
      </span>
      <button
        type="button"
        className={styles.title}
        data-incident={number}
        aria-current={shown || undefined}
        aria-label={t("showIncident", { number: String(number), title })}
        onClick={show}
      >
        <Numbers text={title} />
      </button>
      {ago !== null && ago > 0 && <span className={`num ${styles.age}`}>{formatDuration(ago, language)}</span>}
      <p className={styles.where}>
        <Where incident={incident} />
        <Told incident={incident} run={run} />
      </p>
      {rest !== "" && <p className={styles.rest}>{rest}</p>}
      {children}
    </li>
  );
}

/** A verdict by its name; of anything else the engine's first sentence, then what to do. */
function useWords({ rule, text }: Incident): { title: string; rest: string } {
  const t = useTranslations();
  const language = useLocale();
  const whole = text[language];
  const verdict = VERDICTS.find((name) => name === rule);
  if (verdict) {
    const title = t("rail.verdictTitle", { word: t(`verdict.word.${verdict}`), sub: t(`verdict.sub.${verdict}`) });
    return { title, rest: firstSentence(whole).act };
  }
  const { act, rest } = firstSentence(whole);
  return { title: act, rest };
}

function Where({ incident: { rule, step, saidAtStep, ending } }: { incident: Incident }) {
  const t = useTranslations("rail");
  const language = useLocale();
  const inSentence = useVerdictInSentence();
  const at = formatStep(step);
  const said = formatStep(saidAtStep);
  const isStretch = VERDICTS.some((name) => name === rule) && ending.kind !== "noted";
  const begins =
    saidAtStep > step
      ? t(isStretch ? "incidentSince" : "incidentAt", { step: at, said })
      : t(isStretch ? "incidentFrom" : "incidentHere", { step: at });
  const ends = {
    open: () => null,
    noted: () => null,
    lasted: () => (rule.startsWith("run.") ? null : t("endLasted")),
    followed: () =>
      ending.kind === "followed" && t("endFollowed", { verdict: inSentence(ending.by), step: formatStep(ending.at) }),
    recovered: () =>
      ending.kind === "recovered" &&
      ("steps" in ending
        ? t("endRecovered", { steps: formatStep(ending.steps) })
        : t("endRecoveredAfter", { time: formatDuration(ending.ms, language) })),
  }[ending.kind]();
  return (
    <>
      {begins}
      {ends && `${t("comma")}${ends}`}
    </>
  );
}

function Told({ incident, run }: { incident: Incident; run: RunView }) {
  const t = useTranslations("rail");
  const kinds = useTranslations("channels.kind");
  return toldOf(run, incident).map(({ channel, state, at }) => (
    <span key={channel} className={styles.told}>
      {kinds(kindOfChannel(channel))}
      {state === "sent" ? " " : `${t("comma")}${t(`delivery.${state}`)} `}
      <LocalTime at={at} />
    </span>
  ));
}

/** A channel's id begins with its kind. */
const kindOfChannel = (id: string): ChannelKind => CHANNEL_KINDS.find((kind) => id.startsWith(`${kind}-`)) ?? "webhook";

/** A run that was begun again, and where. */
function Attempts({ run: { attempts } }: { run: RunView }) {
  const t = useTranslations("rail");
  if (attempts.length < 2) return null;
  const steps = attempts.slice(1).map(({ fromStep }) => formatStep(fromStep));
  return (
    <p className={styles.attempts}>
      {t("attempts", { count: String(attempts.length), steps: steps.join(t("comma")) })}
    </p>
  );
}
