import { VERDICT_SEVERITY } from "#lib/charts/index.ts";
import { VERDICTS, type VerdictName } from "#lib/protocol/index.ts";
import styles from "./pattern-edge.module.css";
import { VERDICT_ART } from "./verdict-art.tsx";

const tileId = (verdict: VerdictName): string => `cw-tile-${verdict}`;

/** The six-pixel edge that tells a verdict by its pattern. Needs `PatternTiles` once on the page. */
export function PatternEdge({ verdict, faded = false }: { verdict: VerdictName; faded?: boolean }) {
  return (
    <svg className={styles.edge} data-faded={faded || undefined} aria-hidden="true">
      <rect width="100%" height="6" fill={`url(#${tileId(verdict)})`} />
    </svg>
  );
}

/** The tiles every edge is filled with. */
export function PatternTiles() {
  return (
    <svg className={styles.tiles} aria-hidden="true">
      <defs>
        {VERDICTS.map((verdict) => {
          const { width, body } = VERDICT_ART[verdict].tile;
          return (
            <pattern key={verdict} id={tileId(verdict)} width={width} height="6" patternUnits="userSpaceOnUse">
              <g className={styles.tile} data-severity={VERDICT_SEVERITY[verdict]}>
                {body}
              </g>
            </pattern>
          );
        })}
      </defs>
    </svg>
  );
}
