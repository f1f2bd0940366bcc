import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { VERDICTS } from "#lib/protocol/index.ts";
import { CATALOGUE } from "./catalogue.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const FOLDERS = ["lib/diagnosis", "lib/alerts", "lib/rules"];
/** Ids of the review (never pushed), and names of rules that only speak under other ids. */
const NOT_SAID = /^(?:hp\.|lr\.cause$|spike$)/;
const ID = /"((?:nan|inf|lr|fp16|zero|const|missing|loss|grad|pace|run|early_stop|gpu|disk)\.[a-z_]+)"/g;

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/\.test\.ts$|review|channels|catalogue|config/.test(name))
    .map((name) => join(root, folder, name)),
);

test("every id that can be said is in the catalogue, and nothing else is", () => {
  const said = sources.flatMap((file) => [...readFileSync(file, "utf8").matchAll(ID)].map(([, id]) => id as string));
  const possible = new Set([
    ...said.filter((id) => !NOT_SAID.test(id)),
    ...VERDICTS.filter((name) => name !== "reading"),
    // Said of a judgement: `lr.${judgement}`; and of a state: `run.${state}`.
    ...["lr.too_high", "lr.too_low", "run.finished", "run.failed"],
  ]);
  expect(CATALOGUE.map(({ id }) => id).toSorted()).toEqual([...possible].toSorted());
});

test("each has its own words in both languages", () => {
  for (const language of ["en", "zh-CN"] as const) {
    const titles = CATALOGUE.map(({ title }) => title[language]);
    expect(new Set(titles).size, language).toBe(titles.length);
    for (const { id, text } of CATALOGUE) expect(text[language], id).toMatch(language === "en" ? /\.$/ : /。$/);
  }
});
