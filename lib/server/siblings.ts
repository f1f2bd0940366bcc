import {
  areSiblings,
  compareSiblings,
  type DiagnosisEngine,
  type SiblingCurve,
  type SiblingEvidence,
} from "#lib/diagnosis/index.ts";
import type { IngestStore } from "#lib/store/index.ts";

/** Runs of a project that are compared with one another: the newest. */
const CANDIDATES = 64;
/** Curves kept in memory, about 3 kB each; the one used longest ago is dropped and made again from its stored state. */
const CURVES_KEPT = 2048;

/** What a run's siblings say of it now. */
type Compared = { run: string; siblings: SiblingEvidence | null };

/** The curves by which runs of one project judge each other's learning rates (DIAGNOSIS.md §2.7). */
export class Siblings {
  readonly #store: IngestStore;
  readonly #curves = new Map<string, SiblingCurve | null>();
  /** By run: what it was last told, in short. */
  readonly #told = new Map<string, string>();

  constructor(store: IngestStore) {
    this.#store = store;
  }

  /**
   * A run has got further: what that means for it, and for those of its siblings to which it makes a difference.
   *
   * @param engineOf gives the engine of another run, from memory or as it was stored; null when it cannot be had
   */
  async compare(
    run: string,
    engine: DiagnosisEngine,
    engineOf: (run: string) => Promise<DiagnosisEngine | null>,
  ): Promise<Compared[]> {
    const project = await this.#store.runsOfProject(run, CANDIDATES);
    const name = project.find((other) => other.run === run)?.name ?? run;
    const own = engine.siblingCurve(run, name);
    this.#keep(run, own);
    if (own === null || own.peakRate === null || project.length < 3) return [];
    const group = [own];
    for (const other of project) {
      if (other.run === run) continue;
      const curve = await this.#curve(other, engineOf);
      if (curve !== null && areSiblings(own, curve)) group.push(curve);
    }
    const compared = group.map((curve) => ({ run: curve.id, siblings: compareSiblings(curve, group), curve }));
    return compared
      .filter((one) => one.run === run || this.#isNews(one))
      .map(({ run: id, siblings }) => ({ run: id, siblings }));
  }

  /** Forgets what was said: the run is judged anew. */
  forget(run: string): void {
    this.#curves.delete(run);
    this.#told.delete(run);
  }

  async #curve(
    { run, name }: { run: string; name: string },
    engineOf: (run: string) => Promise<DiagnosisEngine | null>,
  ): Promise<SiblingCurve | null> {
    const known = this.#curves.get(run);
    if (known !== undefined) return known;
    const engine = await engineOf(run);
    const curve = engine?.siblingCurve(run, name) ?? null;
    this.#told.set(run, inShort(engine?.siblings() ?? null, curve));
    return this.#keep(run, curve);
  }

  #keep(run: string, curve: SiblingCurve | null): SiblingCurve | null {
    this.#curves.delete(run);
    this.#curves.set(run, curve);
    if (this.#curves.size > CURVES_KEPT) this.forget(this.#curves.keys().next().value as string);
    return curve;
  }

  #isNews({ run, siblings, curve }: Compared & { curve: SiblingCurve }): boolean {
    const short = inShort(siblings, curve);
    const isNews = short !== this.#told.get(run);
    this.#told.set(run, short);
    return isNews;
  }
}

/** What makes a difference: another judgement, place or winner; and that the levels are those at the run's own end. */
function inShort(siblings: SiblingEvidence | null, curve: SiblingCurve | null): string {
  if (siblings === null) return "";
  const { judgement, rank, of, best, atStep } = siblings;
  return [judgement, rank, of, best.id, curve !== null && atStep >= curve.lastStep].join(" ");
}
