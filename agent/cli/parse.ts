import { type PointGroup, toJsonValue } from "#lib/protocol/index.ts";
import type { FileReader } from "../parsers/index.ts";
import type { Context } from "./context.ts";
import { absolute, checkReadable, readLog } from "./read-file.ts";
import { LINES_KEPT, nothingRecognised } from "./unrecognised.ts";

/** `parse`: every point with the line it came from, so that an empty curve explains itself. */
export async function parse(
  context: Context,
  paths: readonly string[],
  flags: { pattern?: string } = {},
): Promise<number> {
  for (const given of paths) {
    const path = absolute(context.cwd, given);
    await checkReadable(path);
    let last: FileReader | null = null;
    let lines: string[] = [];
    for await (const reader of readLog(path, flags.pattern)) {
      const { groups, tail } = reader.take();
      for (const group of groups) await context.write(printGroup(group));
      if (tail.length > 0) lines = [...lines, ...tail.map(({ text }) => text)].slice(-LINES_KEPT);
      last = reader;
    }
    const facts = last?.facts();
    if (!facts) continue;
    const why = facts.formatReason === null ? "" : `: ${facts.formatReason}`;
    context.err(`${given}: ${facts.format ?? "no format recognised"}${why}`);
    context.err(
      `${given}: ${facts.linesParsed} records from ${facts.linesRead} lines, steps by ${facts.stepSource ?? "nothing yet"}`,
    );
    if (facts.linesParsed === 0) for (const line of nothingRecognised(facts.linesRead, lines)) context.err(line);
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
