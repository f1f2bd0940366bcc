/**
 * State kept as plain data (objects, arrays, numbers, strings, booleans, null and Float64Array) to text and back, exactly:
 * JSON, with doubles in bulk as base64 of their little-endian bytes and numbers that JSON has no word for spelled out.
 */
export type Plain =
  | null
  | boolean
  | number
  | string
  | Float64Array
  | readonly Plain[]
  | { readonly [key: string]: Plain };

const DOUBLES = "$f64";
const SPELLED = "$num";

export function packState(state: Plain): string {
  return JSON.stringify(state, (_key, value: unknown) => {
    if (value instanceof Float64Array) return { [DOUBLES]: toBase64(value) };
    if (typeof value === "number" && !Number.isFinite(value)) return { [SPELLED]: String(value) };
    return value;
  });
}

/**
 * Reads what `packState` wrote, checked against a state of the right shape.
 *
 * @param template a fresh state: same keys, same kinds, typed arrays of the same length. Where it holds null anything
 *   may stand, and its arrays and empty objects may hold any number of entries.
 * @throws RangeError naming the first place that differs, or when the text is not JSON
 */
export function unpackState<T extends Plain>(text: string, template: T): T {
  let state: Plain;
  try {
    state = JSON.parse(text, (_key, value: unknown) => revive(value)) as Plain;
  } catch (cause) {
    throw new RangeError("state is not readable", { cause });
  }
  const fault = difference(state, template, "state");
  if (fault !== null) throw new RangeError(fault);
  return state as T; // safe: `difference` has walked every place the template has
}

function revive(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const packed = (value as Record<string, unknown>)[DOUBLES];
  if (typeof packed === "string") return fromBase64(packed);
  const spelled = (value as Record<string, unknown>)[SPELLED];
  return typeof spelled === "string" ? Number(spelled) : value;
}

function difference(value: Plain | undefined, template: Plain, path: string): string | null {
  if (template === null) return value === undefined ? `${path} is missing` : null;
  if (template instanceof Float64Array) {
    const fits = value instanceof Float64Array && value.length === template.length;
    return fits ? null : `${path} is not ${template.length} doubles`;
  }
  if (Array.isArray(template)) return Array.isArray(value) ? null : `${path} is not a list`;
  if (typeof template !== "object") return typeof value === typeof template ? null : `${path} is no ${typeof template}`;
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Float64Array) {
    return `${path} is no object`;
  }
  for (const [key, part] of Object.entries(template as { readonly [key: string]: Plain })) {
    const fault = difference((value as { readonly [key: string]: Plain })[key], part, `${path}.${key}`);
    if (fault !== null) return fault;
  }
  return null;
}

function toBase64(values: Float64Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let binary = "";
  for (let i = 0; i < bytes.length; i += 4096) binary += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(binary);
}

function fromBase64(text: string): Float64Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return new Float64Array(bytes.buffer);
}
