import type { RunConfig } from "../observation.ts";
import { ALIASES, type Field } from "./aliases.ts";

/** A run's config as the rules read it: one name and one type for each hyperparameter, null where it is not known. */
type ValueOf = { number: number; flag: boolean; word: string; text: string };
export type Hyperparameters = { [F in Field]: ValueOf[(typeof ALIASES)[F]["kind"]] | null };

/** Where trainers keep settings of something else under the same names. */
const FOREIGN =
  /(?:^|\.)(?:eval|val|valid|validation|test|generation|generation_config|critic|ref|teacher|ema|zero_optimization)(?:\.|$)/;
/** A key with any of these may be a known name in another dress. */
const UNUSUAL = /[A-Z.-]|^_/;
const DEEPEST = 6;

/** By name: the field it belongs to, and how far down that field's list it stands. */
const LOOKUP = new Map(
  (Object.keys(ALIASES) as Field[]).flatMap((field) =>
    ALIASES[field].names.map((name, place) => [name, { field, place }] as const),
  ),
);

const NONE = Object.fromEntries(Object.keys(ALIASES).map((field) => [field, null])) as Hyperparameters;

/** Reads what it can; a key that it does not know, or a value that is none, is left alone. */
export function readHyperparameters(config: RunConfig): Hyperparameters {
  const found = { ...NONE };
  const places = new Map<Field, number>();
  for (const key of Object.keys(config)) {
    const known = lookUp(key);
    if (known === null || known.place >= (places.get(known.field) ?? Number.POSITIVE_INFINITY)) continue;
    const value = READ[ALIASES[known.field].kind](config[key]!);
    if (value === null) continue;
    places.set(known.field, known.place);
    Object.assign(found, { [known.field]: value });
  }
  return found;
}

/** The field a key stands for: by the longest ending of it that is a name. */
function lookUp(key: string): { field: Field; place: number } | null {
  const direct = LOOKUP.get(key);
  if (direct !== undefined) return direct;
  if (!UNUSUAL.test(key)) return null;
  const whole = key.toLowerCase().replaceAll("-", "_").replace(/^_+/, "");
  for (let start = 0, depth = 0; depth < DEEPEST; depth++) {
    const known = LOOKUP.get(whole.slice(start));
    if (known !== undefined) return FOREIGN.test(whole.slice(0, start)) ? null : known;
    const dot = whole.indexOf(".", start);
    if (dot < 0) return null;
    start = dot + 1;
  }
  return null;
}

type Raw = RunConfig[string];

const NOTHING = new Set(["", "none", "null", "nil", "undefined", "auto", "~", "[]", "{}", "n/a"]);
const NUMBER = /^[-+]?(?:\d[\d_]*(?:,\d{3})*(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i;

/** `"5e-05"`, `"1_000"`, `"4,194,304"` are numbers; `"None"`, `"auto"` and words are not. */
export function toNumber(raw: Raw): number | null {
  if (typeof raw === "number") return Number.isFinite(raw) ? raw : null;
  if (typeof raw !== "string") return null;
  const text = raw.trim();
  if (text.length > 40 || !NUMBER.test(text)) return null;
  const value = Number(text.replaceAll(/[_,]/g, ""));
  return Number.isFinite(value) ? value : null;
}

function toFlag(raw: Raw): boolean | null {
  if (typeof raw === "boolean") return raw;
  if (raw === 1 || raw === 0) return raw === 1;
  if (typeof raw !== "string") return null;
  const text = raw.trim().toLowerCase();
  if (/^(?:true|yes|on|1)$/.test(text)) return true;
  return /^(?:false|no|off|0)$/.test(text) ? false : null;
}

function toText(raw: Raw): string | null {
  if (typeof raw !== "string") return null;
  const text = raw.trim().replace(/^(['"])(.*)\1$/, "$2");
  return NOTHING.has(text.toLowerCase()) ? null : text;
}

function toWord(raw: Raw): string | null {
  if (typeof raw === "number") return String(raw);
  const text = toText(raw)
    ?.toLowerCase()
    .replace(/[<>' ]/g, "");
  if (text === undefined) return null;
  // A path or version keeps its dots; an enum or class counts by its last part.
  return /^[a-z_]\w*(?:\.[a-z_]\w*)+$/.test(text) ? text.slice(text.lastIndexOf(".") + 1) : text;
}

const READ: { [K in keyof ValueOf]: (raw: Raw) => ValueOf[K] | null } = {
  number: toNumber,
  flag: toFlag,
  word: toWord,
  text: toText,
};

/** Trainers whose defaults we know; the Hugging Face one includes what is built on it. */
export type Trainer = "hugging-face" | "megatron";

export function trainerOf(config: RunConfig): Trainer | null {
  if ("per_device_train_batch_size" in config || "num_train_epochs" in config) return "hugging-face";
  const isMegatron =
    "micro_batch_size" in config && ("train_iters" in config || "tensor_model_parallel_size" in config);
  return isMegatron ? "megatron" : null;
}

/** What a trainer fills in for a value that is not set, as it is written; null where there is none that we know. */
export function trainerDefault(trainer: Trainer, field: Field): string | null {
  return (trainer === "megatron" ? MEGATRON : HUGGING_FACE)[field] ?? null;
}

const HUGGING_FACE: Partial<Record<Field, string>> = {
  learningRate: "5e-5",
  beta1: "0.9",
  beta2: "0.999",
  epsilon: "1e-8",
  weightDecay: "0",
  clipNorm: "1.0",
  scheduler: "linear",
  warmupSteps: "0",
  epochs: "3",
  accumulation: "1",
  checkpointing: "off",
  logEvery: "500",
};

const MEGATRON: Partial<Record<Field, string>> = {
  beta1: "0.9",
  beta2: "0.999",
  epsilon: "1e-8",
  weightDecay: "0.01",
  clipNorm: "1.0",
  dropout: "0.1",
  logEvery: "100",
};
