/** One drawing of a tqdm bar: `{desc}: {percent}%|{bar}| {count}/{total} [{elapsed}<{remaining}, {rate}, {postfix}]`. */
export type Frame = {
  desc: string;
  count: number;
  total: number;
  /** Text between the rate and the closing bracket, empty when there is none. */
  postfix: string;
  /** Steps of a loop, as tqdm counts them when nothing else is said: not examples, bytes or tokens. */
  isPlainUnit: boolean;
  /** Drawn below another bar and followed by a cursor-up, as evaluation bars are. */
  isNested: boolean;
  /** Where the percentage began, and the index after the closing bracket. */
  start: number;
  end: number;
};

const DESC_CHARS = 80;
/** Percent signs looked at in one segment, so that a long line of them costs little. */
const MAX_TRIES = 12;

/**
 * The last whole frame in a segment without its escapes; null when there is none. A frame cut by a narrow terminal has no
 * closing bracket and is none: its last number may be cut too.
 */
export function findFrame(text: string, isNested: boolean): Frame | null {
  let last: Frame | null = null;
  for (let percent = text.indexOf("%"), tries = 0; percent >= 0 && tries < MAX_TRIES; tries += 1) {
    const frame = frameAt(text, percent, isNested);
    if (frame) last = frame;
    percent = text.indexOf("%", frame ? frame.end : percent + 1);
  }
  return last;
}

/** The bar whose count is the optimiser's step: one without a name, or named for training alone. */
export const isTrainingFrame = (frame: Frame): boolean =>
  frame.isPlainUnit && !frame.isNested && frame.total > 0 && /^(?:|train|steps?|training progress)$/i.test(frame.desc);

function frameAt(text: string, percent: number, isNested: boolean): Frame | null {
  let start = percent;
  while (start > 0 && isDigit(text.charCodeAt(start - 1))) start -= 1;
  if (start === percent) return null;
  let tail = percent + 1;
  if (text.charCodeAt(tail) === 124) {
    const bar = text.indexOf("|", tail + 1);
    if (bar < 0 || bar - tail > 4096) return null;
    tail = bar + 1;
  }
  while (text.charCodeAt(tail) === SPACE) tail += 1;
  const slash = digitsEnd(text, tail);
  if (slash === tail || text.charCodeAt(slash) !== SLASH) return null;
  const totalEnd = digitsEnd(text, slash + 1);
  if (totalEnd === slash + 1 || !text.startsWith(" [", totalEnd)) return null;
  const close = text.indexOf("]", totalEnd);
  const clock = text.indexOf("<", totalEnd);
  const comma = text.indexOf(",", clock);
  if (clock < 0 || comma < 0 || comma > close || !isElapsed(text, totalEnd + 2, clock)) return null;
  const second = text.indexOf(",", comma + 1);
  const rateEnd = second < 0 || second > close ? close : second;
  return {
    desc: descBefore(text, start),
    count: Number(text.slice(tail, slash)),
    total: Number(text.slice(slash + 1, totalEnd)),
    postfix: rateEnd === close ? "" : text.slice(rateEnd + 1, close),
    isPlainUnit: text.startsWith("it/s", rateEnd - 4) || text.startsWith("s/it", rateEnd - 4),
    isNested,
    start,
    end: close + 1,
  };
}

function descBefore(text: string, end: number): string {
  const desc = text.slice(Math.max(0, end - DESC_CHARS), end).trim();
  return desc.endsWith(":") ? desc.slice(0, -1).trim() : desc;
}

function digitsEnd(text: string, start: number): number {
  let i = start;
  while (isDigit(text.charCodeAt(i))) i += 1;
  return i;
}

/** `1:02:03`, `00:12`, or `?`. */
function isElapsed(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (!isDigit(code) && code !== 58 && code !== 63) return false;
  }
  return end > start && end - start < 20;
}

const SPACE = 32;
const SLASH = 47;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
