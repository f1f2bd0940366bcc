"use client";
import { Fragment } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { StripScene } from "#lib/charts/index.ts";
import { type RunView, VERDICTS } from "#lib/protocol/index.ts";
import { useVerdictInSentence } from "../../../_components/verdict-words.ts";
import { type Incident, incidentId, incidentsOf } from "../incidents.ts";
import styles from "./flags.module.css";
import { across } from "./plot.ts";

type Props = {
  run: RunView;
  scene: StripScene;
  width: number;
  /** Numbers alone. */
  compact: boolean;
};

const FLAGS_SHOWN = 9;
const CHARACTER_PX = 7.4;
const NUMBER_PX = 24;
/** Height of a flag with the air that makes it a target. */
const FLAG_PX = 24;

/** Incidents as numbered flags on top of the strip, each a link to its row, with a line through all lanes. */
export function Flags({ run, scene, width, compact }: Props) {
  const t = useTranslations();
  const language = useLocale();
  const inSentence = useVerdictInSentence();
  const { layout, lanes } = scene;
  const plot = width - layout.left - layout.right;
  const top = lanes[0]?.box.top ?? 0;
  const bottom = lanes.at(-1)?.box.bottom ?? 0;
  const flags = incidentsOf(run)
    .slice(-FLAGS_SHOWN)
    .map((incident) => ({ incident, at: across(scene, scene.toX(incident.step) ?? Number.NaN) }))
    .filter(({ at }) => at >= 0 && at <= 100);
  const label = ({ rule }: Incident): string => {
    const verdict = rule === "loss.spike" ? "spike" : VERDICTS.find((name) => name === rule);
    if (verdict) return inSentence(verdict);
    return rule.startsWith("lr.") ? t("rail.lr") : "";
  };
  return (
    <div className={styles.plot} style={{ left: layout.left, right: layout.right }}>
      {flags.map(({ incident, at }, i) => {
        const roomRight = (((flags[i + 1]?.at ?? 100) - at) / 100) * plot;
        const roomLeft = ((at - (flags[i - 1]?.at ?? 0)) / 100) * plot;
        const text = compact ? "" : label(incident);
        const whole = NUMBER_PX + text.length * CHARACTER_PX;
        // A flag hangs right of its line; with too little room there, and enough to the left for two, left of it.
        const left = roomRight < whole && roomLeft > 2 * whole;
        const numberFits = left || roomRight > NUMBER_PX;
        return (
          <Fragment key={incident.number}>
            <i style={{ left: `${at}%`, top: top - 2, height: bottom - top + 2 }} />
            {numberFits && (
              <a
                href={`#${incidentId(incident.number)}`}
                className={styles.flag}
                data-severity={incident.severity}
                data-left={left || undefined}
                style={{ left: `${at}%`, top: top - FLAG_PX }}
                aria-label={t("strip.flag", { number: String(incident.number), text: incident.text[language] })}
              >
                <span>
                  {incident.number} {(left || roomRight > whole) && text}
                </span>
              </a>
            )}
          </Fragment>
        );
      })}
    </div>
  );
}
