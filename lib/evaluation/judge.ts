import { mkdirSync, writeFileSync } from "node:fs";
import { FLOORS } from "./bounds.ts";
import { noShared } from "./curves.ts";
import { checkFloors } from "./floors.ts";
import { measureFacts } from "./measures/facts.ts";
import { measureForecasts } from "./measures/forecasts.ts";
import { measureCauses, measureSchedules } from "./measures/generated.ts";
import { measureLooks } from "./measures/looks.ts";
import { measureRates } from "./measures/rates.ts";
import { measureGroups } from "./measures/siblings.ts";

/**
 * Scores the diagnosis on real curves and on self-made ones with known cause, prints a table, writes JSON, and fails when a
 * figure falls below the floor that is checked in beside it.
 *
 *     npm run judge -- [--json] [SECTION…]
 */
const SECTIONS: Record<string, { needsShared: boolean; measure: () => unknown }> = {
  sweeps: { needsShared: true, measure: measureRates },
  trainings: { needsShared: true, measure: measureFacts },
  corpus: { needsShared: true, measure: measureLooks },
  siblings: { needsShared: true, measure: measureGroups },
  forecast: { needsShared: true, measure: measureForecasts },
  causes: { needsShared: false, measure: measureCauses },
  schedules: { needsShared: false, measure: measureSchedules },
};

const OUTPUT = new URL("../../node_modules/.cache/curvewatch/judge.json", import.meta.url);

const args = process.argv.slice(2);
const json = args.includes("--json");
const asked = args.filter((arg) => !arg.startsWith("-"));
const unknown = asked.filter((name) => SECTIONS[name] === undefined);
if (unknown.length > 0) {
  console.error(`no section named ${unknown.join(", ")}; there are ${Object.keys(SECTIONS).join(", ")}`);
  process.exit(2);
}

const figures: Record<string, unknown> = {};
for (const [name, { needsShared, measure }] of Object.entries(SECTIONS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  if (needsShared && noShared !== null) {
    console.error(`${name}: skipped, ${noShared}`);
    continue;
  }
  const began = performance.now();
  figures[name] = measure();
  console.error(`${name}: measured in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

const checked = checkFloors(figures, FLOORS);
const result = { ...figures, floors: checked };
mkdirSync(new URL(".", OUTPUT), { recursive: true });
writeFileSync(OUTPUT, `${JSON.stringify(result, null, 1)}\n`);
if (json) console.log(JSON.stringify(result));
else {
  print(figures, "");
  for (const { path, value, relation, bound, holds } of checked) {
    console.log(`${holds ? "ok  " : "FAIL"} ${path} ${value ?? "is missing"} ${relation} ${bound}`);
  }
}
const broken = checked.filter(({ holds }) => !holds);
if (broken.length > 0) {
  console.error(
    `${broken.length} of ${checked.length} floors do not hold: ${broken.map(({ path }) => path).join(", ")}`,
  );
  process.exitCode = 1;
}

/** One line for each group of figures: numbers and lists of numbers beside their names, lists of names below. */
function print(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const entries = Object.entries(value);
  const plain = entries.filter(([, v]) => typeof v !== "object" || v === null || isNumbers(v));
  if (plain.length > 0) {
    const cells = plain.map(([name, v]) => `${name} ${Array.isArray(v) ? v.join(" ") : v}`);
    console.log(`${path.padEnd(34)} ${cells.join(" · ")}`);
  }
  for (const [name, v] of entries) {
    if (Array.isArray(v) && !isNumbers(v)) for (const line of v) console.log(`${path}.${name}: ${line}`);
    else print(v, path === "" ? name : `${path}.${name}`);
  }
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === "number");
}
