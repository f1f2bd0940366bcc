import { DiagnosisEngine, type Observation } from "#lib/diagnosis/index.ts";
import { atMost, type Figure } from "./figure.ts";

/**
 * What the diagnosis costs: processor time per point (one value of one metric) of a whole run with what trainers log in a
 * record (loss, rate, gradient norm, epoch; an evaluation every hundredth), on one core; and the size of its saved state.
 */
const REPEATS = 5;

export function benchDiagnosis(): Figure[] {
  costOf(20_000); // the compiler warms up
  const [short, medium, long] = [1_000, 10_000, 100_000].map((records) => repeat(() => costOf(records)));
  return [
    atMost("1k records", "µs/point", short!, 10),
    atMost("10k records", "µs/point", medium!, 4),
    atMost("100k records", "µs/point", long!, 1),
    atMost("state, 100k records", "KiB", [stateKib(100_000)], 32),
  ];
}

const repeat = (measure: () => number): number[] => Array.from({ length: REPEATS }, measure);

const VALUES_A_RECORD = 4;

/** Microseconds of processor time a point. Short runs are judged many times over, for the clock's sake. */
function costOf(records: number): number {
  const run = trainingRun(records);
  const times = Math.max(1, Math.round(20_000 / records));
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) observe(run);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (records * times * VALUES_A_RECORD);
}

function observe(run: readonly Observation[]): DiagnosisEngine {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps: run.length });
  engine.observe(run);
  return engine;
}

const stateKib = (records: number): number => observe(trainingRun(records)).save().length / 1024;

function trainingRun(records: number): Observation[] {
  let seed = 1;
  const noise = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32 - 0.5;
  };
  return Array.from({ length: records }, (_, i) => {
    const progress = i / records;
    const values: [string, number][] = [
      ["train/loss", 2 + 6 * (1 + i) ** -0.3 + 0.1 * noise()],
      ["learning_rate", 5e-4 * Math.min(1, (50 * (i + 1)) / records) * 0.5 * (1 + Math.cos(Math.PI * progress))],
      ["grad_norm", Math.exp(noise())],
      ["epoch", 3 * progress],
    ];
    if (i % 100 === 99) values.push(["eval/loss", 2.1 + 5 * (1 + i) ** -0.3 + 0.02 * noise()]);
    return { step: i + 1, at: 1000 * i, attempt: 0, values };
  });
}
