import type Database from "better-sqlite3";
import { type DiagnosisView, type Finding, NotFoundError } from "#lib/protocol/index.ts";
import type { StoredDiagnosis } from "./store.ts";

type Row = { evaluatedTo: number; state: string; view: string };

/** What the diagnosis keeps of each run: its state and view, as of the last observation judged; and its findings. */
export class DiagnosisWrites {
  readonly #run: Database.Statement<[string], number>;
  readonly #save: Database.Statement<[number, number, string, string, number]>;
  readonly #addFinding: Database.Statement<[number, number, string]>;
  readonly #judged: Database.Statement<[number, number]>;
  readonly #of: Database.Statement<[string], Row>;
  readonly #toJudge: Database.Statement<[], string>;
  readonly #ofProject: Database.Statement<[string, number], { run: string; name: string }>;
  readonly #findings: Database.Statement<[string], string>;
  readonly #void: Database.Statement<[number]>;
  readonly #unjudge: Database.Statement<[number]>;

  constructor(db: Database.Database) {
    this.#run = db.prepare<[string], number>("SELECT number FROM runs WHERE id = ?").pluck();
    this.#save = db.prepare("INSERT OR REPLACE INTO diagnoses VALUES (?, ?, ?, ?, ?)");
    this.#addFinding = db.prepare("INSERT INTO findings (run, saved_at, finding) VALUES (?, ?, ?)");
    this.#judged = db.prepare("UPDATE runs SET judged_to = ? WHERE number = ?");
    this.#of = db.prepare(
      `SELECT evaluated_to AS evaluatedTo, state, view FROM diagnoses
       WHERE run = (SELECT number FROM runs WHERE id = ?)`,
    );
    this.#toJudge = db
      .prepare<[], string>("SELECT id FROM runs WHERE observations > judged_to AND kind = 'log' ORDER BY number")
      .pluck();
    this.#ofProject = db.prepare(
      `SELECT id AS run, coalesce(given_name, name) AS name FROM runs WHERE kind = 'log' AND deleted_at IS NULL AND project = (SELECT project FROM runs WHERE id = ?)
       ORDER BY touched_at DESC, number DESC LIMIT ?`,
    );
    this.#findings = selectFindings(db);
    this.#void = db.prepare("UPDATE diagnoses SET evaluated_to = 0 WHERE run = ?");
    this.#unjudge = db.prepare("UPDATE runs SET judged_to = 0 WHERE number = ?");
  }

  /** Inside a transaction. @throws NotFoundError when there is no such run */
  save(row: StoredDiagnosis & { newFindings: readonly Finding[] }, now: number): void {
    const run = this.#run.get(row.run);
    if (run === undefined) throw new NotFoundError("run", row.run);
    this.#save.run(run, row.evaluatedTo, row.state, JSON.stringify(row.view), now);
    for (const finding of row.newFindings) this.#addFinding.run(run, now, JSON.stringify(finding));
    this.#judged.run(row.evaluatedTo, run);
  }

  of(run: string): StoredDiagnosis | null {
    const row = this.#of.get(run);
    return row ? { run, evaluatedTo: row.evaluatedTo, state: row.state, view: asView(row.view) } : null;
  }

  toJudge(): string[] {
    return this.#toJudge.all();
  }

  ofProject(run: string, limit: number): { run: string; name: string }[] {
    return this.#ofProject.all(run, limit);
  }

  findings(run: string): Finding[] {
    return this.#findings.all(run).map(asFinding);
  }

  /** Inside a transaction: the run's state no longer holds, its findings have been told. The view stands until the next. */
  startOver(run: number): void {
    this.#void.run(run);
    this.#unjudge.run(run);
  }
}

/** A run's findings as they were stored, oldest first, for `asFinding`. */
export const selectFindings = (db: Database.Database): Database.Statement<[string], string> =>
  db
    .prepare<[string], string>(
      "SELECT finding FROM findings WHERE run = (SELECT number FROM runs WHERE id = ?) ORDER BY id",
    )
    .pluck();

/** JSON that `save` was given as a finding. */
export const asFinding = (json: string): Finding => JSON.parse(json) as Finding;

/** JSON that `save` was given as a view. */
export const asView = (json: string): DiagnosisView => JSON.parse(json) as DiagnosisView;
