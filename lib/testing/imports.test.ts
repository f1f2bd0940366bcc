import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Which folder may import which, in one direction only. `types:` marks an import that must vanish when types do. */
const root = fileURLToPath(new URL("../../", import.meta.url));
const PURE = ["lib/protocol", "lib/core"];
const MAY_IMPORT: Record<string, string[]> = {
  "lib/protocol": [],
  "lib/core": ["lib/protocol"],
  "lib/diagnosis": PURE,
  "lib/charts": PURE,
  "lib/store": PURE,
  "lib/alerts": [...PURE, "lib/rules"],
  "lib/rules": PURE,
  "lib/report": [...PURE, "lib/diagnosis", "lib/charts"],
  "lib/server": [...PURE, "lib/alerts", "lib/rules", "lib/diagnosis", "lib/charts", "lib/store", "lib/report"],
  "lib/evaluation": [...PURE, "lib/diagnosis", "agent/parsers"],
  "lib/bench": [...PURE, "lib/diagnosis", "agent/parsers"],
  "lib/testing": [...PURE, "lib/diagnosis", "lib/charts", "lib/store", "lib/server", "lib/report"],
  "app/_server": [...PURE, "lib/server", "types:lib/diagnosis"],
  app: [...PURE, "lib/charts", "types:lib/diagnosis"],
  agent: ["lib/protocol"],
  "agent/parsers": ["lib/protocol"],
  "agent/cli": [...PURE, "lib/diagnosis", "lib/report", "dynamic:lib/server"],
};

type Import = { file: string; target: string; kind: "static" | "types" | "dynamic" };

test("imports point one way", () => {
  const wrong = sources()
    .flatMap(importsOf)
    .filter((found) => !allowed(found));
  expect(wrong).toEqual([]);
});

test("the shipping agent loads neither server nor diagnosis", () => {
  const agent = importsOf("agent/agent.ts").map(({ target }) => target);
  expect(agent).toContain("lib/protocol/index.ts");
  expect(agent.filter((target) => target.startsWith("lib/") && !target.startsWith("lib/protocol/"))).toEqual([]);
});

test("a folder is entered by its front door", () => {
  const inner = sources()
    .filter((file) => !file.includes(".test.") && !file.startsWith("e2e/"))
    .flatMap(importsOf)
    .filter(({ file, target }) => {
      const [from, to] = [folderOf(file), folderOf(target)];
      return from !== to && to.startsWith("lib/") && !target.endsWith("/index.ts") && !isRuntimeDoor(file, target);
    });
  expect(inner).toEqual([]);
});

/** Pages reach the running process through this one module; the rest of the server must not be bundled with them. */
function isRuntimeDoor(file: string, target: string): boolean {
  return file.startsWith("app/_server/") && target === "lib/server/runtime.ts";
}

function allowed({ file, target, kind }: Import): boolean {
  const [from, to] = [folderOf(file), folderOf(target)];
  if (from === to || file.includes(".test.")) return true;
  if (!target.startsWith("lib/") && target.split("/")[0] === file.split("/")[0]) return true;
  const rules = MAY_IMPORT[from] ?? [];
  return (
    rules.includes(to) ||
    (kind === "types" && (rules.includes(`types:${to}`) || rules.includes(`dynamic:${to}`))) ||
    (kind === "dynamic" && rules.includes(`dynamic:${to}`))
  );
}

function folderOf(path: string): string {
  const parts = path.split("/");
  const two = parts.slice(0, 2).join("/");
  return parts[0] === "lib" || two in MAY_IMPORT ? two : (parts[0] as string);
}

function sources(): string[] {
  return ["lib", "app", "agent"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => posix.join(folder, name.replaceAll("\\", "/"))),
  );
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const found: Import[] = [];
  for (const [, words = "", name = ""] of text.matchAll(/^(?:import|export)\s([^;"']*?)from\s+"([^"]+)"/gm)) {
    found.push({ file, target: resolve(file, name), kind: words.startsWith("type ") ? "types" : "static" });
  }
  for (const [, name = ""] of text.matchAll(/\bimport\("([^"]+)"\)/g))
    found.push({ file, target: resolve(file, name), kind: "dynamic" });
  return found.filter(({ target }) => target !== "");
}

/** Path of an import of our own, from the root; empty for packages and styles. */
function resolve(file: string, name: string): string {
  if (!/\.tsx?$/.test(name)) return "";
  if (name.startsWith("#lib/")) return name.slice(1);
  return name.startsWith(".") ? posix.normalize(posix.join(posix.dirname(file), name)) : "";
}
