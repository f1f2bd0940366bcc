import type { DiagnosisEngine, GpuReading } from "#lib/diagnosis/index.ts";
import type { Config, DiagnosisView, Facts, Finding, RunState } from "#lib/protocol/index.ts";
import type { IngestStore, ObservationPage, RunAppend } from "#lib/store/index.ts";
import type { Alarms } from "./alarms.ts";
import { Seat } from "./seat.ts";
import { Siblings } from "./siblings.ts";

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

/** A run whose diagnosis is to be saved. */
type Due = { run: string; seat: Seat; findings: Finding[] };

export class Judge {
  readonly #store: IngestStore;
  readonly #seats = new Map<string, Seat>();
  readonly #alarms: Alarms;
  readonly #siblings: Siblings;
  readonly #now: () => number;
  /** One thing at a time: between reading what is open and writing what has changed, nothing else may. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: IngestStore, alarms: Alarms, now: () => number) {
    this.#store = store;
    this.#alarms = alarms;
    this.#siblings = new Siblings(store);
    this.#now = now;
  }

  /** Catches up with everything that was committed but not judged when the process ended. */
  async resume(): Promise<Judged[]> {
    const judged: Judged[] = [];
    for (const { run, facts } of await this.#store.runsToJudge()) {
      const seat = await this.#seat(run);
      const { findings } = await this.#judge(run, seat, facts, null);
      const due = [{ run, seat, findings }];
      await this.#save([...due, ...(await this.#compare(due))]);
      judged.push({ run, view: seat.engine.view(), findings });
    }
    return judged;
  }

  /**
   * Judges what one commit added; the findings are durable when this resolves. Runs that it had nothing for are among the
   * answers where their siblings now say something else of them.
   */
  take(appends: readonly RunAppend[]): Promise<{ run: string; findings: Finding[] }[]> {
    return this.#inTurn(() => this.#take(appends));
  }

