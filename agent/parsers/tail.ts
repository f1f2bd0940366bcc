import { LIMITS, type LogLine } from "#lib/protocol/index.ts";
import { displayText } from "./clean.ts";

const LINES = 50;
/** Longer texts are cut when they come, so that few lines cannot hold much memory. */
const LONG_CHARS = 4 * LIMITS.logTextChars;

/** The newest lines for a person to see: one entry for each physical line, of a bar's frames the last one. */
export class TailBuilder {
  #entries: LogLine[] = [];

  add(segment: { line: number; text: string }, parsed: boolean): void {
    const { line } = segment;
    const text = segment.text.length > LONG_CHARS ? displayText(segment.text, LIMITS.logTextChars) : segment.text;
    const last = this.#entries.at(-1);
    if (last?.line === line) {
      // A record is worth more than the bar that is drawn before or after it.
      if (last.parsed && !parsed) return;
      last.text = text;
      last.parsed = parsed;
      return;
    }
    this.#entries.push({ line, text, parsed });
    if (this.#entries.length >= LINES * 4) this.#entries = this.#entries.slice(-LINES);
  }

  /** At most 50 lines since the last call, oldest first, without control characters and cut to the protocol's length. */
  take(): LogLine[] {
    const lines = this.#entries.slice(-LINES).map(({ line, text, parsed }) => ({
      line,
      text: displayText(text, LIMITS.logTextChars),
      parsed,
    }));
    this.#entries = [];
    return lines.filter(({ text }) => text !== "");
  }
}
