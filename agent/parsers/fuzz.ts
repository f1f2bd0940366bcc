/** For tests and benches alone: lines of real logs, damaged in the ways that disks, terminals and people damage them. */
const PIECES = [
  ...[
    "{'",
    '{"',
    "}",
    "[",
    "]",
    "(",
    ")",
    "|",
    ",",
    ":",
    "=",
    " ",
    "\t",
    "%",
    "/",
    "'",
    '"',
    "\\",
    "\x1b[A",
    "\x1b[0m",
    "\b",
  ],
  ...[
    "loss",
    "step",
    "epoch",
    "nan",
    "inf",
    "-1e999",
    "9007199254740993",
    "1e-400",
    "0x1",
    "1,234",
    "\u0000",
    "\ud800",
    "损失",
  ],
  ...["100%|██████████| 10/10 [00:10<00:00, 1.00it/s]", "Traceback (most recent call last):", "it/s, loss=", "…"],
];
const LONG_CHARS = 65_536;
const LINE_CHARS = 2000;

/** A line made from one or two others: cut, joined, repeated, with pieces swapped in; at most 2000 characters. */
export function fuzzLine(lines: readonly string[], random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  let text = pick(lines);
  for (let changes = Math.floor(random() * 4); changes >= 0; changes -= 1) {
    const at = Math.floor(random() * (text.length + 1));
    const to = Math.min(text.length, at + Math.floor(random() * 12));
    const way = random();
    if (way < 0.3) text = text.slice(0, at) + pick(PIECES) + text.slice(to);
    else if (way < 0.45) text = text.slice(0, at) + text.slice(to);
    else if (way < 0.55) text = text.slice(0, at);
    else if (way < 0.65) text = text.slice(at);
    else if (way < 0.75) text = text.slice(0, at) + pick(lines).slice(Math.floor(random() * 40));
    else if (way < 0.85)
      text = text.slice(0, to) + text.slice(at, to).repeat(1 + Math.floor(random() * 20)) + text.slice(to);
    else text = text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0x3000)) + text.slice(at);
    if (text.length > LINE_CHARS) text = text.slice(0, LINE_CHARS);
  }
  return text.replaceAll("\n", " ").replaceAll("\r", " ");
}

/** A line of 64 KiB that asks as much of a reader as the lines it is made of allow: one short stretch over and over. */
export function hostileLine(lines: readonly string[], random: () => number): string {
  const line = fuzzLine(lines, random);
  const start = Math.floor(random() * line.length);
  const stretch = line.slice(start, start + 1 + Math.floor(random() * 60)) || "1";
  const body = stretch.repeat(Math.ceil(LONG_CHARS / stretch.length));
  return (line.slice(0, start) + body).slice(0, LONG_CHARS);
}
