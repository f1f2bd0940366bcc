import { DiagnosisEngine, type Observation } from "#lib/diagnosis/index.ts";
import { atMost, type Figure } from "./figure.ts";

/**
 * What the diagnosis costs: processor time per point of a whole run with everything a trainer logs (loss, rate, gradient norm,
 * an evaluation every hundredth), on one core, and the size of its saved state.
 */
const REPEATS = 5;

export function benchDiagnosis(): Figure[] {
  costOf(20_000); // the compiler warms up
  const [short, medium, long] = [1_000, 10_000, 200_000].map((points) => repeat(() => costOf(points)));
  return [
    atMost("1k points", "µs/point", short!, 10),
    atMost("10k points", "µs/point", medium!, 4),
    atMost("200k points", "µs/point", long!, 1),
    atMost("state, 200k points", "KiB", [stateKib(200_000)], 32),
  ];
}

const repeat = (measure: () => number): number[] => Array.from({ length: REPEATS }, measure);

/** Microseconds of processor time a point. Short runs are judged many times over, for the clock's sake. */
function costOf(points: number): number {
  const run = trainingRun(points);
  const times = Math.max(1, Math.round(20_000 / points));
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) observe(run);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (points * times);
}

function observe(run: readonly Observation[]): DiagnosisEngine {
  const engine = DiagnosisEngine.fresh();
  engine.setContext({ maxSteps: run.length });
  engine.observe(run);
  return engine;
}

const stateKib = (points: number): number => observe(trainingRun(points)).save().length / 1024;

function trainingRun(points: number): Observation[] {
  let seed = 1;
  const noise = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32 - 0.5;
  };
  return Array.from({ length: points }, (_, i) => {
    const progress = i / points;
    const values: [string, number][] = [
      ["train/loss", 2 + 6 * (1 + i) ** -0.3 + 0.1 * noise()],
      ["learning_rate", 5e-4 * Math.min(1, (50 * (i + 1)) / points) * 0.5 * (1 + Math.cos(Math.PI * progress))],
      ["grad_norm", Math.exp(noise())],
      ["epoch", 3 * progress],
    ];
    if (i % 100 === 99) values.push(["eval/loss", 2.1 + 5 * (1 + i) ** -0.3 + 0.02 * noise()]);
    return { step: i + 1, at: 1000 * i, attempt: 0, values };
  });
}
