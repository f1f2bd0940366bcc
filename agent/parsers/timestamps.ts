/** Wall clocks that log lines carry. A clock without a zone is the local time of the machine that wrote and reads the log. */
const ISO =
  /\s*(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:\s?(Z|UTC|[+-]\d\d:?\d\d))?(?![\d.])/y;
const AMERICAN = /\s*(\d\d)\/(\d\d)\/(\d{4}) (\d\d):(\d\d):(\d\d)(?!\d)/y;

/** The clock at `start` of the text in epoch ms and the index after it; null when there is none. */
export function scanTimestamp(text: string, start: number): { at: number; end: number } | null {
  ISO.lastIndex = start;
  const iso = ISO.exec(text);
  if (iso) {
    const [, year, month, day, hour, minute, second, fraction = "", zone] = iso;
    const ms = Math.floor(Number(`0.${fraction || "0"}`) * 1000);
    const at = epochMs(
      [Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second), ms],
      zone,
    );
    return Number.isNaN(at) ? null : { at, end: ISO.lastIndex };
  }
  AMERICAN.lastIndex = start;
  const american = AMERICAN.exec(text);
  if (!american) return null;
  const [, month, day, year, hour, minute, second] = american;
  const at = epochMs([Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second), 0]);
  return Number.isNaN(at) ? null : { at, end: AMERICAN.lastIndex };
}

/** A field that may hold a time, text or number (seconds or ms since 1970), as epoch ms; NaN when it does not. */
export function parseTimestamp(field: number | string | null): number {
  if (typeof field === "string") return scanTimestamp(field, 0)?.at ?? Number.NaN;
  if (field === null || !(field >= 1e9)) return Number.NaN;
  if (field < 1e11) return field * 1000;
  return field < 1e14 ? field : Number.NaN;
}

function epochMs(parts: [number, number, number, number, number, number, number], zone?: string): number {
  const [year, month, day, hour, minute, second, ms] = parts;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return Number.NaN;
  if (zone === undefined) return new Date(year, month - 1, day, hour, minute, second, ms).getTime();
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  if (zone === "Z" || zone === "UTC") return utc;
  const sign = zone.startsWith("-") ? -1 : 1;
  return utc - sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
}
