import { doubleOf, floatOf, packedVarints, protoFields, protoText, viewOf } from "./protobuf.ts";
import { type Reading, readPairs } from "./reading.ts";

/**
 * One event of TensorBoard: its scalars, as PyTorch writes them (`simple_value`) and as TensorFlow 2 and Keras do (a tensor of
 * one number). Histograms, texts, images and hyperparameters are no scalars. A zero step is not on the wire.
 * `tensorflow/tensorboard:tensorboard/compat/proto/event.proto`, `summary.proto`, `tensor.proto`.
 *
 * Keras writes `train/` and `validation/` folders with the same tags: there the folder tells what is evaluation.
 */
export function readEvent(event: Uint8Array, isEvaluation: boolean): Reading[] {
  let step = 0;
  let at = Number.NaN;
  const scalars = new Map<string, number>();
  for (const field of protoFields(event)) {
    if (field.number === 1) at = Math.round(doubleOf(field.bytes) * 1000);
    if (field.number === 2) step = field.value;
    if (field.number === 5) readSummary(field.bytes, scalars);
  }
  if (scalars.size === 0 || step < 0) return [];
  const tags = [...scalars.keys()].map((tag) => nameOf(tag, isEvaluation));
  const reading = readPairs("tfevents", ["step", ...tags], [step, ...scalars.values()], {
    anyMetric: true,
    isEvaluation,
  });
  return reading ? [{ ...reading, at: at >= EARLIEST ? at : Number.NaN }] : [];
}

/** Of a wall clock, epoch ms: 2001. */
const EARLIEST = 1e12;
/** Keras's `epoch_loss` has epochs for steps, and is the loss. */
const KERAS: Record<string, string> = { epoch_loss: "loss", epoch_learning_rate: "learning_rate", epoch_lr: "lr" };

function nameOf(tag: string, isEvaluation: boolean): string {
  const name = KERAS[tag] ?? tag;
  return isEvaluation && name === tag && !/^(?:val|valid|validation|eval|test)[_/]/.test(tag) ? `val_${tag}` : name;
}

function readSummary(summary: Uint8Array, scalars: Map<string, number>): void {
  for (const { number, bytes } of protoFields(summary)) {
    if (number !== 1) continue;
    const scalar = readValue(bytes);
    if (scalar && scalar.tag !== "") scalars.set(scalar.tag, scalar.value);
  }
}

function readValue(message: Uint8Array): { tag: string; value: number } | null {
  let tag = "";
  let value: number | null = null;
  let plugin = "";
  for (const { number, bytes } of protoFields(message)) {
    if (number === 1) tag = protoText(bytes);
    if (number === 2) value = floatOf(bytes);
    if (number === 8) value = readTensor(bytes);
    if (number === 9) plugin = pluginOf(bytes);
  }
  // The plugin is named with the first event of a tag only; what the others hold tells too.
  return value !== null && (plugin === "" || plugin === "scalars") ? { tag, value } : null;
}

function pluginOf(metadata: Uint8Array): string {
  for (const { number, bytes } of protoFields(metadata)) {
    if (number !== 1) continue;
    for (const field of protoFields(bytes)) if (field.number === 1) return protoText(field.bytes);
  }
  return "";
}

const FLOAT = 1;
const DOUBLE = 2;
const INT32 = 3;
const INT64 = 9;
const BFLOAT16 = 14;
const HALF = 19;
const BYTES: Record<number, number> = { [FLOAT]: 4, [DOUBLE]: 8, [INT32]: 4, [INT64]: 8, [BFLOAT16]: 2, [HALF]: 2 };

/** A tensor of one number without dimensions (or of length one); null for any other. */
function readTensor(message: Uint8Array): number | null {
  let type = 0;
  let isScalar = true;
  let value: number | null = null;
  for (const { number, value: word, bytes } of protoFields(message)) {
    if (number === 1) type = word;
    else if (number === 2) isScalar = isScalarShape(bytes);
    else if (number === 4) value = contentOf(type, bytes);
    else if (number === 5) value = floatOf(bytes);
    else if (number === 6) value = doubleOf(bytes);
    else if (number === 7 || number === 10) value = bytes.length > 0 ? (packedVarints(bytes)[0] ?? null) : word;
    else if (number === 13) value = halfOf(type, bytes.length > 0 ? (packedVarints(bytes)[0] ?? 0) : word);
  }
  return isScalar && type in BYTES ? value : null;
}

function isScalarShape(shape: Uint8Array): boolean {
  for (const { number, bytes } of protoFields(shape)) {
    if (number !== 2) continue;
    for (const size of protoFields(bytes)) if (size.number === 1 && size.value !== 1) return false;
  }
  return true;
}

function contentOf(type: number, bytes: Uint8Array): number | null {
  if (bytes.length !== BYTES[type]) return null;
  const view = viewOf(bytes);
  switch (type) {
    case FLOAT:
      return view.getFloat32(0, true);
    case DOUBLE:
      return view.getFloat64(0, true);
    case INT32:
      return view.getInt32(0, true);
    case INT64:
      return Number(view.getBigInt64(0, true));
    default:
      return halfOf(type, view.getUint16(0, true));
  }
}

/** A number of 16 bits. */
function halfOf(type: number, bits: number): number {
  if (type === BFLOAT16) {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint16(2, bits, true);
    return view.getFloat32(0, true);
  }
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
