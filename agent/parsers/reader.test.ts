import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS, type PointGroup } from "#lib/protocol/index.ts";
import { LogReader, type Segment } from "./index.ts";
import { bar, dict, readText, segmentsOf } from "./testing.ts";

const FOLDER = new URL("testdata/", import.meta.url);
const logs = readdirSync(FOLDER)
  .filter((file) => !file.endsWith(".expected.json"))
  .map((file) => readFileSync(new URL(file, FOLDER), "utf8"));
/** What programs print before they train. */
const settings = [
  "TrainingArguments(\nadam_beta2=0.95,\nfsdp={'a': [1, 2], 'b': {'c': None}},\nlearning_rate=5e-05,\n)\n",
  "------ arguments ------\n  lr .......... 0.1\n  weight_decay ... 0.1\n--- end of arguments ---\n",
  "Resolved config:\nbatch_size: 4\noptimizer:\n  betas: [0.9, 0.95]\n  lr: 2e-5\nmodel:\n- a\n",
];
logs.push(...settings);
const everyLog = segmentsOf(logs.join("\n"));

/** Columns as plain values, so that two takes can be compared. */
const plain = (groups: PointGroup[]) =>
  groups.map(({ names, step, at, line, values }) => ({
    names,
    columns: [step, at, line, ...values].map((column) => [...column].map(String)),
  }));

