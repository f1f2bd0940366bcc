import { isStep, parseNumber } from "#lib/protocol/index.ts";
import type { Dialect, Line, Memory } from "./dialect.ts";
import { scanLiteral } from "./literal.ts";
import { type Field, type Reading, readPairs } from "./reading.ts";

/**
 * JSON lines of programs that count in their own way. What any other program writes is read in `json-lines.ts`.
 *
 * - MMEngine `vis_data/scalars.json`: an evaluation's `step` is the epoch where the loop counts epochs, and it has no `iter`.
 *   `open-mmlab/mmengine:mmengine/visualization/vis_backend.py`
 * - MMCV 1.x `<time>.log.json`: `iter` begins again in each epoch, or counts batches of the evaluation.
 *   `open-mmlab/mmcv` (1.x) `mmcv/runner/hooks/logger/text.py`
 * - DeiT, MAE and their kin, `log.txt`: one line an epoch, and nothing counts but the epoch. `facebookresearch/deit:main.py`
 * - Keras, `json.dump(history.history, file)`: a list for each metric with a value for each epoch, which count from 0.
 *   `keras-team/keras:keras/src/callbacks/history.py`
 * - Ray Tune `result.json`: `training_iteration`, with the trial's settings beside the results.
 *   `ray-project/ray:python/ray/tune/logger/json.py`
 */
export const jsonPrograms: Dialect = {
  mayRead: ({ text }) => text.startsWith('{"'),
  read(line: Line, memory: Memory) {
    const program = PROGRAMS.find(({ signs }) => signs.every((sign) => line.text.includes(sign)));
    const literal = program && scanLiteral(line.text, 0);
    if (!literal) return null;
    const reading = program.read(new Map(literal.keys.map((key, i) => [key, literal.fields[i] ?? null])), memory);
    return Array.isArray(reading) ? reading : reading && [reading];
  },
};

type Pairs = Map<string, Field>;
/** `signs` are in the text of every line; null leaves the line to other dialects. */
type Program = { signs: string[]; read(pairs: Pairs, memory: Memory): Reading | Reading[] | null };

const mmengine: Program = {
  signs: ['"data_time"', '"step"'],
  read(pairs, { steps }) {
    const step = pairs.get("step");
    if (pairs.has("iter") || pairs.has("epoch") || pairs.has("loss") || !pairs.has("time") || step === undefined)
      return null;
    const reading = readAll("jsonl", pairs);
    if (!reading || steps.last === null || !isStep(reading.step)) return reading;
    // An epoch's number lies behind the iterations that training has come to.
    return { ...reading, kind: "eval", step: reading.step < steps.last ? null : reading.step };
  },
};

const mmcv: Program = {
  signs: ['"mode"', '"iter"'],
  read(pairs, { places }) {
    const [mode, epoch, done] = [pairs.get("mode"), pairs.get("epoch"), pairs.get("iter")];
    if (mode !== "train" && mode !== "val") return null;
    if (typeof epoch !== "number" || typeof done !== "number" || !isStep(epoch) || !isStep(done)) return null;
    pairs.delete("iter");
    const reading = readAll("mmcv", pairs);
    if (!reading) return null;
    if (mode === "val") return { ...reading, kind: "eval" };
    const known = places.epoch;
    // How long an epoch is stands nowhere: as long as its highest count, which the next one begins after.
    const isNext = known !== null && epoch > known.number && done <= known.length;
    const before = isNext ? known.before + known.length : known !== null && epoch >= known.number ? known.before : 0;
    const length = isNext || known === null || epoch < known.number ? done : Math.max(done, known.length);
    if (!isStep(before + done)) return null;
    places.epoch = { number: epoch, before, length };
    return { ...reading, kind: "train", step: before + done };
  },
};

const OF_AN_EPOCH = /^(?:train|test|val|valid|eval)_|^(?:epoch|n_parameters|now|epoch_time)$/;

const deit: Program = {
  signs: ['"train_loss"', '"epoch"'],
  read(pairs) {
    const epoch = pairs.get("epoch");
    if (typeof epoch !== "number" || !isStep(epoch) || ![...pairs.keys()].every((key) => OF_AN_EPOCH.test(key)))
      return null;
    if (pairs.has("train_runtime")) return null;
    const reading = readAll("jsonl", pairs);
    return reading?.step === null ? { ...reading, step: epoch, stepIsEpoch: true } : null;
  },
};

/** What Ray notes of the trial itself. */
const OF_THE_TRIAL =
  /^config\/|^(?:date|done|hostname|node_ip|pid|time_since_restore|timesteps_since_restore|iterations_since_restore|timestamp|time_total_s)$/;

const rayTune: Program = {
  signs: ['"training_iteration"'],
  read(pairs) {
    const told = [...pairs].filter(([key]) => !OF_THE_TRIAL.test(key) && key !== "training_iteration");
    const step = pairs.get("training_iteration") ?? null;
    const reading = readAll("jsonl", new Map([["step", step] as const, ...told.filter(([key]) => key !== "step")]));
    if (!reading) return null;
    const at = pairs.get("timestamp");
    return typeof at === "number" ? { ...reading, at: at * 1000 } : reading;
  },
};

const MAX_EPOCHS = 20_000;

const keras: Program = {
  signs: ['"loss"', "["],
  read(pairs) {
    const columns = [...pairs].map(([, field]) => (typeof field === "string" ? numbersIn(field) : null));
    const epochs = columns[0]?.length ?? 0;
    if (epochs === 0 || epochs > MAX_EPOCHS || columns.some((column) => column?.length !== epochs)) return null;
    const keys = [...pairs.keys()];
    const readings = Array.from({ length: epochs }, (_, epoch) => {
      const values = columns.map((column) => column?.[epoch] ?? null);
      const reading = readPairs("keras-history", keys, values, { anyMetric: true });
      return reading && { ...reading, step: epoch, stepIsEpoch: true };
    });
    return readings.filter((reading) => reading !== null);
  },
};

/** The numbers of a plain list; null when anything else is in it. */
function numbersIn(list: string): number[] | null {
  if (!list.startsWith("[") || !list.endsWith("]")) return null;
  const numbers: number[] = [];
  for (const cell of list.slice(1, -1).split(",")) {
    const value = parseNumber(cell.trim());
    if (value === null) return null;
    numbers.push(value);
  }
  return numbers;
}

const PROGRAMS: readonly Program[] = [mmengine, mmcv, deit, rayTune, keras];

const readAll = (format: string, pairs: Pairs): Reading | null =>
  readPairs(format, [...pairs.keys()], [...pairs.values()], { anyMetric: true });
