/** Printable width of A4 across, in CSS pixels: 297 mm less two margins of 12 mm. */
const PAPER_WIDTH = 1031;

/**
 * Readies the page for paper before the browser lays it out there, which it does at once: a canvas keeps the size and the
 * colours it has, so the style sheet is told both. `globals.css` scales its frame to the sheet, and turns a dark drawing light.
 *
 * @returns undoes it
 */
export function layOnPaper(systemIsDark: boolean): () => void {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark;
  const width = document.querySelector("#strip figure")?.clientWidth ?? 0;
  if (isDark) root.dataset.drawn = "dark";
  if (width > PAPER_WIDTH) {
    root.style.setProperty("--cw-print-width", `${width}px`);
    root.style.setProperty("--cw-print-zoom", String((PAPER_WIDTH - 2) / width));
  }
  return () => {
    delete root.dataset.drawn;
    root.style.removeProperty("--cw-print-width");
    root.style.removeProperty("--cw-print-zoom");
  };
}