describe("a reader made from another's state goes on as that one would have", () => {
  /** Takes at the same places from a reader that lives on and from one that is born again at each place. */
  function compare(segments: readonly Segment[], cuts: readonly number[], path: string): void {
    const whole = new LogReader({ path });
    let reborn = new LogReader({ path });
    segments.forEach((segment, i) => {
      whole.push(segment);
      reborn.push(segment);
      if (!cuts.includes(i)) return;
      expect(takeOf(reborn)).toEqual(takeOf(whole));
      const state = JSON.stringify(reborn.state());
      expect(Buffer.byteLength(state)).toBeLessThan(8192);
      reborn = new LogReader({ path, state: JSON.parse(state) });
    });
    whole.flush();
    reborn.flush();
    expect(takeOf(reborn)).toEqual(takeOf(whole));
    expect(reborn.facts()).toEqual(whole.facts());
  }

  const takeOf = (reader: LogReader) => {
    const { groups, tail, factsChanged, config } = reader.take();
    return { groups: plain(groups), tail, factsChanged, config };
  };

  test("for every log of the test data, split after every segment", () => {
    for (const [i, log] of logs.entries()) {
      const segments = segmentsOf(log);
      compare(segments, [...segments.keys()], `${i}.log`);
    }
  });

  test("for stretches of all logs in any order, split anywhere", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(everyLog.length - 1), fc.integer({ min: 1, max: 12 })), { maxLength: 12 }),
        fc.array(fc.nat(80), { maxLength: 6 }),
        fc.constantFrom("train.log", "metrics.csv"),
        (stretches, cuts, path) => {
          const texts = stretches.flatMap(([start, length]) => everyLog.slice(start, start + length));
          compare(
            texts.map((segment, i) => ({ ...segment, line: i + 1 })),
            cuts,
            path,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([[undefined], [null], [7], ["{}"], [{ v: 2 }], [{ v: 1, steps: { records: -1 } }]])(
    "a state that is none (%j) starts afresh",
    (state) => {
      const reader = new LogReader({ path: "train.log", state });
      expect(reader.facts()).toEqual(new LogReader({ path: "train.log" }).facts());
    },
  );
});

describe("any text is survived", () => {
  const nasty = [
    ...["__proto__", "constructor", "{'__proto__': 1, 'loss': 2, 'epoch': 1}", '{"step": 1, "__proto__": {"loss": 3}}'],
    ...[
      "step=1 __proto__=2 loss=1e400",
      "loss=-1e400 step=9007199254740993",
      "step=-1 loss=1",
      "\u0000\u0000step=1 loss=2",
    ],
    ...[
      "\ud800 step=1 loss=2 \udfff=3",
      "step=1 loss=2 \u202e=4",
      "{'loss': '",
      "{'loss': [",
      "\x1b[",
      "\x1b]0;",
      "\b\b\bstep=1",
    ],
  ];
  const pieces = fc.oneof(
    fc.constantFrom(...nasty),
    fc.constantFrom(...everyLog.map(({ text }) => text)),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom(..."{}[]()'\":=,|/%<> \t0123456789.eE+-nanif_loss\u0000\ud800"),
      maxLength: 120,
    }),
  );
  /** A line put together from halves of real lines and dirt. */
  const line = fc
    .array(pieces, { minLength: 1, maxLength: 4 })
    .chain((parts) =>
      fc.nat(40).map((cut) => parts.map((part, i) => (i % 2 === 0 ? part.slice(cut) : part.slice(0, cut))).join("")),
    );

  test("nothing throws, and what comes out keeps the protocol", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(line, pieces), { maxLength: 20 }),
        fc.constantFrom("a.log", "a.csv"),
        (lines, path) => {
          const reader = new LogReader({ path });
          lines.forEach((text, i) => {
            reader.push({ text, line: i + 1, at: 1000 + i, frame: i % 3 === 0 });
          });
          expect(Buffer.byteLength(JSON.stringify(reader.state()))).toBeLessThan(8192);
          reader.flush();
          const { groups, tail } = reader.take();
          for (const group of groups) checkGroup(group);
          expect(tail.length).toBeLessThanOrEqual(50);
          for (const { text } of tail) {
            expect(text).not.toMatch(/[\u0000-\u001f\u007f]/);
            expect(text.length).toBeLessThanOrEqual(LIMITS.logTextChars);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  function checkGroup({ names, step, line: lines, values }: PointGroup): void {
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(name).not.toMatch(/[\u0000-\u001f\u007f]/);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(LIMITS.metricNameBytes);
      expect(name).not.toBe("");
    }
    expect([...step].every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
    expect([...lines].every((value, i) => i === 0 || value >= lines[i - 1]!)).toBe(true);
    for (const column of values) expect(column.length).toBe(step.length);
  }

  test.each([
    ["train.csv", 5],
    ["train.log", 15],
  ])("the state of %s stays below 12 KiB when everything it may hold is as long as it gets", (path, heldNames) => {
    const wide = "学".repeat(60);
    const postfix = (desc: string, metrics: string) => `${desc}: 10%|#  | 1/9 [00:01<00:09, 1.50it/s, ${metrics}]`;
    const held = Array.from({ length: heldNames }, (_, i) => `${wide}${i}=-1.2345678901234567e-123`);
    const lines = [
      `step,loss,${Array.from({ length: 200 }, (_, i) => `${wide}${i}`).join(",")}`,
      ...Array.from({ length: 30 }, (_, i) => `[rank${90_000 + i}]: step=${2 ** 52 + i} loss=2`),
      ...Array.from({ length: 6 }, (_, i) => postfix(`${wide}${String.fromCharCode(97 + i)}`, "loss=1")),
      "Traceback (most recent call last):",
      `ValueError: ${wide.repeat(20)}`,
      `epoch     train_loss  ${"学".repeat(100)}`,
      `copypaste: Task: ${wide.repeat(5)}`,
      `{'${wide}': 1,`,
      ...Array.from({ length: 5 }, (_, i) => ` '${wide}${i}': 1,`),
      postfix(wide, `loss=-1.2345678901234567e-123, ${held.join(", ")}`),
    ];
    const reader = new LogReader({ path });
    for (const [i, text] of lines.entries()) reader.push({ text, line: 2 ** 40 + i, at: 1767323045000, frame: false });
    const bytes = Buffer.byteLength(JSON.stringify(reader.state()));
    expect(bytes).toBeGreaterThan(5000);
    expect(bytes).toBeLessThan(12 * 1024);
  });

  const SIZE = LIMITS.lineBytes;
  const fill = (text: string) => text.repeat(Math.ceil(SIZE / text.length)).slice(0, SIZE);
  test.each([
    ["braces", fill("{'")],
    ["nested JSON", fill('{"a":')],
    ["nested lists", `{'loss': ${fill("[")}`],
    ["open quotes", fill("'\"")],
    ["backslashes", `{'${fill("\\")}`],
    ["percent signs", fill("9%| ")],
    ["bars", fill("1%|#| 1/2 [00:00<00:00")],
    ["pairs", `step=1 ${fill("loss=1 ")}`],
    ["many keys", `step=1 ${Array.from({ length: 9000 }, (_, i) => `k${i}=1`).join(" ")}`.slice(0, SIZE)],
    ["words", `loss ${fill("word ")}`],
    ["one word", `loss ${fill("w")}`],
    ["dots", `loss ${fill("a.")}`],
    ["digits", `loss ${fill("1")}`],
    ["thousands", `loss=${fill("1,111")}`],
    ["blanks", `loss${fill(" ")}=1`],
    ["separators", `iteration 1/2 ${fill("|")}`],
    ["stamps", fill("2026-01-02 03:04:05 ")],
    ["brackets", fill("[a.b] ")],
    ["escapes", fill("\x1b]0;loss")],
    ["backspaces", fill("loss\b\b")],
    ["cells", `step,loss,${fill("a,")}`],
    ["quoted cells", fill('"a""b",')],
    ["postfix", `1%|#| 1/2 [00:00<00:00, 1.0it/s, ${fill("a=1, ")}]`],
    ["a dict", `{${Array.from({ length: 4000 }, (_, i) => `'key${i}': ${i}`).join(", ")}, 'loss': 1}`.slice(0, SIZE)],
  ])("64 KiB of %s take a few milliseconds", (_name, text) => {
    const costs = Array.from({ length: 12 }, () => {
      const table = new LogReader({ path: "train.csv" });
      table.push({ text: "step,loss", line: 1, at: Number.NaN, frame: false });
      const log = new LogReader({ path: "train.log" });
      const start = process.cpuUsage();
      table.push({ text, line: 2, at: Number.NaN, frame: false });
      log.push({ text, line: 2, at: Number.NaN, frame: false });
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    });
    // Milliseconds of CPU for both readers together; the best of some, for compilation and collection come in between.
    expect(Math.min(...costs)).toBeLessThan(10);
  });
});

describe("what a person reads of the log", () => {
  test("the reason names the line and the keys", () => {
    expect(readText(`hello\n\n${dict(2.5, 0.1)}\n`).facts).toMatchObject({
      format: "hf-trainer",
      formatReason: "line 3 is a Python dict with 'loss' and 'learning_rate', as the Hugging Face Trainer prints",
      linesRead: 3,
      linesParsed: 1,
    });
  });

  test("a stray line of another format does not name the log for good", () => {
    const log = `step=1 loss=3\n${[1, 2, 3].map((i) => dict(i, 0.1)).join("\n")}`;
    expect(readText(log).facts.format).toBe("hf-trainer");
  });

  test("the tail has the last frame of a bar, the record of its line, and no empty line", () => {
    const { tail } = readText(
      `start\n\n${bar(1, 9)}\r${bar(2, 9)}\n${bar(3, 9)}\r${dict(2.5, 0.1)}\n\x1b[31mred\x1b[0m\u0007\n`,
    );
    expect(tail).toEqual([
      { line: 1, text: "start", parsed: false },
      { line: 3, text: bar(2, 9), parsed: false },
      { line: 4, text: dict(2.5, 0.1), parsed: true },
      { line: 5, text: "red", parsed: false },
    ]);
  });

  test("only the newest 50 lines are kept, long ones cut", () => {
    const { tail } = readText(Array.from({ length: 400 }, (_, i) => `${i} ${"x".repeat(5000)}`).join("\n"));
    expect(tail.length).toBe(50);
    expect(tail.at(-1)!.line).toBe(400);
    expect(tail.every(({ text }) => text.length === LIMITS.logTextChars)).toBe(true);
  });

  test("settings are told once, when they are read", () => {
    const reader = new LogReader({ path: "train.log" });
    for (const segment of segmentsOf(settings[0]!)) reader.push(segment);
    expect(reader.take().config).toEqual({
      adam_beta2: 0.95,
      "fsdp.a[0]": 1,
      "fsdp.a[1]": 2,
      "fsdp.b.c": null,
      learning_rate: 5e-5,
    });
    reader.push({ text: "step=1 loss=2", line: 9, at: Number.NaN, frame: false });
    expect(reader.take().config).toBeNull();
  });

  test("facts are said to have changed when they have", () => {
    const reader = new LogReader({ path: "train.log" });
    expect(reader.take().factsChanged).toBe(true);
    expect(reader.take().factsChanged).toBe(false);
    reader.push({ text: "step=1 loss=2", line: 1, at: Number.NaN, frame: false });
    expect(reader.take().factsChanged).toBe(true);
  });
});

describe("columns", () => {
  test("records with the same names are one group, whatever their order", () => {
    const reader = new LogReader({ path: "train.log" });
    for (const segment of segmentsOf("step=1 loss=2 lr=3\nstep=1 val_loss=9\nstep=2 lr=4 loss=5\n"))
      reader.push(segment);
    expect(plain(reader.take().groups)).toEqual([
      {
        names: ["learning_rate", "train/loss"],
        columns: [
          ["1", "2"],
          ["NaN", "NaN"],
          ["1", "3"],
          ["3", "4"],
          ["2", "5"],
        ],
      },
      { names: ["eval/loss"], columns: [["1"], ["NaN"], ["2"], ["9"]] },
    ]);
  });

  test("a line's own clock is before the time it was read at", () => {
    const reader = new LogReader({ path: "train.log" });
    const push = (text: string, line: number) => reader.push({ text, line, at: 5, frame: false });
    push("2026-01-02T03:04:05Z INFO step=1 loss=2", 1);
    push("step=2 loss=2", 2);
    expect([...reader.take().groups[0]!.at]).toEqual([1767323045000, 5]);
  });
});
