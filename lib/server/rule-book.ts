import { type Plain, packState, unpackState } from "#lib/core/index.ts";
import { type Condition, type RuleSwitch, ruleSubject, type UserRule } from "#lib/protocol/index.ts";
import { type GpuWatch, isInScope, lookAtGpus, newGpuWatch, RunRules } from "#lib/rules/index.ts";
import type { IngestStore, ObservationPage } from "#lib/store/index.ts";
import { inOrder } from "./seat.ts";
import type { Glance } from "./ticks.ts";

/**
 * The rules in force and what they know of each run, beside the judge in the writer's thread. Nothing is written here: the
 * judge saves a run's state with its diagnosis, so that both are always of the same moment.
 */
export class RuleBook {
  readonly #store: IngestStore;
  readonly #watches = new Map<string, RunWatch>();
  #rules: UserRule[] | null = null;
  #switches: RuleSwitch[] = [];

  constructor(store: IngestStore) {
    this.#store = store;
  }

  /** Reads what is in force from the store; nothing is taken over by the runs yet. */
  async load(): Promise<void> {
    this.#rules = (await this.#store.rules()).filter(({ enabled }) => enabled);
    this.#switches = await this.#store.ruleSwitches();
  }

  get switches(): readonly RuleSwitch[] {
    return this.#switches;
  }

  /**
   * What is watched of a run; null when no rule is for it and none ever was.
   *
   * @param startAt where a run begins to be watched of which nothing is stored
   */
  async of(run: string, startAt: number): Promise<RunWatch | null> {
    const known = this.#watches.get(run);
    if (known) return known;
    const stored = await this.#store.ruleState(run);
    if (stored === null && (await this.#inForce()).length === 0) return null;
    return this.#open(run, stored, startAt);
  }

  /** As `of`, for who watches the run whatever rules there are. */
  async always(run: string, startAt: number): Promise<RunWatch> {
    return this.#watches.get(run) ?? this.#open(run, await this.#store.ruleState(run), startAt);
  }

  /** Lets a run take over the rules that are for it now. @returns what is over with that */
  async apply(run: string, watch: RunWatch): Promise<Condition[]> {
    const over = watch.rules.use(await this.#ofRun(run));
    return [...watch.pending.splice(0), ...over];
  }

  /** Runs that are to hear of a change of a rule although nobody has looked at them for long. */
  concerned(rule: string): Promise<string[]> {
    return this.#store.runsWithOpenAlert(ruleSubject(rule));
  }

  /** The state to be saved of a run; undefined where there is none. */
  saved(run: string): string | undefined {
    return this.#watches.get(run)?.save();
  }

  /** Its state was saved, and nobody looks at it. */
  forget(run: string): void {
    this.#watches.delete(run);
  }

  async #open(run: string, stored: string | null, startAt: number): Promise<RunWatch> {
    const watch = (stored === null ? null : RunWatch.restored(stored)) ?? RunWatch.fresh(startAt);
    this.#watches.set(run, watch);
    watch.pending.push(...(await this.apply(run, watch)));
    return watch;
  }

  async #inForce(): Promise<UserRule[]> {
    if (this.#rules === null) await this.load();
    return this.#rules!;
  }

  async #ofRun(id: string): Promise<UserRule[]> {
    const rules = await this.#inForce();
    if (rules.length === 0) return [];
    const run = await this.#store.run(id);
    return run === null ? [] : rules.filter((rule) => isInScope(rule, run));
  }
}

/** What is watched of one run: people's rules, and its GPUs. */
export class RunWatch {
  readonly rules: RunRules;
  #gpus: GpuWatch;
  /** What was over before anything new came: told with the next thing that is. */
  readonly pending: Condition[] = [];

  private constructor(rules: RunRules, gpus: GpuWatch) {
    this.rules = rules;
    this.#gpus = gpus;
  }

  static fresh(startAt: number): RunWatch {
    return new RunWatch(RunRules.fresh(startAt), newGpuWatch());
  }

  /** Null when what was stored is of another version. */
  static restored(text: string): RunWatch | null {
    try {
      const { rules, gpus } = unpackState(text, { rules: "", gpus: newGpuWatch() as unknown as Plain });
      return new RunWatch(RunRules.restore(rules), gpus as unknown as GpuWatch); // safe: checked against a fresh one
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  observe({ groups, to }: ObservationPage): Condition[] {
    const minded = groups.filter(({ names }) => this.rules.minds(names));
    return [...this.pending.splice(0), ...this.rules.observe(inOrder(minded), to)];
  }

  tick(now: number, glance: Glance): Condition[] {
    return [...this.pending.splice(0), ...this.rules.tick(now), ...lookAtGpus(this.#gpus, { now, ...glance })];
  }

  /** The run is over, and every alert with it. */
  ended(): void {
    this.rules.ended();
    this.#gpus = { ...newGpuWatch(), longestPause: this.#gpus.longestPause };
  }

  save(): string {
    return packState({ rules: this.rules.save(), gpus: this.#gpus as unknown as Plain }); // plain by its type
  }
}
