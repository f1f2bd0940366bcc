import type { DiagnosisEngine } from "#lib/diagnosis/index.ts";
import type { Condition, Config, DiagnosisView, Facts, Finding, RunState } from "#lib/protocol/index.ts";
import type { IngestStore, ObservationPage, RunAppend } from "#lib/store/index.ts";
import type { Alarms } from "./alarms.ts";
import { RuleBook, type RunWatch } from "./rule-book.ts";
import { Seat } from "./seat.ts";
import { Siblings } from "./siblings.ts";
import type { Glance } from "./ticks.ts";

/**
 * Runs the diagnosis over what has been committed. Its state is saved in a transaction of its own, with every new finding
 * at once and otherwise after some growth; what a crash takes away is judged again from the store, with the same result.
 * Where a richer file takes a metric over, the run is judged anew from its beginning, and told is only what is new in that.
 * People's rules go along: what they know is saved in the same transaction, and each looks at an observation once.
 */
export type Judged = { run: string; view: DiagnosisView; findings: Finding[] };

/** What is new of a run: its findings, and whether a rule has something to tell. */
export type Told = { run: string; findings: Finding[]; conditions: Condition[] };

/** Observations judged before the state is saved again: a floor, and a share of what the run has. */
const SAVE_AFTER = 256;
const SAVE_SHARE = 0.05;
const REPLAY_PAGE = 20_000;
/** Engines kept in memory; the one used longest ago is saved and dropped. */
const ENGINES_KEPT = 256;

/** A run whose diagnosis is to be saved. */
type Due = { run: string; seat: Seat; findings: Finding[]; conditions: Condition[] };

export class Judge {
  readonly #store: IngestStore;
  readonly #seats = new Map<string, Seat>();
  readonly #alarms: Alarms;
  readonly #siblings: Siblings;
  readonly #rules: RuleBook;
  readonly #now: () => number;
  /** One thing at a time: between reading what is open and writing what has changed, nothing else may. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: IngestStore, alarms: Alarms, now: () => number) {
    this.#store = store;
    this.#alarms = alarms;
    this.#siblings = new Siblings(store);
    this.#rules = new RuleBook(store);
    this.#now = now;
  }

  /** Catches up with everything that was committed but not judged when the process ended. */
  async resume(): Promise<Judged[]> {
    const judged: Judged[] = [];
    await this.#loadRules();
    for (const { run, facts } of await this.#store.runsToJudge()) {
      const seat = await this.#seat(run);
      const watch = await this.#rules.of(run, seat.evaluatedTo);
      const { findings, conditions } = await this.#judge(run, seat, facts, null, watch);
      const due = [{ run, seat, findings, conditions }];
      await this.#save([...due, ...(await this.#compare(due))]);
      judged.push({ run, view: seat.engine.view(), findings });
    }
    return judged;
  }

  /**
   * Judges what one commit added; the findings are durable when this resolves. Runs that it had nothing for are among the
   * answers where their siblings now say something else of them.
   */
  take(appends: readonly RunAppend[]): Promise<Told[]> {
    return this.#inTurn(() => this.#take(appends));
  }

  /**
   * What only the clock tells of a run: it fell silent, its agent is gone, it is over. One that goes on no longer is compared
   * with its siblings as far as it has come.
   *
   * @returns the runs of which something else is said now
   */
  changeState(run: string, from: RunState, to: RunState): Promise<Told[]> {
    return this.#inTurn(async () => {
      const seat = await this.#seat(run);
      const isOver = to === "finished" || to === "failed";
      const ends = isOver && (await this.#isRead(run));
      const own: Due = { run, seat, findings: ends ? seat.setContext({ ended: true }) : [], conditions: [] };
      await this.#alarms.stateChanged(run, from, to, seat.engine.view());
      if (isOver) (await this.#rules.of(run, seat.evaluatedTo))?.ended();
      if (from !== "running" && !isOver) return [];
      const due = [own, ...(await this.#compare([own]))];
      await this.#save(due);
      return due.map(told);
    });
  }

  /**
   * Looks at a run between its records: what its GPUs show now may tell of a hang or of the GPUs, its clock of what is missing.
   *
   * @param now epoch ms by the clock of the run's agent
   * @returns what that told; it is durable when this resolves
   */
  tick(run: string, now: number, glance: Glance): Promise<Told> {
    return this.#inTurn(async () => {
      const { gpus } = glance;
      const seat = await this.#seat(run);
      const findings = seat.tick(now, gpus);
      const watch =
        gpus.length > 0 ? await this.#rules.always(run, seat.evaluatedTo) : await this.#rules.of(run, seat.evaluatedTo);
      const conditions = watch?.tick(now, glance) ?? [];
      const due = { run, seat, findings, conditions };
      if (findings.length > 0 || conditions.length > 0) await this.#save([due]);
      return told(due);
    });
  }

