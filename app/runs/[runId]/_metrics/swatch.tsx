import { LINE_KEYS } from "#lib/charts/index.ts";
import styles from "./metric-card.module.css";

/** How a line of a chart looks, and its letter. */
export function Swatch({ line }: { line: number }) {
  const { letter, token, dash, width } = LINE_KEYS[line]!;
  return (
    <>
      <svg className={styles.swatch} viewBox="0 0 22 8" aria-hidden="true">
        <path d="M0 4H22" stroke={`var(--cw-${token})`} strokeWidth={width} strokeDasharray={dash.join(" ")} />
      </svg>
      <span className={styles.letter}>{letter}</span>
    </>
  );
}
