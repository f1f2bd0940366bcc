import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LogTail, type TailPosition } from "./index.ts";

/**
 * A trainer that writes, a rotator that does its worst, and an agent that reads and crashes, in any order. What the agent has
 * been given is at all times a beginning of what the trainer has written; in the end it is all of it.
 *
 * What cannot be promised, the model does not ask for: content that is copied away, or deleted without an open file on it,
 * before it was read; the same for content that follows upon such a loss and is rotated away before the loss was seen; and
 * in a crash, what had not been given of a file that is gone.
 */
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), lines: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("half" as const) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("read" as const), bytes: fc.integer({ min: 1, max: 100 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 40_000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rotate" as const), late: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("copytruncate" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Text the trainer wrote; `gone` when its file is: only an open file still leads to it. */
type Piece = { text: string; gone: boolean; content: number };

class World {
  readonly #folder = mkdtempSync(join(tmpdir(), "curvewatch-tail-"));
  readonly #path = join(this.#folder, "train.log");
  #clock = Date.now();
  #tail: LogTail | null = null;
  #position: TailPosition | null = null;
  #written: Piece[] = [];
  #given = "";
  #lines = 0;
  /** The file at the path, counted up whenever it becomes another one. */
  #content = 0;
  #midLine = false;
  /** Content went away and the agent has not been told. */
  #lossUnseen = false;

  static async begin(): Promise<World> {
    const world = new World();
    world.#write("<first>", "\n");
    await world.#open();
    await world.#read(1000);
    return world;
  }

  async run(step: Action): Promise<void> {
    switch (step.kind) {
      case "write":
        for (let i = 0; i < step.lines; i += 1) this.#writeLine();
        return;
      case "half":
        return this.#midLine ? this.#writeLine() : this.#write(this.#newLine(), "");
      case "read":
        return this.#read(step.bytes);
      case "wait":
        this.#clock += step.ms;
        return;
      case "rotate":
        if (this.#lossUnseen) await this.#drain();
        return this.#rotate(step.late);
      case "copytruncate":
        await this.#drain();
        this.#shift();
        if (existsSync(this.#path)) {
          copyFileSync(this.#path, `${this.#path}.1`);
          truncateSync(this.#path);
        }
        return this.#loseContent();
      case "delete":
        if (this.#lossUnseen || !this.#isOpenAtPath()) await this.#drain();
        if (existsSync(this.#path)) unlinkSync(this.#path);
        return this.#loseContent();
      case "crash":
        return this.#crash();
    }
  }

  async end(): Promise<void> {
    try {
      await this.#drain();
      this.#clock += 60_000;
      for (let i = 0; i < 10; i += 1) await this.#read(1000);
      expect(this.#given).toBe(this.#expected());
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#tail?.close();
    rmSync(this.#folder, { recursive: true });
  }

  #expected(): string {
    return this.#written.map(({ text }) => text).join("");
  }

  #newLine(): string {
    this.#lines += 1;
    return `<${String(this.#lines).padStart(5, "0")}:`;
  }

  #writeLine(): void {
    this.#write(`${this.#midLine ? "" : this.#newLine()}${"x".repeat(this.#lines % 20)}>`, "\n");
  }

  #write(text: string, terminator: string, path = this.#path): void {
    appendFileSync(path, text + terminator);
    this.#written.push({ text, gone: false, content: this.#content });
    this.#midLine = terminator === "";
  }

  #rotate(late: boolean): void {
    this.#shift();
    if (existsSync(this.#path)) renameSync(this.#path, `${this.#path}.1`);
    if (late && existsSync(`${this.#path}.1`)) {
      const line = this.#midLine ? "late>" : `${this.#newLine()}late>`;
      this.#write(line, "\n", `${this.#path}.1`);
    }
    this.#content += 1;
    this.#midLine = false;
  }

  #shift(): void {
    let last = 1;
    while (existsSync(`${this.#path}.${last}`)) last += 1;
    for (let n = last; n > 1; n -= 1) renameSync(`${this.#path}.${n - 1}`, `${this.#path}.${n}`);
  }

  #loseContent(): void {
    for (const piece of this.#written) if (piece.content === this.#content) piece.gone = true;
    this.#content += 1;
    this.#midLine = false;
    this.#lossUnseen = true;
  }

  #isOpenAtPath(): boolean {
    if (!existsSync(this.#path)) return false;
    return this.#position?.identity.inode === statSync(this.#path, { bigint: true }).ino.toString();
  }

  async #open(): Promise<void> {
    this.#tail = await LogTail.open({ path: this.#path, from: this.#position, now: () => this.#clock });
  }

  async #read(bytes: number): Promise<void> {
    const chunk = await this.#tail!.read(bytes);
    if (chunk.kind === "missing") return;
    this.#position = chunk.position;
    if (chunk.event !== null && this.#isOpenAtPath()) this.#lossUnseen = false;
    for (const { text } of chunk.segments) {
      expect(text).not.toContain("><"); // two lines never become one
      this.#given += text;
    }
    const expected = this.#expected();
    if (!expected.startsWith(this.#given)) expect(this.#given).toBe(expected);
  }

  /** Reads until every complete line has been given, which must not take for ever. */
  async #drain(): Promise<void> {
    const complete = this.#written.reduce((sum, { text }) => sum + text.length, 0);
    for (let i = 0; i < 200 && this.#given.length < complete; i += 1) {
      this.#clock += 1000;
      await this.#read(1000);
    }
    expect(this.#given.length).toBe(complete);
  }

  async #crash(): Promise<void> {
    await this.#tail!.close();
    let seen = 0;
    const given = this.#given.length;
    this.#written = this.#written.flatMap((piece) => {
      const known = Math.max(0, given - seen);
      seen += piece.text.length;
      return piece.gone ? { ...piece, text: piece.text.slice(0, known) } : piece;
    });
    await this.#open();
  }
}

test("every line comes exactly once and in order, through rotation, truncation, deletion and crashes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
      const world = await World.begin();
      try {
        for (const step of actions) await world.run(step);
      } catch (error) {
        await world.close();
        throw error;
      }
      await world.end();
    }),
    { numRuns: Number(process.env.CURVEWATCH_TEST_RUNS ?? 300) },
  );
});
