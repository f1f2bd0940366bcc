import { describe, expect, test } from "vitest";
import { LogReader } from "./index.ts";
import { bar, dict, observations, readText, segmentsOf } from "./testing.ts";

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
