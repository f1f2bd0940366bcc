import { DiagnosisEngine, type Observation } from "#lib/diagnosis/index.ts";
import { type DiagnosisView, errorCode, type Facts, type Finding, type RunState } from "#lib/protocol/index.ts";
import type { IngestStore, ObservationGroup, ObservationPage, RunAppend } from "#lib/store/index.ts";
import type { Alarms } from "./alarms.ts";

/**
 * Runs the diagnosis over what has been committed. Its state is saved in a transaction of its own, with every new finding
 * at once and otherwise after some growth; what a crash takes away is judged again from the store, with the same result.
 * Where a richer file takes a metric over, the run is judged anew from its beginning, and told is only what is new in that.
 */
export type Judged = { run: string; view: DiagnosisView; findings: Finding[] };

/** Observations judged before the state is saved again: a floor, and a share of what the run has. */
const SAVE_AFTER = 256;
const SAVE_SHARE = 0.05;
const REPLAY_PAGE = 20_000;
/** Engines kept in memory; the one used longest ago is saved and dropped. */
const ENGINES_KEPT = 256;

type Seat = {
  engine: DiagnosisEngine;
  evaluatedTo: number;
  savedTo: number;
  /** Findings of an earlier judgement of the same observations: they have been told. */
  told: ReadonlySet<string>;
};

export class Judge {
  readonly #store: IngestStore;
  readonly #seats = new Map<string, Seat>();
  readonly #alarms: Alarms;
  readonly #now: () => number;
  /** One thing at a time: between reading what is open and writing what has changed, nothing else may. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: IngestStore, alarms: Alarms, now: () => number) {
    this.#store = store;
    this.#alarms = alarms;
    this.#now = now;
  }

  /** Catches up with everything that was committed but not judged when the process ended. */
  async resume(): Promise<Judged[]> {
    const judged: Judged[] = [];
    for (const { run, facts } of await this.#store.runsToJudge()) {
      const seat = await this.#seat(run);
      this.#setContext(seat, facts);
      const findings = await this.#replay(run, seat);
      await this.#save([{ run, seat, findings }]);
      judged.push({ run, view: seat.engine.view(), findings });
    }
    return judged;
  }

  /** Judges what one commit added; the findings are durable when this resolves. */
  take(appends: readonly RunAppend[]): Promise<{ run: string; findings: Finding[] }[]> {
    return this.#inTurn(() => this.#take(appends));
  }

  /** What only the clock tells of a run: it fell silent, its agent is gone, it is over. */
  changeState(run: string, from: RunState, to: RunState): Promise<void> {
    return this.#inTurn(async () => this.#alarms.stateChanged(run, from, to, (await this.#seat(run)).engine.view()));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {}); // told to whoever asked
    return done;
  }

  async #take(appends: readonly RunAppend[]): Promise<{ run: string; findings: Finding[] }[]> {
    const told: { run: string; findings: Finding[] }[] = [];
    const due: { run: string; seat: Seat; findings: Finding[] }[] = [];
    for (const append of appends) {
      if (append.rejudge) this.#seats.delete(append.run);
      const seat = await this.#seat(append.run);
      this.#setContext(seat, append.facts);
      const findings =
        append.fromOrd === seat.evaluatedTo
          ? judge(seat, { groups: append.groups, to: append.toOrd })
          : await this.#replay(append.run, seat);
      const unsaved = seat.evaluatedTo - seat.savedTo;
      if (append.rejudge || findings.length > 0 || unsaved >= Math.max(SAVE_AFTER, SAVE_SHARE * seat.evaluatedTo)) {
        due.push({ run: append.run, seat, findings });
      }
      told.push({ run: append.run, findings });
    }
    await this.#save(due);
    await this.#evict();
    return told;
  }

  async view(run: string): Promise<DiagnosisView> {
    return (await this.#seat(run)).engine.view();
  }

  async close(): Promise<void> {
    await this.#saveAll([...this.#seats]);
  }

  #setContext(seat: Seat, facts: Facts | null): void {
    seat.engine.setContext({ maxSteps: facts?.maxSteps ?? null, stepSource: facts?.stepSource ?? null });
  }

  async #seat(run: string): Promise<Seat> {
    const known = this.#seats.get(run);
    if (known) {
      this.#seats.delete(run);
      this.#seats.set(run, known);
      return known;
    }
    const seat = (await this.#restored(run)) ?? (await this.#fresh(run));
    this.#seats.set(run, seat);
    return seat;
  }

  async #restored(run: string): Promise<Seat | null> {
    const stored = await this.#store.diagnosis(run);
    const engine = stored && stored.evaluatedTo > 0 ? restore(stored.state) : null;
    if (!stored || !engine) return null;
    return { engine, evaluatedTo: stored.evaluatedTo, savedTo: stored.evaluatedTo, told: new Set() };
  }

  /** To judge a run from its first observation on, perhaps not for the first time. */
  async #fresh(run: string): Promise<Seat> {
    const told = new Set((await this.#store.findings(run)).map(keyOf));
    return { engine: DiagnosisEngine.fresh(), evaluatedTo: 0, savedTo: 0, told };
  }

  async #replay(run: string, seat: Seat): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (;;) {
      const page = await this.#store.observations(run, seat.evaluatedTo, REPLAY_PAGE);
      if (page.to === seat.evaluatedTo) return findings;
      findings.push(...judge(seat, page));
    }
  }

  async #save(rows: readonly { run: string; seat: Seat; findings: Finding[] }[]): Promise<void> {
    if (rows.length === 0) return;
    const saved = rows.map(async ({ run, seat, findings }) => {
      const view = seat.engine.view();
      return {
        run,
        evaluatedTo: seat.evaluatedTo,
        state: seat.engine.save(),
        view,
        newFindings: findings,
        alerts: await this.#alarms.of(run, findings, view),
      };
    });
    await this.#store.saveDiagnosis(await Promise.all(saved), this.#alarms.channels, this.#now());
    for (const { seat } of rows) seat.savedTo = seat.evaluatedTo;
  }

  async #saveAll(seats: readonly (readonly [string, Seat])[]): Promise<void> {
    await this.#save(
      seats.filter(([, seat]) => seat.evaluatedTo > seat.savedTo).map(([run, seat]) => ({ run, seat, findings: [] })),
    );
  }

  async #evict(): Promise<void> {
    const extra = [...this.#seats].slice(0, Math.max(0, this.#seats.size - ENGINES_KEPT));
    await this.#saveAll(extra);
    for (const [run] of extra) this.#seats.delete(run);
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

/** What is new in a page that goes on where the seat is. */
function judge(seat: Seat, { groups, to }: ObservationPage): Finding[] {
  seat.evaluatedTo = to;
  return seat.engine.observe(inOrder(groups)).filter((finding) => !seat.told.has(keyOf(finding)));
}

/** The same rule at the same step is the same finding, however its numbers have changed. */
const keyOf = ({ rule, step }: Finding): string => `${rule} ${step}`;

/** The observations of several groups, in the order they arrived. */
function* inOrder(groups: readonly ObservationGroup[]): Generator<Observation> {
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
      step: group.step[i] as number,
      at: group.at[i] as number,
      attempt: group.attempt,
      values: group.names.map((name, column) => [name, group.values[column]?.[i] as number] as const),
    };
  }
}
