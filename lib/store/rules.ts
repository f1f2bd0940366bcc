import type Database from "better-sqlite3";
import {
  CurvewatchError,
  NotFoundError,
  RULE_LIMITS,
  type RuleSwitch,
  type UserRule,
  userRuleSchema,
} from "#lib/protocol/index.ts";
import type { StoredRule } from "./store.ts";

/**
 * Rules that people made, which built-in ones they switched, and what the rules know of each run. A rule is JSON; a switch
 * without a project (stored as an empty one) is for all that have none of their own.
 */
type RuleRow = { rule: string; createdAt: number; updatedAt: number };
type SwitchRow = { rule: string; project: string; enabled: number };

export class RuleWrites {
  readonly #add: Database.Statement<[string, string, number, number]>;
  readonly #change: Database.Statement<[string, number, string]>;
  readonly #remove: Database.Statement<[string]>;
  readonly #count: Database.Statement<[], number>;
  readonly #switch: Database.Statement<[string, string, number]>;
  readonly #unswitch: Database.Statement<[string, string]>;
  readonly #saveState: Database.Statement<[string, string]>;
  readonly #state: Database.Statement<[string], string>;

  constructor(db: Database.Database) {
    this.#add = db.prepare("INSERT INTO rules VALUES (?, ?, ?, ?)");
    this.#change = db.prepare("UPDATE rules SET rule = ?, updated_at = ? WHERE id = ?");
    this.#remove = db.prepare("DELETE FROM rules WHERE id = ?");
    this.#count = db.prepare<[], number>("SELECT count(*) FROM rules").pluck();
    this.#switch = db.prepare("INSERT OR REPLACE INTO rule_switches VALUES (?, ?, ?)");
    this.#unswitch = db.prepare("DELETE FROM rule_switches WHERE rule = ? AND project = ?");
    this.#saveState = db.prepare(
      "INSERT OR REPLACE INTO rule_states SELECT number, ? FROM runs WHERE id = ? AND kind = 'log'",
    );
    this.#state = db
      .prepare<[string], string>("SELECT state FROM rule_states WHERE run = (SELECT number FROM runs WHERE id = ?)")
      .pluck();
  }

  /** Inside a transaction. @throws CurvewatchError `conflict` when there are as many as there may be */
  add(rule: UserRule, now: number): void {
    if ((this.#count.get() as number) >= RULE_LIMITS.rules)
      throw new CurvewatchError("conflict", `there are ${RULE_LIMITS.rules} rules already`, {
        hint: "Remove one that is no longer needed.",
      });
    this.#add.run(rule.id, JSON.stringify(rule), now, now);
  }

  /** Inside a transaction. @throws NotFoundError when there is no such rule */
  change(rule: UserRule, now: number): void {
    if (this.#change.run(JSON.stringify(rule), now, rule.id).changes === 0) throw new NotFoundError("rule", rule.id);
  }

  /** Inside a transaction. @throws NotFoundError when there is no such rule */
  remove(id: string): void {
    if (this.#remove.run(id).changes === 0) throw new NotFoundError("rule", id);
  }

  /** Inside a transaction; null goes back to what it is by default. */
  switch(rule: string, project: string | null, enabled: boolean | null): void {
    if (enabled === null) this.#unswitch.run(rule, project ?? "");
    else this.#switch.run(rule, project ?? "", enabled ? 1 : 0);
  }

  /** Inside a transaction. */
  saveState(run: string, state: string): void {
    this.#saveState.run(state, run);
  }

  state(run: string): string | null {
    return this.#state.get(run) ?? null;
  }
}

export class RuleReads {
  readonly #rules: Database.Statement<[], RuleRow>;
  readonly #switches: Database.Statement<[], SwitchRow>;

  constructor(db: Database.Database) {
    this.#rules = db.prepare(
      "SELECT rule, created_at AS createdAt, updated_at AS updatedAt FROM rules ORDER BY created_at, id",
    );
    this.#switches = db.prepare("SELECT rule, project, enabled FROM rule_switches ORDER BY rule, project");
  }

  /** Oldest first. */
  all(): StoredRule[] {
    return this.#rules.all().map(({ rule, ...times }) => ({ ...userRuleSchema.parse(JSON.parse(rule)), ...times }));
  }

  switches(): RuleSwitch[] {
    return this.#switches
      .all()
      .map(({ rule, project, enabled }) => ({ rule, project: project || null, enabled: enabled === 1 }));
  }
}
