import { z } from "zod";
import { isStep, isStepKey, METRIC, meaningOf, namesOfSet, parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line } from "./dialect.ts";
import { type Field, type Reading, readPairs } from "./reading.ts";

/**
 * Tables with a header row: Lightning's and Keras's CSV loggers, timm's summary, spreadsheets. Empty cells are absent. With
 * `;` or tab between cells a comma is a decimal sign as soon as one cell shows it, from then on for the whole file.
 */
export const csvStateSchema = z
  .object({
    separator: z.enum([",", ";", "\t"]),
    columns: z.array(z.string()),
    decimalComma: z.boolean(),
  })
  .nullable();
export type CsvState = z.infer<typeof csvStateSchema>;

/** Columns beyond this many UTF-8 bytes of header are not read: the reader's state must stay small. */
const HEADER_BYTES = 2200;
const MAX_COLUMNS = 1000;
/** In a file not named as a table, a header further down is taken for prose. */
const HEADER_WITHIN_LINES = 3;

export const csv: Dialect = {
  mayRead: (line, { csv: table }) => table !== null || line.isTableFile || line.number <= HEADER_WITHIN_LINES,
  read(line, memory) {
    const text = line.text.replace(/^\ufeff/, "");
    const header = findHeader(text, line);
    if (header) {
      memory.csv = header;
      return [];
    }
    if (!memory.csv) return null;
    const reading = readRow(text, memory.csv, line);
    return reading ? [reading] : line.isTableFile ? [] : null;
  },
};

/**
 * Splits one row into at most `limit` cells; doubled quotes inside a quoted cell are one. Line breaks inside cells are not
 * supported.
 */
export function splitRow(row: string, separator: string, limit: number): string[] {
  const cells: string[] = [];
  let start = 0;
  while (start <= row.length && cells.length < limit) {
    if (row[start] === '"') {
      let end = row.indexOf('"', start + 1);
      while (end >= 0 && row[end + 1] === '"') end = row.indexOf('"', end + 2);
      const close = end < 0 ? row.length : end;
      cells.push(row.slice(start + 1, close).replaceAll('""', '"'));
      const next = row.indexOf(separator, close);
      if (next < 0) return cells;
      start = next + 1;
    } else {
      const next = row.indexOf(separator, start);
      cells.push(row.slice(start, next < 0 ? row.length : next).trim());
      if (next < 0) return cells;
      start = next + 1;
    }
  }
  return cells;
}

function findHeader(text: string, { isTableFile, evaluationSet: set }: Line): CsvState {
  for (const separator of [";", "\t", ","] as const) {
    if (!text.includes(separator)) continue;
    const cells = splitRow(text, separator, MAX_COLUMNS);
    const isHeader = cells.length > 1 && cells.every(isColumnName) && cells.some(isKnownColumn);
    // Prose has commas too: outside a table's file, names are single words.
    if (isHeader && !isTableFile && cells.some((cell) => cell.includes(" "))) return null;
    if (!isHeader) continue;
    const columns: string[] = [];
    let bytes = 0;
    for (const cell of set === null ? cells : namesOfSet(set, cells)) {
      bytes += Buffer.byteLength(JSON.stringify(cell)) + 1;
      if (bytes > HEADER_BYTES) break;
      columns.push(cell);
    }
    return { separator, columns, decimalComma: false };
  }
  return null;
}

const isColumnName = (cell: string): boolean =>
  cell !== "" && cell.length <= 200 && /^[^\d\s{}=:'"][^{}='"]*$/.test(cell) && parseNumber(cell) === null;

function isKnownColumn(cell: string): boolean {
  const meaning = meaningOf(cell);
  if (meaning.role !== "value") return meaning.role === "step";
  const { name } = meaning;
  return [METRIC.trainLoss, METRIC.evalLoss, METRIC.epoch, METRIC.learningRate].some((known) => known === name);
}

function readRow(text: string, table: NonNullable<CsvState>, line: Line): Reading | null {
  const cells = splitRow(text, table.separator, table.columns.length);
  if (table.separator !== "," && cells.some((cell) => DECIMAL_COMMA.test(cell))) table.decimalComma = true;
  const fields = cells.map((cell): Field => (cell === "" ? null : numberIn(cell, table.decimalComma)));
  if (fields.every((field) => typeof field !== "number")) return null;
  const isWhole = cells.length === table.columns.length && fields.every((field) => typeof field !== "string");
  if (!line.isTableFile && !isWhole) return null;
  const hasClock = table.columns.some(isStepKey) || table.columns.some(isEpoch);
  const keys =
    hasClock || !isStep(Number(cells[0])) || cells[0] === "" ? table.columns : ["step", ...table.columns.slice(1)];
  const reading = readPairs("csv", keys, fields, { anyMetric: true, isEvaluation: line.evaluationSet !== null });
  if (!reading) return null;
  if (reading.step === null && isStep(reading.epoch) && !keys.some(isStepKey)) {
    reading.step = reading.epoch;
    reading.stepIsEpoch = true;
  }
  return reading;
}

const isEpoch = (column: string): boolean => {
  const meaning = meaningOf(column);
  return meaning.role === "value" && meaning.name === METRIC.epoch;
};

const DECIMAL_COMMA = /^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:[eE][+-]?\d+)?$/;
const THOUSANDS_POINT = /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$/;

function numberIn(cell: string, decimalComma: boolean): Field {
  if (!decimalComma) return parseNumber(cell) ?? cell;
  if (DECIMAL_COMMA.test(cell) || THOUSANDS_POINT.test(cell)) {
    return parseNumber(cell.replaceAll(".", "").replace(",", "."));
  }
  return parseNumber(cell) ?? cell;
}
