import { type LogRecord, QUANTITIES, type Quantity, spelledNumber } from "./records.ts";

/**
 * Formats whose records are rows with named cells: CSV, columns of text, JSON, Python's dicts. Keys are the manifest's
 * `format`; the loss is the cell that the manifest calls the primary metric.
 */
type Table = {
  rows: (text: string, primary: string) => Row[];
  /** The cell with the step; without one, steps are the ordinals of the rows that have a loss. */
  step?: string;
  cells: Partial<Record<Exclude<Quantity, "loss">, string[]>>;
};

/** A cell that is missing, empty or null was not measured. */
type Row = Record<string, unknown>;

const TABLES: Record<string, Table> = {
  "CSV, wide, sparse columns (train rows and eval rows interleaved)": {
    rows: csv,
    step: "global_step",
    cells: { eval: ["validation/loss"], rate: ["lr"], norm: ["grad_norm"] },
  },
  "CSV (Lightning CSVLogger)": { rows: csv, step: "step", cells: { epoch: ["epoch"] } },
  "CSV without header: iteration, loss, learning rate": {
    rows: (text) => csv(`iteration,loss,lr\n${text}`),
    step: "iteration",
    cells: { rate: ["lr"] },
  },
  "CSV (NequIP metrics_epoch)": {
    rows: csv,
    step: "epoch",
    cells: { eval: ["validation_loss"], rate: ["LR"], epoch: ["epoch"] },
  },
  // Every batch has its row, so their ordinals are the steps.
  "CSV (NequIP metrics_batch)": { rows: csv, cells: { epoch: ["epoch"] } },
  "CSV with padded headers (YOLOv5 results.csv)": {
    rows: csv,
    step: "epoch",
    cells: { eval: ["val/obj_loss"], rate: ["x/lr0"], epoch: ["epoch"] },
  },
  "CSV (Ultralytics results.csv)": {
    rows: csv,
    step: "epoch",
    cells: { eval: ["val/cls_loss"], rate: ["lr/pg0"], epoch: ["epoch"] },
  },
  'text, "step loss" pairs': { rows: (text) => columns(`step loss\n${text}`), step: "step", cells: {} },
  "whitespace table with # header (lcurve.out)": {
    rows: (text) => columns(text.replace("#", "")),
    step: "step",
    cells: { eval: ["rmse_val"], rate: ["lr"] },
  },
  "text table: epoch train_loss valid_loss ...": {
    rows: columns,
    step: "epoch",
    cells: { eval: ["valid_loss"], epoch: ["epoch"] },
  },
  "JSON, metric -> {start_step,step_interval,values:{step:value}}": { rows: goldenValues, step: "step", cells: {} },
  "JSON (trainer_state.json, log_history list)": {
    rows: (text) => (JSON.parse(text) as { log_history: Row[] }).log_history,
    step: "step",
    cells: { eval: ["eval_loss"], rate: ["learning_rate"], epoch: ["epoch"] },
  },
  "JSON lines (trainer_log.jsonl)": {
    rows: jsonLines,
    step: "current_steps",
    cells: { rate: ["lr"], epoch: ["epoch"] },
  },
  "JSON lines (train_lr, train_loss, ...)": {
    rows: jsonLines,
    step: "epoch",
    cells: { eval: ["test_loss"], rate: ["train_lr"], epoch: ["epoch"] },
  },
  "python dict per line (HF Trainer console)": {
    rows: dicts,
    cells: { rate: ["learning_rate", "lr"], norm: ["grad_norm"], epoch: ["epoch"] },
  },
};

/** The records of a file, or null when its format is no table. */
export function tableRecords(format: string, text: string, primary: string): LogRecord[] | null {
  const table = TABLES[format];
  if (table === undefined) return null;
  const cells = { loss: [primary], ...table.cells };
  let ordinal = 0;
  return table.rows(text, primary).flatMap((row) => {
    const values = Object.entries(cells).flatMap(([quantity, names]): LogRecord["values"] => {
      const cell = names
        .map((name) => row[name])
        .find((value) => value !== undefined && value !== null && value !== "");
      return cell === undefined ? [] : [[QUANTITIES[quantity as Quantity], spelledNumber(String(cell))]];
    });
    if (values.every(([name]) => name === QUANTITIES.epoch)) return [];
    if (values[0]![0] === QUANTITIES.loss) ordinal += 1;
    return [{ step: table.step === undefined ? ordinal : spelledNumber(String(row[table.step])), values }];
  });
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line.trim() !== "");

function csv(text: string): Row[] {
  return zipped(lines(text).map((line) => line.split(",").map((cell) => cell.trim())));
}

function columns(text: string): Row[] {
  return zipped(lines(text).map((line) => line.trim().split(/\s+/)));
}

function zipped([header, ...rows]: string[][]): Row[] {
  return rows.map((cells) => Object.fromEntries(header!.map((name, i) => [name, cells[i]])));
}

function jsonLines(text: string): Row[] {
  return lines(text).map((line) => JSON.parse(line) as Row);
}

/** Megatron-LM keeps the curves it tests against as one object a metric. */
function goldenValues(text: string, primary: string): Row[] {
  const metrics = JSON.parse(text) as Record<string, { values: Record<string, unknown> }>;
  return Object.entries(metrics[primary]!.values).map(([step, value]) => ({ step, [primary]: value }));
}

function dicts(text: string): Row[] {
  return lines(text).map((line) =>
    Object.fromEntries([...line.matchAll(/'(\w+)': ([^,}]+)/g)].map(([, name, value]) => [name!, value])),
  );
}
