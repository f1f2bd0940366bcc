import { parseNumber } from "#lib/protocol/index.ts";
import type { Dialect } from "./dialect.ts";
import { openColumns } from "./places.ts";
import { type Pairs, record } from "./record.ts";

const HEADER = /^epoch {2,8}train_loss {2,8}\S[^:=]{1,400}$/;
const NAME = /\S+/g;
const ROW = /^(\d{1,9})(?: {2,}|$)/;
const DURATION = /^\d{1,3}:\d\d(?::\d\d)?$/;

/**
 * fastai's table: a header `epoch     train_loss  valid_loss  accuracy  time` for every fit and a row for every epoch. Columns
 * have the width of their name, at least 8, and a missing value is an empty cell, so rows are cut where the names begin. The
 * rows replace a bar on the same physical line. `fastai/fastprogress:fastprogress/fastprogress.py`
 */
export const fastai: Dialect = {
  mayRead: ({ text }, { places }) => places.columns?.of === "fastai" || text.includes("train_loss"),
  read(line, { places }) {
    const text = line.message;
    if (HEADER.test(text)) {
      const names = [...text.matchAll(NAME)];
      const starts = names.map(({ index }) => index);
      const isKnown = openColumns(places, "fastai", names.map(String), starts);
      return isKnown ? [] : null;
    }
    const table = places.columns?.of === "fastai" ? places.columns : null;
    if (!table || !ROW.test(text)) return null;
    const pairs: Pairs = { keys: [], fields: [] };
    for (const [i, name] of table.names.entries()) {
      const cell = text.slice(table.starts[i], table.starts[i + 1]).trim();
      if (cell === "" || DURATION.test(cell)) continue;
      const value = parseNumber(cell);
      // A row of words is no row of this table.
      if (value === null) return null;
      pairs.keys.push(name);
      pairs.fields.push(value);
    }
    const epoch = pairs.fields[0];
    if (typeof epoch !== "number" || pairs.keys.length < 2) return null;
    return record(line, "fastai", pairs, { step: epoch, stepIsEpoch: true });
  },
};
