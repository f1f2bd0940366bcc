import { examplePattern } from "#lib/protocol/index.ts";

/** How many of the newest lines are kept for this. */
export const LINES_KEPT = 40;
const LINES_SHOWN = 3;
const SHOWN_CHARS = 160;

/** A shape that records come in, with what keeps a line of it from being one. */
type Shape = { name: string; sign: RegExp; needs: string };
const SHAPES: readonly Shape[] = [
  {
    name: "a Python dict, as the Hugging Face Trainer prints",
    sign: /\{'[\w/]{1,40}':/,
    needs: "a number for 'loss', or a metric beside 'step' or 'epoch'",
  },
  { name: "JSON lines", sign: /\{"[^"]{1,60}":/, needs: 'a number for "loss", or a metric beside "step" or "epoch"' },
  {
    name: "a progress bar",
    sign: /\d%\||\d+\/\d+ \[[\d:]+</,
    needs: "a metric behind its rate, as tqdm's set_postfix prints",
  },
  {
    name: "CSV",
    sign: /^[^,;\t]{1,40}(?:[,;\t][^,;\t]{1,40}){2,}$/,
    needs: "a header in its first lines that names the columns",
  },
  { name: "key=value", sign: /\b[\w/]{2,40}=[\d.+-]/, needs: "a loss, or a metric beside a step" },
  { name: "key: value", sign: /\b[\w/]{2,40}: ?[\d.+-]/, needs: "a loss, or a metric beside a step" },
];

const KEYS =
  /(?:^|[^\p{L}])((?:train|training|eval|val|valid|test)?[ _/]?(?:loss|perplexity|accuracy|acc)|lr|learning[ _]rate|grad[ _]norm|step|iter(?:ation)?|epoch)(?![\p{L}])/giu;

/**
 * What to say of a log in which no line was a record, and what to do: how much was seen, some of it, the format that it is
 * nearest to, and a pattern that reads one of its lines where a line has a number behind a word such as loss.
 *
 * @param lines the newest of the log
 */
export function nothingRecognised(linesRead: number, lines: readonly string[]): string[] {
  const telling = lines.map((line) => line.slice(0, 1000)).sort((a, b) => promise(b) - promise(a));
  const count = linesRead === 1 ? "1 line was read" : `${linesRead.toLocaleString("en-US")} lines were read`;
  return [
    `No training record was recognised: ${count}${lines.length > 0 ? ", among them" : ""}`,
    ...telling.slice(0, LINES_SHOWN).map((line) => `  | ${line.slice(0, SHOWN_CHARS)}`),
    ...nearest(telling),
    ...advice(telling),
  ];
}

/** Lines that look most like records come first. */
const promise = (line: string): number => (examplePattern(line) ? 2 : 0) + (keysOf(line).length > 0 ? 1 : 0);

function nearest(lines: readonly string[]): string[] {
  const counts = SHAPES.map((shape) => ({ shape, count: lines.filter((line) => shape.sign.test(line)).length }));
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a));
  const keys = [...new Set(lines.flatMap(keysOf))].slice(0, 4);
  const known = keys.length > 0 ? `; words we know: ${keys.join(", ")}` : "";
  if (best.count === 0) return known === "" ? [] : [`It is like no format that we know${known}.`];
  return [
    `Nearest is ${best.shape.name} (${best.count} of ${lines.length}): what we miss is ${best.shape.needs}${known}.`,
  ];
}

const keysOf = (line: string): string[] => [...line.matchAll(KEYS)].map(([, key = ""]) => key.toLowerCase());

function advice(lines: readonly string[]): string[] {
  const example = lines.map(examplePattern).find((pattern) => pattern !== null);
  if (example)
    return [
      `Tell us how to read it with named groups, for example: --pattern '${example}'`,
      "or print a line such as `step=10 loss=2.31 lr=5e-5`.",
    ];
  return [
    "Print a line such as `step=10 loss=2.31 lr=5e-5`, or tell us your own format: --pattern '(?<step>\\d+).*loss=(?<loss>\\S+)'.",
    "We read Hugging Face Trainer and LLaMA-Factory output, JSON lines, key=value and key: value lines, CSV with a header,",
    "TensorBoard, W&B and MLflow files, and what many trainers print.",
  ];
}
