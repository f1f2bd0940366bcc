import { isMetricName, isStep, isStepKey, METRIC, meaningOf, parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { openColumns } from "./places.ts";
import { record } from "./record.ts";

/**
 * Tables in columns of blanks under a header that begins with `#`, as DeePMD-kit's `lcurve.out` has it:
 * `#  step      rmse_val    rmse_trn    lr`. `deepmodeling/deepmd-kit:deepmd/pt/train/training.py` (print_header).
 * The first column counts steps, or epochs. Other lines with `#` are remarks.
 */
const HASH = 0x23;
const MAX_CHARS = 2000;

export const hashTable: Dialect = {
  mayRead: ({ text }, { places }) => text.charCodeAt(0) === HASH || places.columns?.of === "hash-table",
  read(line, { places }) {
    const { text } = line;
    if (text.length > MAX_CHARS) return null;
    if (text.charCodeAt(0) === HASH) {
      const names = text.slice(1).trim().split(/\s+/);
      if (names.length < 3 || !isHeader(names)) return null;
      return openColumns(places, "hash-table", names, []) ? [] : null;
    }
    const { names } = places.columns!;
    const cells = text.trim().split(/\s+/);
    const fields = cells.map(parseNumber);
    if (cells.length !== names.length || fields.includes(null)) return null;
    const readings = record(line, "hash-table", { keys: names, fields });
    const [reading] = readings ?? [];
    if (!reading || reading.step !== null || !isStep(reading.epoch)) return readings;
    return [{ ...reading, step: reading.epoch, stepIsEpoch: true }];
  },
};

function isHeader(names: readonly string[]): boolean {
  const [first = ""] = names;
  const meaning = meaningOf(first);
  const counts = isStepKey(first) || (meaning.role === "value" && meaning.name === METRIC.epoch);
  const isMeasured = names.some((name) => isMetricName(name) || /^(?:lr|rmse|mae|l2)(?:_|$)/.test(name));
  return counts && isMeasured && names.every((name) => /^[A-Za-z]\w*$/.test(name));
}