  /**
   * Something beside any run began or is over: the runs that it was told with, else the one given, tell it.
   *
   * @returns the runs that have something to tell
   */
  heard(condition: Condition, run: string | null): Promise<Told[]> {
    return this.#inTurn(async () => {
      const open = await this.#store.runsWithOpenAlert(condition.subject);
      if (condition.kind === "began" && (open.length > 0 || run === null)) return [];
      const runs = condition.kind === "began" ? [run as string] : open;
      const due: Told[] = [];
      for (const one of runs) {
        await this.#alarms.heard(one, [condition], (await this.#seat(one)).engine.view());
        due.push({ run: one, findings: [], conditions: [condition] });
      }
      return due;
    });
  }

  /**
   * Takes over rules and switches as they are now, for what comes from here on.
   *
   * @param changed the rule that is another one now or gone, if it is one; or the run that is another one for its rules
   * @returns the runs of which an alert is over with that
   */
  rulesChanged(changed: { rule: string } | { run: string } | null): Promise<Told[]> {
    return this.#inTurn(async () => {
      await this.#loadRules();
      const concerned =
        changed === null ? [] : "run" in changed ? [changed.run] : await this.#rules.concerned(changed.rule);
      for (const run of concerned) await this.#seat(run);
      const due: Due[] = [];
      for (const [run, seat] of this.#seats) {
        const watch = await this.#rules.of(run, seat.evaluatedTo);
        if (watch === null) continue;
        const conditions = await this.#rules.apply(run, watch);
        due.push({ run, seat, findings: [], conditions });
      }
      // A new rule begins where each run is now: after a crash too.
      await this.#save(due);
      await this.#evict();
      return due.filter(({ conditions }) => conditions.length > 0).map(told);
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
      await this.#save([{ run, seat, findings, conditions: [] }]);
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

  async #take(appends: readonly RunAppend[]): Promise<Told[]> {
    const news: Due[] = [];
    const due: Due[] = [];
    for (const append of appends) {
      if (append.rejudge) {
        this.#seats.delete(append.run);
        this.#siblings.forget(append.run);
      }
      const { run } = append;
      const seat = await this.#seat(run);
      // A run that is judged anew is not watched anew.
      const watch = await this.#rules.of(run, append.rejudge ? append.fromOrd : seat.evaluatedTo);
      const page = append.fromOrd === seat.evaluatedTo ? { groups: append.groups, to: append.toOrd } : null;
      const { findings, conditions, ends } = await this.#judge(run, seat, append.facts, page, watch);
      const unsaved = seat.evaluatedTo - seat.savedTo;
      const isDue = append.rejudge || ends || findings.length > 0 || conditions.length > 0;
      const one = { run, seat, findings, conditions };
      if (isDue || unsaved >= Math.max(SAVE_AFTER, SAVE_SHARE * seat.evaluatedTo)) due.push(one);
      news.push(one);
    }
    const others = await this.#compare(due);
    await this.#save([...due, ...others]);
    await this.#evict();
    for (const other of others) {
      const known = news.find(({ run }) => run === other.run);
      if (known) known.findings.push(...other.findings);
      else news.push(other);
    }
    return news.map(told);
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
          one = { run: id, seat: await this.#seat(id), findings: [], conditions: [] };
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
    watch: RunWatch | null,
  ): Promise<{ findings: Finding[]; conditions: Condition[]; ends: boolean }> {
    const findings = seat.setFacts(facts);
    const conditions: Condition[] = [];
    if (page === null || page.to > seat.evaluatedTo) {
      findings.push(...seat.setContext({ ended: false }));
      for await (const next of page ? [page] : this.#pages(run, seat)) {
        findings.push(...seat.observe(next));
        if (watch) conditions.push(...watch.observe(next));
      }
    }
    const ends = Boolean(facts?.end) && !seat.ended && (await this.#isRead(run));
    if (ends) findings.push(...seat.setContext({ ended: true }));
    return { findings, conditions, ends };
  }

  /** What the store has of a run beyond where its seat is. */
  async *#pages(run: string, seat: Seat): AsyncGenerator<ObservationPage> {
    for (;;) {
      const page = await this.#store.observations(run, seat.evaluatedTo, REPLAY_PAGE);
      if (page.to === seat.evaluatedTo) return;
      yield page;
    }
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

  async #loadRules(): Promise<void> {
    await this.#rules.load();
    this.#alarms.switches = this.#rules.switches;
  }

  async #save(rows: readonly Due[]): Promise<void> {
    if (rows.length === 0) return;
    const saved = rows.map(async ({ run, seat, findings, conditions }) => {
      const view = seat.engine.view();
      const rules = this.#rules.saved(run);
      return {
        ...(rules !== undefined && { rules }),
        run,
        evaluatedTo: seat.evaluatedTo,
        state: seat.engine.save(),
        view,
        newFindings: findings,
        alerts: await this.#alarms.of(run, findings, conditions, view),
      };
    });
    await this.#store.saveDiagnosis(await Promise.all(saved), await this.#alarms.hearing(), this.#now());
    for (const { seat } of rows) seat.savedTo = seat.evaluatedTo;
  }

  async #saveAll(seats: readonly (readonly [string, Seat])[]): Promise<void> {
    await this.#save(
      seats
        .filter(([run, seat]) => seat.evaluatedTo > seat.savedTo || this.#rules.saved(run) !== undefined)
        .map(([run, seat]) => ({ run, seat, findings: [], conditions: [] })),
    );
  }

  async #evict(): Promise<void> {
    const extra = [...this.#seats].slice(0, Math.max(0, this.#seats.size - ENGINES_KEPT));
    await this.#saveAll(extra);
    for (const [run] of extra) {
      this.#seats.delete(run);
      this.#rules.forget(run);
    }
  }
}

const told = ({ run, findings, conditions }: Due): Told => ({ run, findings, conditions });
