"use client";
import { useTranslations } from "use-intl";
import styles from "./ghost-strip.module.css";

/** The recorder before the first line: ruled paper, and where the curves will run. */
const WIDTH = 1000;
const LEFT = 40;
const LANES = [
  { name: "loss", top: 10, height: 190 },
  { name: "learningRate", top: 262, height: 76 },
  { name: "gradNorm", top: 376, height: 57 },
] as const;
const RIBBON = { top: 214, height: 24 };
const RULING = { across: 19, along: 60 };
const HEIGHT = 460;

export function GhostStrip() {
  const t = useTranslations();
  return (
    <div className={styles.strip}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path className={styles.ruling} d={ruling()} />
        <path
          className={styles.axis}
          d={LANES.map(({ top, height }) => `M${LEFT} ${top + height}H${WIDTH}`).join("")}
        />
        <rect className={styles.ribbon} x={LEFT} y={RIBBON.top} width={WIDTH - LEFT} height={RIBBON.height} />
        <path className={styles.curve} d={curve()} />
        <path
          className={styles.curve}
          d={`M${LEFT} 338L${LEFT + 46} 270C${LEFT + 330} 272 ${LEFT + 500} 322 ${WIDTH} 328`}
        />
      </svg>
      <span className={styles.pen} />
      <span className={styles.label} style={{ top: RIBBON.top + 2 }}>
        {t("empty.ghostRibbon")}
      </span>
      {LANES.map(({ name, top, height }) => (
        <span key={name} className={styles.label} style={{ top: top + height - 22 }}>
          {t(`strip.${name}`)}
        </span>
      ))}
    </div>
  );
}

function ruling(): string {
  let d = "";
  for (let x = LEFT; x < WIDTH; x += RULING.along) d += `M${x} 0V${HEIGHT}`;
  for (const { top, height } of LANES)
    for (let y = 0; y <= height; y += RULING.across) d += `M${LEFT} ${top + y}H${WIDTH}`;
  return d;
}

/** A power law, as a loss falls. */
function curve(): string {
  const points: string[] = [];
  for (let x = 0; x <= WIDTH - LEFT; x += 8)
    points.push(`${LEFT + x} ${(20 + 165 * (1 - (1 + x / 55) ** -0.9)).toFixed(1)}`);
  return `M${points.join("L")}`;
}
