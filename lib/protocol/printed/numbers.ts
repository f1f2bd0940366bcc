/**
 * The one grammar of numbers in logs: plain and exponent floats, thousands separators, NaN and infinities in every
 * spelling, count suffixes (`1.2k`, `3M`), units (cut off, not converted), percent, `tensor(…)` and lists (first element).
 */
export type Scanned = { value: number /** Index after the number, its suffix and its unit. */; end: number };

const NUMBER = /[+-]?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const NOT_FINITE = /([+-]?)(?:(nan)|inf(?:inity)?)(?:\.0*|ms|s|%|z)?(?![\w.])/iy;
const SUFFIX = /[kKMBT](?=it\b|[^\w/]|$)/y;
const UNIT = /%|[A-Za-zµ°][\wµ°]*(?:\/[A-Za-z]+)*/y;
const WRAPPER = /(?:tensor|array|DeviceArray|(?:np|numpy|jnp|torch)\.\w+)\(/y;
const COUNT_SUFFIX = new Map([
  ["k", 1e3],
  ["K", 1e3],
  ["M", 1e6],
  ["B", 1e9],
  ["T", 1e12],
]);

/**
 * Reads one number at `start`; null when there is none, or when it is part of a time, date, version or range.
 *
 * @param isCount whether `k`, `M`, `B` and `T` multiply; they are units of memory otherwise
 */
export function scanNumber(text: string, start: number, isCount = true): Scanned | null {
  NUMBER.lastIndex = start;
  const match = NUMBER.exec(text);
  if (!match) return scanWord(text, start);
  let end = NUMBER.lastIndex;
  const next = text.charCodeAt(end);
  if ((next === 58 || next === 46 || next === 45) && isDigit(text.charCodeAt(end + 1))) return null; // 01:02 1.2.3 2025-09
  if (next === 95) return null; // 12_000
  const literal = match[0].includes(",") ? match[0].replaceAll(",", "") : match[0];
  let value = Number(literal);
  SUFFIX.lastIndex = end;
  const suffix = isCount ? SUFFIX.exec(text) : null;
  if (suffix) {
    value *= COUNT_SUFFIX.get(suffix[0]) ?? 1;
    end = SUFFIX.lastIndex;
  }
  if (literal === "0" && (next === 120 || next === 88)) return null; // 0x1f
  UNIT.lastIndex = end;
  if (UNIT.test(text)) end = UNIT.lastIndex;
  return { value, end };
}

/** A whole text as a number, or null. Surrounding blanks and quotes do not matter. */
export function parseNumber(text: string): number | null {
  const first = text.charCodeAt(0);
  if (isDigit(first) || first === 45) {
    const value = Number(text);
    if (!Number.isNaN(value) && !isRadixLetter(text.charCodeAt(1))) return value;
  }
  return parseCarefully(text.trim());
}

/**
 * The number that begins at a place, when it is written plainly: digits with a point and a short exponent, as nearly every one
 * is; `plainEnd()` is where it ended. NaN for all others, which `parseNumber` reads. Whole numbers below 2^53 and powers of ten
 * up to 22 are exact as doubles, so that one multiplication or division rounds as the language does (Clinger, "How to read
 * floating point numbers"). Rounding keeps the order: a mantissa that ends below 2^53 was exact all along.
 */
export function scanPlain(text: string, start: number): number {
  let i = text.charCodeAt(start) === MINUS ? start + 1 : start;
  const isNegative = i > start;
  let mantissa = 0;
  let power = 0;
  let digits = 0;
  let point = -1;
  for (; ; i += 1) {
    const code = text.charCodeAt(i);
    if (isDigit(code)) {
      mantissa = mantissa * 10 + (code - 48);
      digits += 1;
    } else if (code === POINT && point < 0 && digits > 0) point = i;
    else break;
  }
  if (digits === 0 || mantissa > Number.MAX_SAFE_INTEGER) return Number.NaN;
  if (point >= 0) power = point + 1 - i;
  if ((text.charCodeAt(i) | 32) === LETTER_E) {
    const sign = text.charCodeAt(i + 1);
    const first = sign === MINUS || sign === PLUS ? i + 2 : i + 1;
    let exponent = 0;
    for (i = first; i < first + 3 && isDigit(text.charCodeAt(i)); i += 1) {
      exponent = exponent * 10 + (text.charCodeAt(i) - 48);
    }
    if (i === first) return Number.NaN;
    power += sign === MINUS ? -exponent : exponent;
  }
  if (power < -EXACT_POWER || power > EXACT_POWER) return Number.NaN;
  const value = power < 0 ? mantissa / POWERS[-power]! : mantissa * POWERS[power]!;
  endOfPlain = i;
  return isNegative ? -value : value;
}

let endOfPlain = 0;
/** Index after the number that `scanPlain` read last. */
export const plainEnd = (): number => endOfPlain;

const EXACT_POWER = 22;
const POWERS = Array.from({ length: EXACT_POWER + 1 }, (_, i) => Number(`1e${i}`));
const MINUS = 45;
const PLUS = 43;
const POINT = 46;
const LETTER_E = 101;

/** Splits `n/N`; null when the text is not two whole numbers. */
export function parseFraction(text: string): { count: number; total: number } | null {
  const match = /^\s*(\d[\d,]{0,15})\s*\/\s*(\d[\d,]{0,15})\s*$/.exec(text);
  if (!match) return null;
  return { count: Number(match[1]!.replaceAll(",", "")), total: Number(match[2]!.replaceAll(",", "")) };
}

/** A value that may serve as a step: a whole number, not negative, exact as a double. */
export function isStep(value: number | null): value is number {
  return value !== null && value >= 0 && Number.isSafeInteger(value);
}

function parseCarefully(text: string): number | null {
  const quote = text[0];
  if ((quote === '"' || quote === "'") && text.length > 1 && text.endsWith(quote)) {
    return parseCarefully(text.slice(1, -1).trim());
  }
  if (text.length > 200 && !isOpening(text)) return null;
  WRAPPER.lastIndex = 0;
  const wrapped = WRAPPER.exec(text);
  if (wrapped || quote === "[" || quote === "(") return firstInside(text, wrapped?.[0].length ?? 0);
  const scanned = scanNumber(text, 0);
  if (!scanned) return null;
  if (scanned.end === text.length) return scanned.value;
  UNIT.lastIndex = scanned.end + 1;
  const spacedUnit = text[scanned.end] === " " && UNIT.test(text) && UNIT.lastIndex === text.length;
  return spacedUnit ? scanned.value : null;
}

const isOpening = (text: string): boolean => /^(?:[[(]|[a-zA-Z.\d]{1,20}\()/.test(text);

function firstInside(text: string, start: number): number | null {
  let i = start;
  while (i < text.length && "[( ".includes(text[i]!)) i += 1;
  return scanNumber(text, i)?.value ?? null;
}

function scanWord(text: string, start: number): Scanned | null {
  NOT_FINITE.lastIndex = start;
  const match = NOT_FINITE.exec(text);
  if (!match) return null;
  const value = match[2] ? Number.NaN : match[1] === "-" ? -Infinity : Infinity;
  return { value, end: NOT_FINITE.lastIndex };
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** `x`, `b`, `o` after a leading zero: `Number` would read another radix. */
const isRadixLetter = (code: number): boolean => {
  const lower = code | 32;
  return lower === 120 || lower === 98 || lower === 111;
};
