import type { Language } from "#lib/protocol/index.ts";

/**
 * Numbers as Curvewatch writes them, in the CLI, on pages and in sentences alike (design/README.md §6): three significant
 * digits, a true minus, thin spaces between thousands. For copying, `toAscii` turns them into what a config reads.
 */
export const THIN_SPACE = "\u2009";
export const MINUS = "\u2212";
/** What is shown where there is no number. */
export const MISSING = "\u2013";

/** A measured value: 2.59, 0.0241, 385k, 62.9B, 3.20e-5. */
export function formatMetric(value: number): string {
  return signed(value, (size) => magnitude(size, 3));
}

/** A learning rate or eps: 4.49e-4, 5e-4, 1e-3; can be pasted into a config. From 0.1 on as people write it: 0.1, 1.5. */
export function formatLearningRate(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  if (size === 0 || (size >= 0.1 && size < 1000)) return String(Number(value.toPrecision(3)));
  return bareExponent(Number(value.toPrecision(3)).toExponential());
}

/** A learning rate on an axis: 2e-4, 1.2e-3, 0.5; with no more digits than a tick has. */
export function formatAxisRate(value: number): string {
  return formatLearningRate(Number(value.toPrecision(2)));
}

/** A step or another count, whole, with thin spaces: 38 420. */
export function formatStep(value: number): string {
  return signed(value, (size) => {
    const digits = Math.round(size);
    return digits >= 1e15 ? magnitude(digits, 3) : String(digits).replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  });
}

/** A step on an axis: 40k, 1.5M. */
export function formatAxisStep(value: number): string {
  return signed(value, (size) => trimZeros(size < 1000 ? String(Math.round(size)) : magnitude(size, 3)));
}

/** Steps from – to: 31 700 – 39 440. */
export function formatStepRange(from: number, to: number): string {
  return `${formatStep(from)} ${MISSING} ${formatStep(to)}`;
}

/** A share of 1 in percent, one decimal: 64.0%. */
export function formatShare(share: number): string {
  return signed(share, (size) => `${(size * 100).toFixed(1)}%`);
}

/** A change, always with its sign, two significant digits: −0.0013, +0.42. */
export function formatChange(value: number): string {
  const text = signed(value, (size) => magnitude(size, 2));
  return value > 0 ? `+${text}` : text;
}

/** A factor to multiply by: ×2.0, ×0.10. */
export function formatFactor(factor: number): string {
  return `\u00d7${multiple(factor)}`;
}

/** How many times another: 5.4×. */
export function formatTimes(factor: number): string {
  return `${multiple(factor)}\u00d7`;
}

const UNITS: readonly { ms: number; en: string; "zh-CN": string }[] = [
  { ms: 86_400_000, en: "d", "zh-CN": "天" },
  { ms: 3_600_000, en: "h", "zh-CN": "时" },
  { ms: 60_000, en: "m", "zh-CN": "分" },
  { ms: 1000, en: "s", "zh-CN": "秒" },
];

/** A duration in its two largest units: 15h 42m, 1.2s, 320ms; zh-CN 15时42分. */
export function formatDuration(ms: number, language: Language): string {
  return signed(ms, (size) => {
    const zh = language === "zh-CN";
    if (size < 999.5) return `${Math.round(size)}${zh ? "毫秒" : "ms"}`;
    if (size < 9950) return `${(size / 1000).toFixed(1)}${zh ? "秒" : "s"}`;
    const largest = UNITS.findIndex((unit) => size >= unit.ms * 0.9995);
    const [first, second] = [UNITS[largest]!, UNITS[largest + 1]];
    if (!second) return `${Math.round(size / 1000)}${first[language]}`;
    const smalls = Math.round(size / second.ms);
    const perFirst = first.ms / second.ms;
    const rest = smalls % perFirst;
    const head = `${Math.floor(smalls / perFirst)}${first[language]}`;
    return rest === 0 ? head : `${head}${zh ? "" : " "}${rest}${second[language]}`;
  });
}

/** The same text for a config or a terminal that wants plain ASCII: hyphen for minus, no thin space. */
export function toAscii(text: string): string {
  return text.replaceAll(THIN_SPACE, "").replaceAll(MINUS, "-").replaceAll(MISSING, "-").replaceAll("\u00d7", "x");
}

const SUFFIXES = ["", "k", "M", "B", "T"];

function magnitude(size: number, digits: number): string {
  if (size === 0) return "0";
  const rounded = Number(size.toPrecision(digits));
  if (rounded < 1e-4 || rounded >= 1e15) return bareExponent(rounded.toExponential(digits - 1));
  const group = rounded < 1000 ? 0 : Math.floor(Math.log10(rounded) / 3 + 1e-12);
  return plainPrecision(rounded / 10 ** (3 * group), digits) + SUFFIXES[group];
}

/** `toPrecision` without its exponent form: 385 at two digits is 390 there, but 385 here has no decimals to lose. */
function plainPrecision(value: number, digits: number): string {
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(value) + 1e-12));
  return value.toFixed(Math.min(decimals, 20));
}

function multiple(factor: number): string {
  if (!Number.isFinite(factor)) return notFinite(factor);
  const size = Math.abs(factor);
  if (size >= 1000) return formatMetric(factor);
  return signed(factor, () => (size === 0 || size >= 0.95 ? size.toFixed(1) : plainPrecision(size, 2)));
}

function signed(value: number, write: (size: number) => string): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const text = write(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "inf" : `${MINUS}inf`;
}

function bareExponent(text: string): string {
  return text.replace("e+", "e");
}

function trimZeros(text: string): string {
  return text.replace(/\.0+(?=\D|$)|(\.\d*[1-9])0+(?=\D|$)/, "$1");
}
