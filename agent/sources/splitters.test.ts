import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunk, frame, tfevents, wandbLog } from "../parsers/testing-files.ts";
import { type LogSegment, type Splitter, splitterFor } from "./index.ts";

/** Files that hold records: whatever the bytes and however they come, the records are the same. */
const BLOCK = 32 * 1024;
const EVENTS = "out/events.out.tfevents.1.host.1.0";
const WANDB = "wandb/run-1/run-1.wandb";
const STATE = "out/trainer_state.json";

function split(splitter: Splitter, bytes: Uint8Array, cuts: readonly number[] = []): LogSegment[] {
  const segments: LogSegment[] = [];
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    segments.push(...splitter.push(bytes.subarray(at, Math.max(at, cut))));
    at = Math.max(at, cut);
  }
  segments.push(...splitter.push(bytes.subarray(at)));
  return segments;
}

const texts = (segments: readonly LogSegment[]): string[] => segments.map(({ text }) => text);
const sizes = (segments: readonly LogSegment[]): number[] => segments.map(({ bytes }) => bytes?.length ?? -1);

const events = tfevents(Array.from({ length: 20 }, (_, i) => [i, { "train/loss": 1 / (i + 1), lr: i }] as const));
const history = wandbLog(Array.from({ length: 20 }, (_, i) => [i, { "train/loss": `${i}.5` }] as const));
const wandb = Buffer.concat([history, ...spanning(Buffer.alloc(70_000, 7), history.length, 2000)]);
const state = Buffer.from(
  JSON.stringify(
    { epoch: 1, a: { b: [1] }, log_history: [{ loss: 1, x: 'a"{[\\' }, { n: { m: [{}] } }], max_steps: 40 },
    null,
    2,
  ),
);

/** A record that runs over blocks, at `offset` of the file behind a record of `before` bytes. */
function spanning(data: Buffer, offset: number, before: number): Buffer[] {
  const parts: Buffer[] = [chunk(Buffer.alloc(before - 7), 1)];
  let at = offset + before;
  for (let from = 0; from < data.length; ) {
    const room = BLOCK - (at % BLOCK) - 7;
    const part = data.subarray(from, from + room);
    from += part.length;
    const type = part.length === data.length ? 1 : from === part.length ? 2 : from >= data.length ? 4 : 3;
    parts.push(chunk(part, type));
    at += part.length + 7;
  }
  return parts;
}

describe.each([
  ["a TensorBoard event file", EVENTS, events],
  ["a W&B log", WANDB, wandb],
  ["a JSON document", STATE, state],
])("%s", (_, path, bytes) => {
  test("gives the same segments however its bytes arrive", () => {
    const whole = split(splitterFor(path), bytes);
    expect(whole.length).toBeGreaterThan(3);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
        expect(split(splitterFor(path), bytes, cuts)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
    expect(
      split(
        splitterFor(path),
        bytes,
        Array.from({ length: 3000 }, (_, i) => i),
      ),
    ).toEqual(whole);
  });

  test("never throws on bytes that are something else, and holds next to nothing of them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(bytes.length), (noise, at) => {
        const spoilt = Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
        split(splitterFor(path), spoilt, [1, 7, at]);
        split(splitterFor(path), noise);
      }),
      { numRuns: 100 },
    );
  });
});

test.each([
  ["a TensorBoard event file", EVENTS, events],
  ["a W&B log", WANDB, wandb],
])("%s is read on from the end of any record", (_, path, bytes) => {
  const whole = split(splitterFor(path), bytes);
  for (const [i, { end, linesBefore }] of whole.entries()) {
    const rest = split(splitterFor(path, undefined, { offset: end, line: linesBefore }), bytes.subarray(end));
    expect(rest).toEqual(whole.slice(i + 1));
  }
});

test("a frame whose data are damaged has no bytes, a damaged length ends the reading", () => {
  const spoilt = Buffer.from(events);
  const second = frameLength(spoilt, 0);
  spoilt[second + 20]! ^= 1;
  const found = sizes(split(splitterFor(EVENTS), spoilt));
  expect(found.length).toBe(20);
  expect(found.filter((size) => size === 0).length).toBe(1);
  spoilt[second]! ^= 1;
  expect(split(splitterFor(EVENTS), spoilt).length).toBe(1);
});

const frameLength = (bytes: Buffer, at: number): number => 16 + bytes.readUInt32LE(at);

test("a frame too large for scalars is passed over without being kept", () => {
  const large = Buffer.concat([frame(Buffer.alloc(3 * 1024 * 1024)), frame(Buffer.from("after"))]);
  const cuts = Array.from({ length: 60 }, (_, i) => i * 64 * 1024);
  const segments = split(splitterFor(EVENTS), large, cuts);
  expect(sizes(segments)).toEqual([0, 5]);
  expect(segments[0]?.cutBytes).toBe(3 * 1024 * 1024);
});

test("W&B records run over blocks, and behind damage reading goes on at the next block", () => {
  expect(sizes(split(splitterFor(WANDB), wandb)).at(-1)).toBe(70_000);
  const spoilt = Buffer.from(wandb);
  spoilt.fill(0xff, 40, 60);
  const after = chunk(Buffer.from("after"), 1);
  const padded = Buffer.concat([spoilt, Buffer.alloc(BLOCK - (spoilt.length % BLOCK)), after]);
  expect(sizes(split(splitterFor(WANDB), padded)).at(-1)).toBe(5);
});

test("rows of a JSON document are its objects in arrays, without blanks; plain members come as objects of their own", () => {
  expect(texts(split(splitterFor(STATE), state))).toEqual([
    '{"epoch":1}',
    '{"loss":1,"x":"a\\"{[\\\\"}',
    '{"n":{"m":[{}]}}',
    '{"max_steps":40}',
  ]);
});

test("a row's place does not move when the document is written anew with more behind it and other members before", () => {
  const rows = (document: object): LogSegment[] =>
    split(splitterFor(STATE), Buffer.from(JSON.stringify(document))).filter(({ text }) => text.includes("loss"));
  const before = rows({ epoch: 1, log_history: [{ loss: 1 }, { loss: 2 }] });
  expect(
    rows({ best: "checkpoint-20", epoch: 12.5, log_history: [{ loss: 1 }, { loss: 2 }, { loss: 3 }] }).slice(0, 2),
  ).toEqual(before);
});
