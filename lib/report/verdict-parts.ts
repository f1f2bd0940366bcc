import { VERDICT_SEVERITY, verdictToken } from "#lib/charts/index.ts";
import { type ReviewItem, type Severity, VERDICTS, type VerdictName } from "#lib/protocol/index.ts";
import { type Html, html, trusted } from "./html.ts";
import { LIGHT } from "./tokens.ts";
import { VERDICT_ART } from "./verdict-art.ts";

/** A verdict's parts, as a document shows them: icon, pattern edge, chip. Colour is never alone: the shape tells it too. */
const tileId = (verdict: VerdictName): string => `tile-${verdict}`;

/** The icon in the colour of the text around it, `size` px square. */
export function verdictIcon(verdict: VerdictName, size: number): Html {
  return html`
    <svg class="icon" width="${size}" height="${size}" viewBox="0 0 16 16" fill="none" stroke="currentColor"
      stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      ${trusted(VERDICT_ART[verdict].icon)}
    </svg>`;
}

/** What a pattern edge is filled with; the document needs `patternTiles` once. */
export const edgeFill = (verdict: VerdictName): string => `url(#${tileId(verdict)})`;

export function patternEdge(verdict: VerdictName): Html {
  return html`<svg class="edge" aria-hidden="true"><rect width="100%" height="6" fill="${edgeFill(verdict)}"/></svg>`;
}

export function patternTiles(): Html {
  const patterns = VERDICTS.map((verdict) => {
    const { width, body } = VERDICT_ART[verdict].tile;
    const color = LIGHT[VERDICT_SEVERITY[verdict] === "none" ? "control" : verdictToken(verdict)];
    return html`
      <pattern id="${tileId(verdict)}" width="${width}" height="6" patternUnits="userSpaceOnUse">
        <g fill="none" color="${color}" stroke="currentColor">${trusted(body)}</g>
      </pattern>`;
  });
  return html`<svg class="tiles" aria-hidden="true"><defs>${patterns}</defs></svg>`;
}

/** The word in its chip; `word` may say "maybe". */
export function verdictChip(verdict: VerdictName, word: string): Html {
  return html`<span class="chip" data-severity="${VERDICT_SEVERITY[verdict]}">${verdictIcon(verdict, 16)}${word}</span>`;
}

const STATUS_ART: Record<ReviewItem["status"], { severity: Severity | "none"; body: string }> = {
  pass: { severity: "good", body: '<path d="m2.5 7.4 3 3 6-6.8"/>' },
  note: { severity: "note", body: '<circle cx="7" cy="7" r="5"/>' },
  caution: { severity: "caution", body: '<path d="M7 1.8 13 12.2H1z"/><path d="M7 5.6v3M7 10.3v.1"/>' },
  critical: { severity: "critical", body: '<path d="m7 1 6 6-6 6-6-6z"/><path d="M7 4.2v3M7 9.4v.1"/>' },
  not_judged: { severity: "none", body: '<path d="M3 7h8"/>' },
};

/** How a setting was judged, as an icon with its name. */
export function statusIcon(status: ReviewItem["status"], name: string): Html {
  const { severity, body } = STATUS_ART[status];
  return html`
    <svg data-severity="${severity}" width="14" height="14" viewBox="0 0 14 14" fill="none" stroke="currentColor"
      stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" role="img" aria-label="${name}">
      ${trusted(body)}
    </svg>`;
}
