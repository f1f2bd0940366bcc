import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The faces a report carries in itself, Latin only (80 kB): Chinese is set in the reader's own fonts. */
const FACES = [
  { family: "B612", weight: "400", file: "@fontsource/b612/files/b612-latin-400-normal.woff2" },
  { family: "B612", weight: "700", file: "@fontsource/b612/files/b612-latin-700-normal.woff2" },
  {
    family: "IBM Plex Sans Variable",
    weight: "100 700",
    file: "@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2",
  },
] as const;

let css: string | null = null;

/**
 * `@font-face` rules with the fonts inside; read from the installed packages once.
 *
 * @throws Error when the fonts are not installed
 */
export function fontFaces(): string {
  const { resolve } = createRequire(import.meta.url);
  css ??= FACES.map(({ family, weight, file }) => {
    const data = readFileSync(resolve(file)).toString("base64");
    return `@font-face{font-family:"${family}";font-weight:${weight};src:url(data:font/woff2;base64,${data}) format("woff2")}`;
  }).join("\n");
  return css;
}
