import { expect, test } from "vitest";
import { DiagnosisEngine } from "../engine.ts";
import type { Observation } from "../observation.ts";
import type { GpuReading } from "./hang-watch.ts";

const START = 1.7e12;
const MINUTE = 60_000;
const gpu = (utilization: number, powerWatts: number, uuid = "GPU-0"): GpuReading => ({
  uuid,
  utilization,
  powerWatts,
});
const WORK = [gpu(98, 400)];

/** A record every five seconds from `from`, each after a tick; `pauses` by record lengthen the way to it, in ms. */
function live(
  engine: DiagnosisEngine,
  count: number,
  options: Partial<{ from: number; pauses: Record<number, number>; gpus: GpuReading[]; attempt: number }> = {},
) {
  const { from = START, pauses = {}, gpus = WORK, attempt = 0 } = options;
  let at = from;
  const said: string[] = [];
  for (let i = 0; i < count; i++) {
    at += 5000 + (pauses[i] ?? 0);
    const record: Observation = {
      step: Math.round((at - START) / 500),
      at,
      attempt,
      values: [["train/loss", 2 + (i % 7) / 100]],
    };
    said.push(...hangs(engine.observe([record])), ...hangs(engine.tick(at + 1000, gpus)));
  }
  return { at, said };
}

/** Ticks every 15 seconds for `ms` of silence. */
function silent(engine: DiagnosisEngine, from: number, ms: number, gpus: GpuReading[]): string[] {
  const said: string[] = [];
  for (let t = 15_000; t <= ms; t += 15_000)
    said.push(...hangs(engine.tick(from + t, gpus)).map((text) => `${t / MINUTE}m ${text}`));
  return said;
}

const hangs = (findings: ReturnType<DiagnosisEngine["tick"]>): string[] =>
  findings
    .filter(({ rule }) => rule === "run.hang")
    .map(({ severity, alert, text }) => `${severity} ${alert} ${text.en}`);

test("silence with GPUs busy at low power is a collective that waits: critical, once, and over with the next record", () => {
  const engine = DiagnosisEngine.fresh();
  const { at } = live(engine, 60);
  const said = silent(engine, at, 60 * MINUTE, [gpu(100, 160)]);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^5\.75m critical true No record for 5m 45s, GPU 100% busy at 40\.0% of its usual power: a collective/,
  );
  const after = live(engine, 2, { from: at + 60 * MINUTE });
  expect(after.said).toEqual(["note false Records again after 1h of silence."]);
});

test("with idle GPUs it is the data loader or a dead process", () => {
  const engine = DiagnosisEngine.fresh();
  const { at } = live(engine, 60);
  const said = silent(engine, at, 20 * MINUTE, [gpu(0, 70), gpu(0, 68, "GPU-1")]);
  expect(said.map((text) => text.includes("GPU is idle"))).toEqual([true]);
});

test("a GPU that works speaks against a hang, and so does one of which nothing is known", () => {
  for (const gpus of [WORK, [gpu(100, 160), gpu(98, 390, "GPU-1")], [gpu(Number.NaN, 160)], []]) {
    const engine = DiagnosisEngine.fresh();
    const { at } = live(engine, 60, { gpus: [...WORK, gpu(98, 400, "GPU-1")] });
    expect(silent(engine, at, 60 * MINUTE, gpus)).toEqual([]);
  }
});

test("a rank that died leaves others waiting: idle beside busy at low power is a hang", () => {
  const engine = DiagnosisEngine.fresh();
  const { at } = live(engine, 60, { gpus: [...WORK, gpu(98, 400, "GPU-1")] });
  expect(silent(engine, at, 20 * MINUTE, [gpu(100, 160), gpu(0, 60, "GPU-1")])).toHaveLength(1);
});

test("pauses as long as those the run has had before are its own", () => {
  const engine = DiagnosisEngine.fresh();
  const { at } = live(engine, 100, { pauses: { 30: 10 * MINUTE, 60: 11 * MINUTE } });
  expect(silent(engine, at, 16 * MINUTE, [gpu(0, 70)])).toEqual([]);
  expect(silent(engine, at + 16 * MINUTE, 4 * MINUTE, [gpu(0, 70)])).toHaveLength(1);
});

test("a log read from the past, one without times, and one that has ended say nothing", () => {
  const idle = [gpu(0, 70)];
  const past = DiagnosisEngine.fresh();
  past.observe(
    Array.from({ length: 100 }, (_, i) => ({
      step: i,
      at: START + 5000 * i,
      attempt: 0,
      values: [["train/loss", 2 + (i % 7) / 100]] as [string, number][],
    })),
  );
  expect(silent(past, START + 24 * 60 * MINUTE, 60 * MINUTE, idle)).toEqual([]);

  const untimed = DiagnosisEngine.fresh();
  untimed.observe(
    Array.from({ length: 100 }, (_, i) => ({
      step: i,
      at: Number.NaN,
      attempt: 0,
      values: [["train/loss", 2 + (i % 7) / 100]] as [string, number][],
    })),
  );
  expect(silent(untimed, START, 60 * MINUTE, idle)).toEqual([]);

  const ended = DiagnosisEngine.fresh();
  const { at } = live(ended, 60);
  ended.setContext({ ended: true });
  expect(silent(ended, at, 60 * MINUTE, idle)).toEqual([]);
});

test("a hang lasts through save and restore and is not told again", () => {
  let engine = DiagnosisEngine.fresh();
  const { at } = live(engine, 60);
  expect(silent(engine, at, 10 * MINUTE, [gpu(100, 160)])).toHaveLength(1);
  engine = DiagnosisEngine.restore(engine.save());
  expect(silent(engine, at + 10 * MINUTE, 50 * MINUTE, [gpu(100, 160)])).toEqual([]);
  expect(live(engine, 2, { from: at + 60 * MINUTE }).said).toHaveLength(1);
});

test("GPUs that change their minds do not add up to a hang", () => {
  const engine = DiagnosisEngine.fresh();
  const { at } = live(engine, 60);
  const said: string[] = [];
  for (let t = 1; t < 200; t++) said.push(...hangs(engine.tick(at + 15_000 * t, t % 2 === 0 ? [gpu(0, 70)] : WORK)));
  expect(said).toEqual([]);
});
