import type { ChartFigure } from "#lib/charts/index.ts";
import { saveFile } from "./save.ts";

/** Keeps a chart as a file. What draws it is loaded when it is first asked for. */

/** @throws Error when the picture cannot be drawn */
export async function exportPng(figure: ChartFigure, name: string): Promise<void> {
  const { renderPng } = await import("./export-render.ts");
  saveFile(await renderPng(figure), name, "png");
}

/** @throws Error when the drawing cannot be made */
export async function exportSvg(figure: ChartFigure, name: string): Promise<void> {
  const { renderSvg } = await import("./export-render.ts");
  saveFile(new Blob([renderSvg(figure)], { type: "image/svg+xml" }), name, "svg");
}

/** @param rows of cells, the header first */
export function exportCsv(rows: readonly (readonly string[])[], name: string): void {
  const text = rows.map((row) => row.map(csvCell).join(",")).join("\n");
  saveFile(new Blob([text, "\n"], { type: "text/csv" }), name, "csv");
}

/** Quoted where it must be; a name that a spreadsheet would take for a formula is kept a text. */
function csvCell(text: string): string {
  const safe = /^[=@]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