  /**
   * What only the clock tells of a run: it fell silent, its agent is gone, it is over. One that goes on no longer is compared
   * with its siblings as far as it has come.
   *
   * @returns the runs of which something else is said now
   */
  changeState(run: string, from: RunState, to: RunState): Promise<{ run: string; findings: Finding[] }[]> {
    return this.#inTurn(async () => {
      const seat = await this.#seat(run);
      const isOver = to === "finished" || to === "failed";
      const ends = isOver && (await this.#isRead(run));
      const own: Due = { run, seat, findings: ends ? seat.setContext({ ended: true }) : [] };
      await this.#alarms.stateChanged(run, from, to, seat.engine.view());
      if (from !== "running" && !isOver) return [];
      const due = [own, ...(await this.#compare([own]))];
      await this.#save(due);
      return due.map(({ run: id, findings }) => ({ run: id, findings }));
    });
  }

  /**
   * Looks at a run between its records: what its GPUs show now may tell of a hang.
   *
   * @param now epoch ms by the clock of the run's agent
   * @returns what that told; it is durable when this resolves
   */
  tick(run: string, now: number, gpus: readonly GpuReading[]): Promise<Finding[]> {
    return this.#inTurn(async () => {
      const seat = await this.#seat(run);
      const findings = seat.tick(now, gpus);
      if (findings.length > 0) await this.#save([{ run, seat, findings }]);
      return findings;
    });
  }

  /**
   * Takes settings that a person entered, and reviews the run with them; null takes one back.
   *
   * @throws CurvewatchError `not_found` when there is no such run, `bad_request` when it would have too many
   */
  enterConfig(run: string, values: Config): Promise<Finding[]> {
    return this.#inTurn(async () => {
      const entered = await this.#store.enterConfig(run, values);
      const seat = await this.#seat(run);
      seat.entered = entered;
      const findings = seat.setFacts((await this.#store.run(run))?.facts ?? null);
      await this.#save([{ run, seat, findings }]);
      return findings;
    });
  }

  /** What a person says to an incident, or what is muted: between what the diagnosis writes. */
  attend<T>(work: (alarms: Alarms) => Promise<T>): Promise<T> {
    return this.#inTurn(() => work(this.#alarms));
  }

  /** @returns the runs of which something was told that had been kept, or was told again */
  revisit(): Promise<string[]> {
    return this.#inTurn(() => this.#alarms.revisit(async (run) => (await this.#seat(run)).engine.view()));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {}); // told to whoever asked
    return done;
  }

  async #take(appends: readonly RunAppend[]): Promise<{ run: string; findings: Finding[] }[]> {
    const told: { run: string; findings: Finding[] }[] = [];
    const due: Due[] = [];
    for (const append of appends) {
      if (append.rejudge) {
        this.#seats.delete(append.run);
        this.#siblings.forget(append.run);
      }
      const seat = await this.#seat(append.run);
      const page = append.fromOrd === seat.evaluatedTo ? { groups: append.groups, to: append.toOrd } : null;
      const { findings, ends } = await this.#judge(append.run, seat, append.facts, page);
      const unsaved = seat.evaluatedTo - seat.savedTo;
      const isDue = append.rejudge || ends || findings.length > 0;
      if (isDue || unsaved >= Math.max(SAVE_AFTER, SAVE_SHARE * seat.evaluatedTo)) {
        due.push({ run: append.run, seat, findings });
      }
      told.push({ run: append.run, findings });
    }
    const others = await this.#compare(due);
    await this.#save([...due, ...others]);
    await this.#evict();
    for (const { run, findings } of others) {
      const known = told.find((one) => one.run === run);
      if (known) known.findings.push(...findings);
      else told.push({ run, findings });
    }
    return told;
  }

  /**
   * Tells runs that have got further what their siblings say of their learning rates; what that is worth saying is added to
   * their findings.
   *
   * @returns those of their siblings to which it makes a difference, told too
   */
  async #compare(due: readonly Due[]): Promise<Due[]> {
    const told = new Map(due.map((one) => [one.run, one]));
    const others: Due[] = [];
    for (const { run, seat } of due) {
      const compared = await this.#siblings.compare(run, seat.engine, (other) => this.#engineOf(other));
      for (const { run: id, siblings } of compared) {
        let one = told.get(id);
        if (one === undefined) {
          one = { run: id, seat: await this.#seat(id), findings: [] };
          told.set(id, one);
          others.push(one);
        }
        one.findings.push(...one.seat.setContext({ siblings }));
      }
    }
    return others;
  }

  /** The engine of a run as it is in memory, or as it was stored. */
  async #engineOf(run: string): Promise<DiagnosisEngine | null> {
    return (this.#seats.get(run) ?? (await this.#restored(run)))?.engine ?? null;
  }

  async view(run: string): Promise<DiagnosisView> {
    return (await this.#seat(run)).engine.view();
  }

  async close(): Promise<void> {
    await this.#saveAll([...this.#seats]);
  }

  /**
   * Judges what has come of a run, and its end where its log tells one. A log that goes on has not ended.
   *
   * @param page goes on where the seat is; null: everything beyond that is read from the store
   * @returns also whether the log has ended with this
   */
  async #judge(
    run: string,
    seat: Seat,
    facts: Facts | null,
    page: ObservationPage | null,
  ): Promise<{ findings: Finding[]; ends: boolean }> {
    const findings = seat.setFacts(facts);
    if (page === null || page.to > seat.evaluatedTo) {
      findings.push(...seat.setContext({ ended: false }));
      findings.push(...(page ? seat.observe(page) : await this.#replay(run, seat)));
    }
    const ends = Boolean(facts?.end) && !seat.ended && (await this.#isRead(run));
    if (ends) findings.push(...seat.setContext({ ended: true }));
    return { findings, ends };
  }

  /** Whether all that a run's files hold has been read: an end that one of them tells may be far ahead of another. */
  async #isRead(run: string): Promise<boolean> {
    return (await this.#store.run(run))?.status?.eof ?? true;
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
    return stored && Seat.restored(stored, await this.#entered(run));
  }

  async #fresh(run: string): Promise<Seat> {
    return Seat.fresh(await this.#store.findings(run), await this.#entered(run));
  }

  async #entered(run: string): Promise<Config> {
    return (await this.#store.run(run))?.entered ?? {};
  }

  async #replay(run: string, seat: Seat): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (;;) {
      const page = await this.#store.observations(run, seat.evaluatedTo, REPLAY_PAGE);
      if (page.to === seat.evaluatedTo) return findings;
      findings.push(...seat.observe(page));
    }
  }

  async #save(rows: readonly Due[]): Promise<void> {
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
    await this.#store.saveDiagnosis(await Promise.all(saved), await this.#alarms.hearing(), this.#now());
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
