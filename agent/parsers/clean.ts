import { scanTimestamp } from "./timestamps.ts";

/** What stands before a record: launcher and container prefixes, logger heads. `start` is where the message begins. */
export type Head = { start: number; rank: number | null /** Epoch ms, NaN when no clock was printed. */; at: number };

const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])/g;
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** Removes terminal escapes (colours, cursor moves, titles) and applies backspaces. */
export function cleanText(text: string): string {
  const plain = text.includes("\x1b") ? text.replace(ESCAPES, "") : text;
  return plain.includes("\b") ? applyBackspaces(plain) : plain;
}

/** A line as a person may see it: without escapes and control characters, cut to `chars`. */
export function displayText(text: string, chars: number): string {
  return cleanText(text.slice(0, chars * 4))
    .replaceAll("\t", " ")
    .replace(CONTROLS, "")
    .trim()
    .slice(0, chars)
    .toWellFormed();
}

export function isBlank(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code !== 32 && code !== 9) return false;
  }
  return true;
}

/** Finds the head of a cleaned line. Prefixes come in any order and more than once. */
export function scanHead(text: string): Head {
  const head: Head = { start: 0, rank: null, at: Number.NaN };
  for (let round = 0; round < 10; round += 1) {
    const start = head.start;
    if (!(skipBracket(text, head) || skipStamp(text, head) || skipLauncher(text, head) || skipLogger(text, head)))
      break;
    if (head.start === start) break;
  }
  return head;
}

const BRACKET_RANK = /\s?\[(?:rank|default|Rank |RANK:)?(\d{1,5})(?:,\d+)?\](?:<std(?:out|err)>)?:?\s?/y;
const BRACKET_OPEN = /\s*\[\s*/y;
const BRACKET_WORDS =
  /\s*\[\s*(?:PID:\d+|(?!eval|val|test)[A-Za-z][\w-]{1,40}|[\w<>/-]+(?:[.:][\w<>/-]+)+)\s*\]:?\s*(?:- )?/y;
const DETECTRON = /\s*\[\d\d\/\d\d \d\d:\d\d:\d\d [\w.]+\]:\s?/y;

function skipBracket(text: string, head: Head): boolean {
  BRACKET_OPEN.lastIndex = head.start;
  if (!BRACKET_OPEN.test(text)) return false;
  const stamp = scanTimestamp(text, BRACKET_OPEN.lastIndex);
  if (stamp) {
    const closing = /\s*\][:,]?\s*(?:- )?/y;
    closing.lastIndex = stamp.end;
    if (closing.test(text)) {
      head.at = stamp.at;
      head.start = closing.lastIndex;
      return true;
    }
  }
  BRACKET_RANK.lastIndex = head.start;
  const rank = BRACKET_RANK.exec(text);
  if (rank) {
    head.rank = Number(rank[1]);
    head.start = BRACKET_RANK.lastIndex;
    return true;
  }
  return skip(BRACKET_WORDS, text, head) || skip(DETECTRON, text, head);
}

const AFTER_STAMP = /:?\s+(?:std(?:out|err) [FP] )?(?:[|-] )?/y;
const GLOG = /[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+(?:\d+ )?[^\]\s]+\]\s?/y;

function skipStamp(text: string, head: Head): boolean {
  const stamp = scanTimestamp(text, head.start);
  if (!stamp) return skip(GLOG, text, head);
  AFTER_STAMP.lastIndex = stamp.end;
  if (!AFTER_STAMP.test(text)) return false;
  head.at = stamp.at;
  head.start = AFTER_STAMP.lastIndex;
  return true;
}

const LAUNCHER_RANK = /\s?(\d{1,4}): (?=\S)/y;
const RAY = /\((?:[\w.:]+ )?(?:pid|ip)=[^)\n]{1,80}\)\s?/y;
const ADDRESS = /\d{1,3}(?:\.\d{1,3}){3}: /y;

function skipLauncher(text: string, head: Head): boolean {
  LAUNCHER_RANK.lastIndex = head.start;
  const rank = head.rank === null ? LAUNCHER_RANK.exec(text) : null;
  if (rank) {
    head.rank = Number(rank[1]);
    head.start = LAUNCHER_RANK.lastIndex;
    return true;
  }
  return skip(RAY, text, head) || skip(ADDRESS, text, head);
}

const LEVEL = /(?:INFO|DEBUG|WARNING|WARN|ERROR|CRITICAL|NOTICE)\b\s*(?:[|:-]\s+)?/y;
const SOURCE =
  /(?:\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? )?\[?[\w./<>-]{1,80}\.(?:py|cc|cpp|cu|c|go|rs|java|ts|js):\d{1,6}(?::\w+)?\]?\s+(?:[|-] )?/y;
const LOGGER_NAME = /(?:__\w+__|\w+(?:\.\w+)+) - /y;

const WORD_AFTER_STAMP = /(?!eval|val|test|train|step|epoch|iter)\w+ - /y;

function skipLogger(text: string, head: Head): boolean {
  if (skip(LEVEL, text, head) || skip(SOURCE, text, head) || skip(LOGGER_NAME, text, head)) return true;
  return !Number.isNaN(head.at) && skip(WORD_AFTER_STAMP, text, head);
}

function skip(pattern: RegExp, text: string, head: Head): boolean {
  pattern.lastIndex = head.start;
  if (!pattern.test(text)) return false;
  head.start = pattern.lastIndex;
  return true;
}

function applyBackspaces(text: string): string {
  const kept = new Uint16Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code !== BACKSPACE) kept[length++] = code;
    else if (length > 0) length -= 1;
  }
  return Buffer.from(kept.buffer, 0, length * 2).toString("utf16le");
}

const BACKSPACE = 8;
