/**
 * The colours of the panel in each scheme, for the places that no style sheet reaches: the browser's frame and an installed
 * page's first moment. `app/tokens.css` stays their owner: paper.test.ts says so.
 */
export const PAPER = { light: "#ffffff", dark: "#11191d" } as const;
