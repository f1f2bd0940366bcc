import { type PointGroup, toJsonValue } from "#lib/protocol/index.ts";
import type { LogReader } from "../parsers/index.ts";
import type { Context } from "./context.ts";
import { absolute, checkReadable, readLog } from "./read-file.ts";

/** `parse`: every point with the line it came from, so that an empty curve explains itself. */
export async function parse(context: Context, paths: readonly string[]): Promise<number> {
  for (const given of paths) {
    const path = absolute(context.cwd, given);
    await checkReadable(path);
    let last: LogReader | null = null;
    let lines: string[] = [];
    for await (const reader of readLog(path)) {
      const { groups, tail } = reader.take();
      for (const group of groups) await context.write(printGroup(group));
      if (tail.length > 0) lines = tail.slice(-5).map(({ text }) => text);
      last = reader;
    }
    const facts = last?.facts();
    if (!facts) continue;
    const why = facts.formatReason === null ? "" : `: ${facts.formatReason}`;
    context.err(`${given}: ${facts.format ?? "no format recognised"}${why}`);
    context.err(
      `${given}: ${facts.linesParsed} records from ${facts.linesRead} lines, steps by ${facts.stepSource ?? "nothing yet"}`,
    );
    if (facts.linesParsed === 0) for (const line of nothingRecognised(lines)) context.err(line);
  }
  return 0;
}

function printGroup({ names, step, at, line, values }: PointGroup): string {
  let text = "";
  for (let i = 0; i < step.length; i++) {
    for (const [column, metric] of names.entries()) {
      const point = {
        metric,
        step: step[i],
        value: toJsonValue(values[column]?.[i] as number),
        line: line[i],
        at: Number.isNaN(at[i]) ? null : at[i],
      };
      text += `${JSON.stringify(point)}\n`;
    }
  }
  return text;
}

/** What to do when no line was recognised; `lines` are the newest of the log. */
export function nothingRecognised(lines: readonly string[]): string[] {
  return [
    "No training record was recognised. The newest lines were:",
    ...lines.map((line) => `  | ${line.slice(0, 160)}`),
    "We read Hugging Face Trainer and LLaMA-Factory output, JSON lines, key=value and key: value lines, CSV with a header,",
    "nanoGPT, Megatron-LM and tqdm bars. A line such as `step=10 loss=2.31 lr=5e-5` is enough.",
  ];
}
