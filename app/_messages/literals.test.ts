import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { MESSAGES } from "./index.ts";

/** No word stands in a component, and no message stands unused: read from the sources as text, with comments taken out. */
const app = fileURLToPath(new URL("../", import.meta.url));
const sources = readdirSync(app, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.includes(".test.") && !file.startsWith("_messages"))
  .map((file) => ({ file, text: withoutComments(readFileSync(join(app, file), "utf8")) }));

/** Names of products and keys, which are the same in every language, and what a person types as it stands. */
const SAME_EVERYWHERE = new Set([
  "Slack",
  "Webhook",
  "EN",
  "中文",
  "Space",
  "https://hooks.slack.com/services/…",
  "https://…",
]);

test("no component has a word of its own", () => {
  const found = sources
    .filter(({ file }) => file.endsWith(".tsx"))
    .flatMap(({ file, text }) =>
      [...textsOf(text), ...labelsOf(text)]
        .filter((words) => /\p{L}{2}/u.test(words) && !SAME_EVERYWHERE.has(words))
        .map((words) => `${file}: ${words}`),
    );
  expect(found).toEqual([]);
});

test("the reader of sources finds what it should find", () => {
  const source =
    '<p title="Open me" data-x="no">Hello {name}, <b>{t("a")}</b> and <i />more</p>; const ok = a < b && c > d;';
  expect(textsOf(source)).toEqual(["Hello", ",", "and", "more"]);
  expect(labelsOf(`${source} <a aria-label={on ? "Yes" : t("no")} alt={"Here"} />`)).toEqual([
    "Open me",
    "Yes",
    "Here",
  ]);
  expect(withoutComments('a("http://x"); // why\n/* and */ b')).toBe('a("http://x"); \n b');
});

/** Messages whose names are put together at run time, or that the server or a library asks for. */
const DYNAMIC = [/^verdict\.(word|sub)\./, /^state\./, /^rail\.delivery\./];

test("every message is used, and every name that is asked for is there", () => {
  const known = namesOf(MESSAGES.en);
  const asked = new Set<string>();
  const patterns: RegExp[] = [...DYNAMIC];
  const wrong: string[] = [];
  for (const { file, text } of sources) {
    const spaces = [...text.matchAll(/useTranslations(?:<[^>]*>)?\(\s*(?:"([\w.-]*)")?\s*\)/g)].map(
      ([, space]) => space ?? "",
    );
    const roots = [...new Set([...spaces, ""])].map((space) => (space ? `${space}.` : ""));
    for (const [, name] of text.matchAll(/["'`]([A-Za-z][\w.-]*)["'`]/g)) {
      for (const root of roots) if (known.has(root + name!)) asked.add(root + name!);
    }
    for (const [, words] of text.matchAll(/`([\w.]*\$\{[^`]*)`/g)) {
      const name = words!.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(".", "\\."));
      // Only what can be a message's name is one.
      if (name.some(Boolean) && name.every((part) => /^[\w.\\]*$/.test(part)))
        for (const root of roots) patterns.push(new RegExp(`^${root.replaceAll(".", "\\.")}${name.join("\\w+")}$`));
    }
    for (const [, name] of text.matchAll(/\bt\(\s*"([\w.-]+)"/g)) {
      if (!roots.some((root) => known.has(root + name!))) wrong.push(`${file}: ${name}`);
    }
    // `MESSAGES[language].app.name`, `const { app } = MESSAGES[…]`: metadata is made where there is no hook.
    if (text.includes("MESSAGES["))
      for (const [, name] of text.matchAll(/\b((?:app|settings|rules)\.\w+)\b/g)) asked.add(name!);
    // `t(group)`: the name is a value of some list in the same namespace.
    for (const [, variable] of text.matchAll(/\bt\(\s*(\w+)\s*[,)]/g)) {
      if (variable)
        for (const root of roots.filter(Boolean)) patterns.push(new RegExp(`^${root.replaceAll(".", "\\.")}\\w+$`));
    }
  }
  const unused = [...known].filter((name) => !asked.has(name) && !patterns.some((pattern) => pattern.test(name)));
  expect({ wrong, unused }).toEqual({ wrong: [], unused: [] });
});

function namesOf(messages: object, path = ""): Set<string> {
  return new Set(
    Object.entries(messages).flatMap(([key, value]) =>
      typeof value === "string" ? [path + key] : [...namesOf(value, `${path}${key}.`)],
    ),
  );
}

/** What stands between tags, trimmed; expressions in braces are no text. */
function textsOf(source: string): string[] {
  const found: string[] = [];
  // A tag ends in `>`; text runs to the next `<` or `{`, and begins after a tag, or after an expression within one.
  for (const [, text] of source.matchAll(
    /(?:<\/?[A-Za-z][\w.]*(?:\s[^<>]*?)?\/?>|(?<=[\w)"'`\]}])\})([^<>{}=;()&|]*)(?=<\/?[A-Za-z]|\{)/g,
  )) {
    const trimmed = text!.replaceAll(/\s+/g, " ").trim();
    const isCode = /[`"]|^,? ?\w+:$/.test(trimmed);
    if (trimmed && !isCode) found.push(trimmed);
  }
  return found;
}

/** Literals in the attributes that people read or hear. */
function labelsOf(source: string): string[] {
  return [
    ...source.matchAll(
      /\b(?:aria-label|aria-description|aria-valuetext|title|placeholder|alt)=(?:"([^"]*)"|\{([^}]*)\})/g,
    ),
  ].flatMap(([, plain, expression]) =>
    plain !== undefined
      ? [plain]
      : [...(expression ?? "").replaceAll(/(?:\b\w+\(|[!=]==)\s*"[^"]*"/g, "").matchAll(/"([^"]*)"/g)].map(
          ([, words]) => words!,
        ),
  );
}

function withoutComments(source: string): string {
  return source.replaceAll(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, text) => text ?? "",
  );
}
