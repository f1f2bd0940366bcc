import type { VerdictName } from "#lib/protocol/index.ts";

/**
 * How each verdict is drawn, as SVG text: an icon on 16 × 16 and a tile 6 px high for its pattern edge. The same drawings as
 * the pages' own (`app/_components/verdict-art.tsx`), which are React; a test holds the two together.
 */
export type VerdictArt = { icon: string; tile: { width: number; body: string } };

const path = (d: string, rest = ""): string => `<path d="${d}"${rest}></path>`;
const wide = (width: number, more = ""): string => ` stroke-width="${width}"${more}`;

export const VERDICT_ART: Record<VerdictName, VerdictArt> = {
  healthy: {
    icon: path("M2 2.5C4 9.5 8 12.6 14 13.2"),
    tile: { width: 8, body: path("M0 3h8", wide(4)) },
  },
  oscillating: {
    icon: path("M1.2 8.5 3.6 3.2l3.2 9.6 3.2-9.6 3 8.6 1.8-3.3"),
    tile: { width: 9, body: path("M-1 5.8 2.25.6 6.75 5.6 11.25.6", wide(1.6, ' stroke-linejoin="round"')) },
  },
  too_slow: {
    icon: path("M1.8 4.2 14.2 6.6M1.8 13h2M7 13h2M12.2 13h2"),
    tile: { width: 14, body: path("M0 3h7", wide(2.4)) },
  },
  plateau: {
    icon: path("M1.8 2.5C3 8 4.4 9 6.4 9h7.8"),
    tile: { width: 8, body: path("M0 1.3h8M0 4.7h8", wide(1.5)) },
  },
  spike: {
    icon: path("M1.5 12.6h4.2L8 2.6l2.3 10h4.2"),
    tile: { width: 9, body: path("M0 5.2h9", wide(1.4)) + path("M4.5 0v6", wide(1.8)) },
  },
  overfitting: {
    icon: path("M2 2.5C4 9.5 8 12.6 14 13.2M6 9.8C8.5 10 11.5 8 14 3.8"),
    tile: { width: 10, body: path("M9 .6 2 3l7 2.4", wide(1.6)) },
  },
  diverging: {
    icon: path("M2 12.8c6.5 0 9.5-3.6 11.6-9.6M9.8 4.6 13.7 2.8l1 4.2"),
    tile: { width: 8, body: path("M0 6 7 0v6z", ' fill="currentColor" stroke="none"') },
  },
  nan: {
    icon: path("M1.8 3C3 7.2 4.4 9 7 9.7M9.6 7.6l4.4 4.6m0-4.6-4.4 4.6"),
    tile: { width: 6, body: path("m0 0 6 6m0-6-6 6", wide(1.6)) },
  },
  reading: {
    icon: path("M3 8h.01M8 8h.01M13 8h.01", wide(2.6)),
    tile: { width: 7, body: '<circle cx="3.5" cy="3" r="1.1" fill="currentColor" stroke="none"></circle>' },
  },
};
