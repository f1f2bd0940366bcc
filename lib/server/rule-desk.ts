import { randomBytes } from "node:crypto";
import { NotFoundError, type RuleDraft, type RuleEdit, type UserRule, userRuleSchema } from "#lib/protocol/index.ts";
import { builtInRule } from "#lib/rules/index.ts";
import type { IngestStore } from "#lib/store/index.ts";

/** What people do to rules: kept, then taken over by the runs. */
export class RuleDesk {
  readonly #store: IngestStore;
  readonly #changed: (what: { rule: string } | null) => Promise<void>;
  readonly #now: () => number;

  /** @param changed lets the runs take over what is stored now */
  constructor(store: IngestStore, changed: (what: { rule: string } | null) => Promise<void>, now: () => number) {
    this.#store = store;
    this.#changed = changed;
    this.#now = now;
  }

  /** @throws CurvewatchError `conflict` when there are as many as there may be */
  async add(draft: RuleDraft): Promise<UserRule> {
    const rule: UserRule = { ...draft, id: randomBytes(6).toString("hex") };
    await this.#store.addRule(rule, this.#now());
    await this.#changed(null);
    return rule;
  }

  /** @throws CurvewatchError `not_found` when there is no such rule of a person's */
  async change(id: string, edit: RuleEdit): Promise<void> {
    const rule = (await this.#store.rules()).find((known) => known.id === id);
    if (!rule) throw new NotFoundError("rule", id);
    const given = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
    await this.#store.changeRule(userRuleSchema.parse({ ...rule, ...given }), this.#now());
    await this.#changed({ rule: id });
  }

  /** @throws CurvewatchError `not_found` when there is no such rule of a person's */
  async remove(id: string): Promise<void> {
    await this.#store.removeRule(id);
    await this.#changed({ rule: id });
  }

  /**
   * Whether a built-in rule is pushed, everywhere or in a project; null goes back to the default.
   *
   * @throws CurvewatchError `not_found` when there is no such rule
   */
  async switch(id: string, project: string | null, enabled: boolean | null): Promise<void> {
    if (!builtInRule(id)) throw new NotFoundError("rule", id);
    await this.#store.switchRule(id, project, enabled);
    await this.#changed(null);
  }
}
