import { readFileSync } from "node:fs";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { VERDICTS } from "#lib/protocol/index.ts";
import { VERDICT_ART as PAGE_ART } from "../../app/_components/verdict-art.tsx";
import { LIGHT, TINT } from "./tokens.ts";
import { VERDICT_ART } from "./verdict-art.ts";

const css = readFileSync(new URL("../../app/tokens.css", import.meta.url), "utf8");

test("a report has the pages' light colours", () => {
  for (const [name, value] of Object.entries(LIGHT)) {
    expect(css, name).toContain(`--cw-${name}: light-dark(${value},`);
  }
  expect(css).toContain(`--cw-tint: ${TINT.chip * 100}%`);
  expect(css).toContain(`--cw-tint-strong: ${TINT.ribbon * 100}%`);
});

test("a report draws verdicts as the pages do", () => {
  for (const verdict of VERDICTS) {
    const { icon, tile } = PAGE_ART[verdict];
    expect(VERDICT_ART[verdict].icon, verdict).toBe(renderToStaticMarkup(icon));
    expect(VERDICT_ART[verdict].tile, verdict).toEqual({ width: tile.width, body: renderToStaticMarkup(tile.body) });
  }
});
