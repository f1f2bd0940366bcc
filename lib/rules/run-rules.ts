import { type Plain, packState, unpackState } from "#lib/core/index.ts";
import { type Condition, RULE_LIMITS, type UserRule } from "#lib/protocol/index.ts";
import { newSeriesState, passTime, pushPoint, type SeriesChange, type SeriesState } from "./evaluator.ts";
import { matchesGlob } from "./glob.ts";
import { conditionOf } from "./words.ts";

/** What one line measured, and its number within the run. */
export type RuleObservation = {
  ord: number;
  step: number;
  at: number;
  attempt: number;
  values: Iterable<readonly [string, number]>;
};

type Entry = {
  rule: UserRule;
  /** What its series were judged by: another test begins anew. */
  judgedBy: string;
  series: Map<string, SeriesState>;
  firing: Set<string>;
};

const VERSION = 1;

/**
 * The rules of one run. Each observation is judged once, when it comes: a rule that is made or changed later looks at what
 * comes after it, and so does one of a run that is judged anew. An alert is open while any series of its rule fires.
 */
export class RunRules {
  readonly #entries = new Map<string, Entry>();
  /** By metric, the entries that watch it. */
  readonly #watchers = new Map<string, Entry[]>();
  /** Observations judged: the next one has this `ord`. */
  evaluatedTo: number;
  /** The run's clock: the newest time that a line told. */
  #clock = Number.NaN;
  #waits = false;

  private constructor(evaluatedTo: number) {
    this.evaluatedTo = evaluatedTo;
  }

  /** Of a run of which nothing is known but how far it has come. */
  static fresh(evaluatedTo: number): RunRules {
    return new RunRules(evaluatedTo);
  }

  /** @throws RangeError when the text is not a state that `save` wrote */
  static restore(text: string): RunRules {
    const saved = unpackState(text, { version: VERSION, evaluatedTo: 0, clock: 0, rules: [] as readonly Plain[] });
    if (saved.version !== VERSION) throw new RangeError(`rule state has version ${saved.version}, not ${VERSION}`);
    const rules = RunRules.fresh(saved.evaluatedTo);
    rules.#clock = saved.clock;
    for (const { rule, series } of saved.rules as unknown as SavedRule[]) {
      const known = new Map(series);
      const firing = new Set([...known].flatMap(([metric, state]) => (state.firing ? [metric] : [])));
      rules.#entries.set(rule.id, { rule, judgedBy: judgedBy(rule), series: known, firing });
    }
    rules.#index();
    return rules;
  }

  /** Whether there is nothing to judge, and nothing to remember. */
  get isIdle(): boolean {
    return this.#entries.size === 0;
  }

  /**
   * Takes over the rules that are for this run now.
   *
   * @returns what is over because its rule is gone, or asks for something else
   */
  use(rules: readonly UserRule[]): Condition[] {
    const over: Condition[] = [];
    const wanted = new Map(rules.map((rule) => [rule.id, rule]));
    for (const [id, entry] of this.#entries) {
      const rule = wanted.get(id);
      if (rule !== undefined && judgedBy(rule) === entry.judgedBy) {
        entry.rule = rule;
        continue;
      }
      const metric = [...entry.firing][0];
      if (metric !== undefined) over.push(conditionOf(entry.rule, metric, gone(entry.series.get(metric)!)));
      this.#entries.delete(id);
    }
    for (const rule of rules) {
      if (this.#entries.has(rule.id)) continue;
      this.#entries.set(rule.id, { rule, judgedBy: judgedBy(rule), series: new Map(), firing: new Set() });
    }
    this.#index();
    return over;
  }

  /** Whether a line with these metrics is any of its business. */
  minds(names: readonly string[]): boolean {
    return this.#waits || names.some((name) => this.#watching(name).length > 0);
  }

  /** Judges what is new among these observations, in order of `ord`, up to `to`. */
  observe(observations: Iterable<RuleObservation>, to: number): Condition[] {
    const conditions: Condition[] = [];
    for (const { ord, step, at, attempt, values } of observations) {
      if (ord < this.evaluatedTo) continue;
      if (at > this.#clock || Number.isNaN(this.#clock)) this.#clock = at;
      if (this.#waits) this.#pass(this.#clock, conditions);
      for (const [metric, value] of values) {
        for (const entry of this.#watching(metric)) {
          const state = seriesOf(entry, metric);
          if (state === null) continue;
          const changes = pushPoint(entry.rule, state, { step, at, attempt, value });
          if (changes.length > 0) settle(entry, metric, changes, conditions);
        }
      }
    }
    this.evaluatedTo = Math.max(this.evaluatedTo, to);
    return conditions;
  }

  /** The run's clock says `now` (epoch ms), and nothing has come. */
  tick(now: number): Condition[] {
    const conditions: Condition[] = [];
    if (this.#waits) this.#pass(now, conditions);
    return conditions;
  }

  /** The run is over, and every alert with it: what comes after begins anew. */
  ended(): void {
    for (const entry of this.#entries.values()) {
      entry.series.clear();
      entry.firing.clear();
    }
  }

  save(): string {
    const rules = [...this.#entries.values()].map(({ rule, series }) => ({ rule, series: [...series] }));
    return packState({
      version: VERSION,
      evaluatedTo: this.evaluatedTo,
      clock: this.#clock,
      rules: rules as unknown as readonly Plain[], // plain by their types: see `SeriesState`
    });
  }

  #pass(now: number, conditions: Condition[]): void {
    for (const entry of this.#entries.values()) {
      if (entry.rule.test.kind !== "absence") continue;
      for (const [metric, state] of entry.series) {
        const changes = passTime(entry.rule, state, now);
        if (changes.length > 0) settle(entry, metric, changes, conditions);
      }
    }
  }

  #watching(metric: string): readonly Entry[] {
    let watching = this.#watchers.get(metric);
    if (watching === undefined) {
      watching = [...this.#entries.values()].filter(({ rule }) => matchesGlob(rule.metric, metric));
      this.#watchers.set(metric, watching);
    }
    return watching;
  }

  #index(): void {
    this.#watchers.clear();
    this.#waits = [...this.#entries.values()].some(({ rule }) => rule.test.kind === "absence");
  }
}

type SavedRule = { rule: UserRule; series: [string, SeriesState][] };

/** What decides when a rule fires; its name, its severity and whom it is for may change under way. */
const judgedBy = ({ metric, test, hold, keepFiring, cooldown }: UserRule): string =>
  JSON.stringify([metric, test, hold, keepFiring, cooldown]);

function seriesOf(entry: Entry, metric: string): SeriesState | null {
  const known = entry.series.get(metric);
  if (known !== undefined) return known;
  if (entry.series.size >= RULE_LIMITS.series) return null;
  const fresh = newSeriesState(entry.rule);
  entry.series.set(metric, fresh);
  return fresh;
}

/** An alert begins with the first series that fires and is over with the last. */
function settle(entry: Entry, metric: string, changes: readonly SeriesChange[], conditions: Condition[]): void {
  for (const change of changes) {
    const before = entry.firing.size;
    if (change.kind === "began") entry.firing.add(metric);
    else entry.firing.delete(metric);
    if (before === 0 || entry.firing.size === 0) conditions.push(conditionOf(entry.rule, metric, change));
  }
}

const gone = ({ from, last }: SeriesState): SeriesChange => ({
  kind: "ended",
  from: from ?? last,
  ...last,
  value: null,
});
