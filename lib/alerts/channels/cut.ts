/** How much a receiver takes, and in what it counts. */
export type Most = { bytes: number } | { codePoints: number } | { units: number };

/**
 * `text`, escaped, within what the receiver takes: measured after escaping, cut between characters as a reader sees them
 * and never within an escape, with the number of those left out at its end.
 */
export function cut(text: string, most: Most, escaping: (part: string) => string = (part) => part): string {
  const whole = escaping(text);
  const [limit, size] = measure(most);
  if (size(whole) <= limit) return whole;
  const segments = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  let room = limit - size(escaping(mark(segments.length)));
  let kept = "";
  for (const [i, segment] of segments.entries()) {
    const escaped = escaping(segment);
    room -= size(escaped);
    if (room < 0) return kept + escaping(mark(segments.length - i));
    kept += escaped;
  }
  return kept;
}

const mark = (left: number): string => `…(+${left})`;

const utf8 = new TextEncoder();

function measure(most: Most): [number, (text: string) => number] {
  if ("bytes" in most) return [most.bytes, (text) => utf8.encode(text).length];
  if ("codePoints" in most) return [most.codePoints, (text) => Array.from(text).length];
  return [most.units, (text) => text.length];
}

/** Stands in for what a receiver would read as markup where there is no way to escape it. */
const WIDE: Record<string, string> = {
  "<": "＜",
  ">": "＞",
  "[": "［",
  "]": "］",
  "*": "＊",
  "#": "＃",
  "`": "｀",
  "~": "～",
  "|": "｜",
  "@": "＠",
};

/** For Markdown without escapes (DingTalk, WeCom): what could be a link, a mention or a heading is written wide. */
export function widened(text: string): string {
  return text.replaceAll(/[<>[\]*#`~|@]/g, (sign) => WIDE[sign] ?? sign);
}

export function htmlEscaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
