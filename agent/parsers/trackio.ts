import { scanLiteral } from "./literal.ts";
import { type Reading, readPairs } from "./reading.ts";

/**
 * One row of a Trackio database as JSON, with its step and time in front. Numbers that are not finite are texts, as its writer
 * keeps them; what has a `_type` (tables, images) is no metric. `gradio-app/trackio:trackio/sqlite_storage.py`.
 */
export function readTrackioRow(text: string): Reading[] {
  const literal = text.startsWith("{") ? scanLiteral(text, 0) : null;
  if (!literal) return [];
  const typed = literal.keys.filter((key) => key.endsWith("/_type")).map((key) => key.slice(0, -"_type".length));
  const kept = literal.keys.flatMap((key, i) => (typed.some((prefix) => key.startsWith(prefix)) ? [] : [i]));
  const keys = kept.map((i) => literal.keys[i]!);
  const reading = readPairs(
    "trackio",
    keys,
    kept.map((i) => literal.fields[i] ?? null),
    { anyMetric: true },
  );
  return reading ? [reading] : [];
}
