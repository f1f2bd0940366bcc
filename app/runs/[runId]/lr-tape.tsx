"use client";
import { useTranslations } from "use-intl";
import { type TapeScene, tapeScene } from "#lib/charts/index.ts";
import { formatLearningRate } from "#lib/core/index.ts";
import type { LrView, VerdictName } from "#lib/protocol/index.ts";
import { PatternEdge } from "../../_components/pattern-edge.tsx";
import styles from "./lr-tape.module.css";

const SEVERITY = { too_slow: "note", healthy: "good", oscillating: "caution", diverging: "critical" } as const;
const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

/** The scale from too slow to diverging, the rate in force on it and the one advised. Nothing where nothing tells the zones. */
export function LrTape({ lr, verdict }: { lr: LrView; verdict: VerdictName }) {
  const t = useTranslations("tape");
  if (!lr.tape) return null;
  const { tape, next } = lr;
  const scene = tapeScene(tape, next);
  // Too high a rate need not make a curve swing.
  const tooHigh = lr.judgement === "too_high" && verdict !== "oscillating";
  const word = (name: TapeScene["zones"][number]["name"]): string =>
    t(`zone.${name === "oscillating" && tooHigh ? "tooHigh" : name}`);
  const zone = scene.now.zone === null ? t("noZone") : word(scene.now.zone);
  const now = formatLearningRate(tape.now);
  const label =
    next === null ? t("label", { now, zone }) : t("labelAdvised", { now, zone, advised: formatLearningRate(next) });
  const basis = t(`basis.${tape.basis === "run" && tape.usualEnds ? "runAndUsual" : tape.basis}`);
  return (
    <figure className={styles.tape} aria-label={label}>
      <div className={styles.boxes} aria-hidden="true">
        {scene.arrow && scene.advised && <Arrow from={scene.now.box} to={scene.advised.box} />}
        {scene.advised && (
          <span className={styles.advised} style={{ left: percent(scene.advised.box) }}>
            {formatLearningRate(scene.advised.rate)}
          </span>
        )}
        <span className={styles.now} style={{ left: percent(scene.now.box) }}>
          {now}
        </span>
      </div>
      <div className={styles.band} aria-hidden="true">
        {scene.zones.map(({ name, from, to, fades }) => (
          <div
            key={name}
            className={styles.zone}
            data-severity={SEVERITY[name]}
            data-fades={fades ?? undefined}
            style={{ left: percent(from), width: percent(to - from) }}
          >
            <span>{word(name)}</span>
            <PatternEdge verdict={name} />
          </div>
        ))}
        {scene.advised && <i className={styles.advisedNeedle} style={{ left: percent(scene.advised.at) }} />}
        <i className={styles.needle} style={{ left: percent(scene.now.at) }} />
      </div>
      <div className={styles.scale} aria-hidden="true">
        {scene.ticks.map(({ rate, at, major }) => (
          <i key={rate} data-major={major || undefined} style={{ left: percent(at) }}>
            {major && at > 0.03 && at < 0.97 && <span>{formatLearningRate(rate)}</span>}
          </i>
        ))}
      </div>
      <figcaption>{tape.at === "peak" ? `${basis}, ${t("atPeak")}` : basis}</figcaption>
    </figure>
  );
}

function Arrow({ from, to }: { from: number; to: number }) {
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  return (
    <i
      className={styles.arrow}
      data-down={to < from || undefined}
      style={{ left: `calc(${percent(left)} + 38px)`, width: `calc(${percent(right - left)} - 76px)` }}
    />
  );
}
