import { type Head, scanHead } from "./clean.ts";
import type { CsvState } from "./csv.ts";
import type { Places } from "./places.ts";
import type { Reading } from "./reading.ts";
import type { StepState } from "./steps.ts";

/** What the dialects remember between lines. */
export type Memory = { csv: CsvState; places: Places; steps: Pick<StepState, "last" | "source" | "bar"> };

/** A candidate line as dialects see it. */
export class Line {
  /** Without escapes; prefixes are still there. */
  readonly text: string;
  /** 1-based physical line. */
  readonly number: number;
  /** The file's name promises a table. */
  readonly isTableFile: boolean;
  /** The file's name says that it holds nothing but evaluations, on this set (`valid`, `test`). */
  readonly evaluationSet: string | null;
  #head: Head | null = null;

  constructor(text: string, number: number, isTableFile: boolean, evaluationSet: string | null = null) {
    this.text = text;
    this.number = number;
    this.isTableFile = isTableFile;
    this.evaluationSet = evaluationSet;
  }

  get head(): Head {
    this.#head ??= scanHead(this.text);
    return this.#head;
  }

  /** The message without the prefixes of launchers and loggers. */
  get message(): string {
    return this.head.start === 0 ? this.text : this.text.slice(this.head.start);
  }
}

/** One way of writing records in a line of a log. Pure but for `memory`; never throws; time linear in the line. */
export type Dialect = {
  /** Metrics that it leaves out on purpose where it does not read them: they are not taken up from its lines. */
  leavesOut?: readonly string[];
  /** Cheap test that spares most lines the reading. */
  mayRead(line: Line, memory: Memory): boolean;
  /** The records of the line, in order. `null` leaves the line to the next dialect, an empty list does not. */
  read(line: Line, memory: Memory): Reading[] | null;
};
