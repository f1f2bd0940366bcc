import { DiagnosisEngine, type GpuReading, type Observation, type RunContext } from "#lib/diagnosis/index.ts";
import { type Config, errorCode, type Facts, type Finding } from "#lib/protocol/index.ts";
import type { ObservationGroup, ObservationPage, StoredDiagnosis } from "#lib/store/index.ts";

/** A run's engine and how far it has come. What an earlier judgement of the same observations has told is not told again. */
export class Seat {
  readonly engine: DiagnosisEngine;
  evaluatedTo: number;
  savedTo: number;
  /** The engine knows that the log has ended. */
  ended = false;
  /** Settings that a person entered. */
  entered: Config;
  readonly #told: ReadonlySet<string>;

  private constructor(engine: DiagnosisEngine, evaluatedTo: number, entered: Config, told: ReadonlySet<string>) {
    this.engine = engine;
    this.evaluatedTo = evaluatedTo;
    this.savedTo = evaluatedTo;
    this.entered = entered;
    this.#told = told;
  }

  /** To judge a run from its first observation on, perhaps not for the first time. */
  static fresh(findings: readonly Finding[], entered: Config): Seat {
    return new Seat(DiagnosisEngine.fresh(), 0, entered, new Set(findings.map(keyOf)));
  }

  /** Null when what was stored is void, or of another version. */
  static restored({ evaluatedTo, state }: StoredDiagnosis, entered: Config): Seat | null {
    const engine = evaluatedTo > 0 ? restore(state) : null;
    return engine && new Seat(engine, evaluatedTo, entered, new Set());
  }

  /** What the readers know of the log; what was entered goes over its settings. */
  setFacts(facts: Facts | null): Finding[] {
    const { maxSteps = null, stepSource = null, config = {} } = facts ?? {};
    // Of two names of one setting the engine takes the first: that is to be the entered one.
    return this.setContext({ maxSteps, stepSource, config: { ...this.entered, ...config, ...this.entered } });
  }

  setContext(known: Partial<RunContext>): Finding[] {
    this.ended = known.ended ?? this.ended;
    return this.#new(this.engine.setContext(known));
  }

  /** Judges a page that goes on where the seat is. */
  observe({ groups, to }: ObservationPage): Finding[] {
    this.evaluatedTo = to;
    return this.#new(this.engine.observe(inOrder(groups)));
  }

  tick(now: number, gpus: readonly GpuReading[]): Finding[] {
    return this.#new(this.engine.tick(now, gpus));
  }

  #new(findings: readonly Finding[]): Finding[] {
    return findings.filter((finding) => !this.#told.has(keyOf(finding)));
  }
}

function restore(state: string): DiagnosisEngine | null {
  try {
    return DiagnosisEngine.restore(state);
  } catch (error) {
    if (error instanceof RangeError || errorCode(error)) return null;
    throw error;
  }
}

type Measured = { values: readonly (readonly [string, number])[] };

/** The same rule at the same step is the same finding, however its numbers have changed. */
const keyOf = ({ rule, step }: Finding): string => `${rule} ${step}`;

/** The observations of several groups, in the order they arrived. */
export function* inOrder(groups: readonly ObservationGroup[]): Generator<Observation & { ord: number } & Measured> {
  const next = groups.map(() => 0);
  for (;;) {
    let pick = -1;
    let lowest = Number.POSITIVE_INFINITY;
    for (let g = 0; g < groups.length; g++) {
      const ord = groups[g]?.ord[next[g] as number];
      if (ord !== undefined && ord < lowest) {
        lowest = ord;
        pick = g;
      }
    }
    const group = groups[pick];
    if (!group) return;
    const i = next[pick] as number;
    next[pick] = i + 1;
    yield {
      ord: lowest,
      step: group.step[i] as number,
      at: group.at[i] as number,
      attempt: group.attempt,
      values: group.names.map((name, column) => [name, group.values[column]?.[i] as number] as const),
    };
  }
}
