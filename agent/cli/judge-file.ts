import { AttemptCounter, runState } from "#lib/core/index.ts";
import { DiagnosisEngine, type Observation } from "#lib/diagnosis/index.ts";
import {
  type Config,
  type DiagnosisView,
  type Facts,
  mergeConfig,
  type PointGroup,
  type RunState,
} from "#lib/protocol/index.ts";
import { readConfigBeside } from "../config/index.ts";
import { checkReadable, readLog } from "./read-file.ts";
import { LINES_KEPT } from "./unrecognised.ts";

/** A finished log, read and judged without a server: the same parsers and the same engine as the server's. */
export type JudgedFile = {
  view: DiagnosisView;
  /** That said it, and can be told more. */
  engine: DiagnosisEngine;
  facts: Facts;
  observations: number;
  lastStep: number | null;
  /** The stretches between (re)starts, oldest first; `fromStep` is the first step of each. */
  attempts: { attempt: number; fromStep: number }[];
  /** The newest lines, at most `LINES_KEPT`. */
  lines: string[];
};

/**
 * @param onObservation sees every record as it is read, for who needs more than the verdict
 * @param pattern a person's own format, tried before all others
 * @throws CurvewatchError when `path` is no readable file of text
 */
export async function judgeFile(
  path: string,
  onObservation: (observation: Observation) => void = () => {},
  pattern?: string,
): Promise<JudgedFile> {
  await checkReadable(path);
  const engine = DiagnosisEngine.fresh();
  const counter = new AttemptCounter();
  const attempts: JudgedFile["attempts"] = [];
  let observations = 0;
  let lastStep: number | null = null;
  let lines: string[] = [];
  let facts: Facts | null = null;
  let config: Config = {};
  for (const beside of await readConfigBeside(path)) config = mergeConfig(config, beside.config) ?? {};
  for await (const reader of readLog(path, pattern)) {
    const { groups, tail, config: told } = reader.take();
    facts = reader.facts();
    config = mergeConfig(config, told ?? undefined) ?? {};
    engine.setContext({ maxSteps: facts.maxSteps, stepSource: facts.stepSource, config });
    for (const group of groups) {
      const read = [...observe(group, counter)];
      engine.observe(read);
      for (const observation of read) {
        onObservation(observation);
        const { attempt, step } = observation;
        if (attempt !== attempts.at(-1)?.attempt) attempts.push({ attempt, fromStep: step });
      }
      observations += group.step.length;
      lastStep = group.step.at(-1) ?? lastStep;
    }
    if (tail.length > 0) lines = [...lines, ...tail.map(({ text }) => text)].slice(-LINES_KEPT);
  }
  engine.setContext({ ended: true });
  return { view: engine.view(), engine, facts: facts as Facts, observations, lastStep, attempts, lines };
}

/** What can be said of a run's process from its log alone. */
export function stateOf(facts: Facts, step: number | null): RunState {
  return runState({
    fileSeen: true,
    facts,
    step,
    lastDataAt: null,
    msPerRecord: null,
    agentGoneSince: null,
    now: Date.now(),
  });
}

function* observe({ names, step, at, values }: PointGroup, attempts: AttemptCounter): Generator<Observation> {
  for (let i = 0; i < step.length; i++) {
    yield {
      step: step[i] as number,
      at: at[i] as number,
      attempt: attempts.next(names, step[i] as number),
      values: names.map((name, column) => [name, values[column]?.[i] as number] as const),
    };
  }
}
