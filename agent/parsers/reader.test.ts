import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS, type PointGroup } from "#lib/protocol/index.ts";
import { LogReader, type Segment } from "./index.ts";
import { observations, readText, segmentsOf } from "./testing.ts";

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

const dict = (loss: number | string, epoch: number) => `{'loss': ${loss}, 'learning_rate': 5e-05, 'epoch': ${epoch}}`;
const bar = (count: number, total: number) =>
  `${Math.floor((100 * count) / total)}%|#  | ${count}/${total} [00:01<00:09,  1.50it/s]`;

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

describe("steps of records that print none", () => {
  test("the frame before a record may be stale: the one after it tells", () => {
    const { points } = readText(
      `${bar(3, 90)}\r${dict(2.5, 0.1)}\n${bar(10, 90)}\r${bar(14, 90)}\r${dict(2.4, 0.2)}\n${bar(20, 90)}\n`,
    );
    expect(points.map(({ step }) => step)).toEqual([10, 20]);
  });

  test("a record waits for its frame, and no longer than the input is quiet", () => {
    const reader = new LogReader({ path: "train.log" });
    for (const segment of segmentsOf(`${bar(4, 90)}\r${dict(2.5, 0.1)}\n`)) reader.push(segment);
    expect(reader.take().groups).toEqual([]);
    reader.flush();
    expect(observations(reader.take().groups).map(({ step }) => step)).toEqual([4]);
  });

  test("bars with names, of examples, or of an evaluation are not the training bar", () => {
    const log = [
      `Map: ${bar(640, 640)}`,
      "100%|##| 640/640 [00:00<00:00, 8123.11 examples/s]",
      bar(0, 90),
      `${bar(5, 8)}\x1b[A`,
      dict(2.5, 0.1),
      bar(10, 90),
      `Evaluating: ${bar(8, 8)}`,
      dict(2.4, 0.2),
      bar(20, 90),
    ];
    const { points, facts } = readText(log.join("\n"));
    expect(points.map(({ step }) => step)).toEqual([10, 20]);
    expect(facts.maxSteps).toBe(90);
  });

  test("an evaluation after the end does not take the training's place, a second training does", () => {
    const stage = (total: number) => [
      bar(0, total),
      dict(2.5, 0.5),
      bar(total / 2, total),
      dict(2.4, 1),
      bar(total, total),
    ];
    const evaluation = [bar(0, 7), bar(7, 7), "{'eval_loss': 3.5, 'epoch': 1.0}"];
    const { points, facts } = readText([...stage(90), ...evaluation, ...stage(60)].join("\n"));
    expect(points.map(({ step }) => step)).toEqual([45, 90, 90, 30, 60]);
    expect(facts.maxSteps).toBe(60);
  });

  test("a record glued to a bar was printed past it, so the next frame is the next step's", () => {
    const { points } = readText(`${bar(3, 90)}${dict(2.5, 0.1)}\n${bar(4, 90)}${dict(2.4, 0.2)}\n${bar(5, 90)}\n`);
    expect(points.map(({ step }) => step)).toEqual([3, 4]);
  });

  test("how a trainer that we started ended is the end, unless an error said more", () => {
    const ended = (text: string) => readText(`step=1 loss=2.5\n${text}\n`).facts.end;
    expect(ended("curvewatch run: exit code 0")).toMatchObject({ kind: "finished", line: 2 });
    expect(ended("curvewatch run: killed by SIGKILL, out of memory")).toMatchObject({ kind: "failed", line: 2 });
    const crash = "Traceback (most recent call last):\nValueError: bad\n\ncurvewatch run: exit code 1";
    expect(ended(crash)).toMatchObject({ kind: "failed", text: "ValueError: bad" });
    expect(ended("training completed\ncurvewatch run: exit code 1")).toMatchObject({ kind: "failed", line: 3 });
  });

  test("a crash and a bar that begins again do not move the record before them", () => {
    const crash = "Traceback (most recent call last):\nValueError: bad\n";
    const first = `${bar(40, 90)}\r${dict(2.5, 0.4)}\n`;
    const second = `${bar(0, 90)}\r${dict(3.5, 0.1)}\n${bar(10, 90)}\n`;
    expect(readText(first + crash + second).points.map(({ step }) => step)).toEqual([40, 10]);
    expect(readText(first + second).points.map(({ step }) => step)).toEqual([40, 10]);
  });

  test("records of equal epochs are all kept", () => {
    const { points, facts } = readText(Array.from({ length: 30 }, (_, i) => dict(2 - i / 100, 0.01)).join("\n"));
    expect(points.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(facts.stepSource).toBe("ordinal");
  });

  test("a burst of records without frames between them does not go back", () => {
    const burst = Array.from({ length: 5 }, (_, i) => dict(2, (i + 11) / 100)).join("\n");
    const { points } = readText(`${bar(0, 90)}\n${dict(3, 0.1)}\n${bar(10, 90)}\n${burst}\n${bar(15, 90)}\n`);
    expect(points.map(({ step }) => step)).toEqual([10, 11, 12, 13, 14, 15]);
  });
});

describe("how a log ended", () => {
  const trace = (error: string) =>
    `Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\n${error}\n`;

  test.each([
    [trace("ValueError: bad shape"), "failed", "ValueError: bad shape"],
    [
      `${bar(5, 9)}${trace("torch.OutOfMemoryError: CUDA out of memory. Tried")}`,
      "failed",
      "torch.OutOfMemoryError: CUDA out of memory. Tried",
    ],
    [
      `${trace("KeyError: 'x'")}\nDuring handling of the above exception, another exception occurred:\n\n${trace("OSError: disk full")}`,
      "failed",
      "OSError: disk full",
    ],
    [trace("KeyboardInterrupt"), "failed", "KeyboardInterrupt"],
    [trace("KeyError: 'x'").replace(/^/gm, "[rank3]: "), "failed", "KeyError: 'x'"],
    [
      `${trace("KeyError: 'x'")}${trace("torch.distributed.elastic.multiprocessing.errors.ChildFailedError: ")}`,
      "failed",
      "KeyError: 'x'",
    ],
    ["Killed\n", "failed", "Killed"],
    [
      "run.sh: line 3: 4242 Segmentation fault (core dumped) python train.py\n",
      "failed",
      "run.sh: line 3: 4242 Segmentation fault (core dumped) python train.py",
    ],
    [
      "Training completed. Do not forget to share your model\n",
      "finished",
      "Training completed. Do not forget to share your model",
    ],
    [
      "[after training is done] datetime: 2026-01-02 03:04:05\n",
      "finished",
      "[after training is done] datetime: 2026-01-02 03:04:05",
    ],
    [
      "exiting program at iteration 100 datetime: 2026\n",
      "finished",
      "exiting program at iteration 100 datetime: 2026",
    ],
    ["Loss is nan, stopping training\n", "failed", "Loss is nan, stopping training"],
    ["Aborting training due to NaN loss.\n", "failed", "Aborting training due to NaN loss."],
    ["3 epochs completed in 0.004 hours.\n", "finished", "3 epochs completed in 0.004 hours."],
    ["Training time 1:52:18\n", "finished", "Training time 1:52:18"],
  ])("%j", (log, kind, text) => {
    const { facts } = readText(`step=1 loss=2\n${log}`);
    expect(facts.end).toMatchObject({ kind, text });
  });

  test.each([
    `Exception ignored in: <function f>\n${trace("TypeError: x")}`,
    `Traceback (most recent call last):\n  File "a.py", line 1\nstep=2 loss=2\nNote: training went on\n`,
    "ValueError: mentioned, but not raised\n",
    "training set is complete with 100 files\n",
    "Killed 3 stale workers\n",
  ])("not by %j", (log) => {
    expect(readText(`step=1 loss=2\n${log}`).facts.end).toBeNull();
  });

  test("a later attempt in the same file takes the end back", () => {
    const log = `step=1 loss=2\n${trace("ValueError: bad")}`;
    expect(readText(log).facts.end).toMatchObject({ kind: "failed", line: 5 });
    expect(readText(`${log}step=1 loss=2\n`).facts.end).toBeNull();
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
