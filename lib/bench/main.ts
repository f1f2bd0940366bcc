import { benchAlerts } from "./alerts.ts";
import { benchDiagnosis } from "./diagnosis.ts";
import { type Bench, type Figure, machine } from "./figure.ts";
import { benchImport } from "./import.ts";
import { benchPage } from "./page.ts";
import { benchParse } from "./parse.ts";

/** `npm run bench -- NAME [--json] [--mb=N]`: measures, prints, and fails when a figure misses its target. */
const BENCHES: Record<string, Bench> = {
  alerts: benchAlerts,
  diagnosis: benchDiagnosis,
  import: benchImport,
  page: benchPage,
  parse: benchParse,
};

const args = process.argv.slice(2);
const json = args.includes("--json");
const names = args.filter((arg) => !arg.startsWith("--"));
const megabytes = Number(args.find((arg) => arg.startsWith("--mb="))?.slice(5) ?? 50);
const unknown = names.filter((name) => BENCHES[name] === undefined);
if (names.length === 0 || unknown.length > 0) {
  console.error(`usage: npm run bench -- NAME [--json] [--mb=N]; benches: ${Object.keys(BENCHES).join(", ")}`);
  process.exit(2);
}
for (const name of names) {
  const figures = await BENCHES[name]!({ megabytes });
  if (json) console.log(JSON.stringify({ bench: name, machine: machine(), figures }));
  else for (const figure of figures) console.log(lineOf(figure));
  if (figures.some(({ pass }) => !pass)) process.exitCode = 1;
}

function lineOf({ name, value, unit, spread, runs, control, ratio, target, pass }: Figure): string {
  const range = runs > 1 ? ` (${spread[0]}–${spread[1]}, ${runs} runs)` : "";
  const held = control === null ? "" : `, ${ratio} of control ${control}`;
  return `${pass ? "ok  " : "MISS"} ${name.padEnd(24)} ${value} ${unit}${range}${held}, target ${target}`;
}
