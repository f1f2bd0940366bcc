import { type AlertChange, endOfRun, type RunSnapshot, stateAlerts, stepAlerts } from "#lib/alerts/index.ts";
import { timeLeftMs } from "#lib/core/index.ts";
import { type DiagnosisView, type Finding, METRIC, type RunState } from "#lib/protocol/index.ts";
import type { AlertWrite, IngestStore, NoticeWrite, StoredRun } from "#lib/store/index.ts";

/**
 * From findings and states to what the store writes: alerts with a notice for every channel. What a run has of history is
 * kept as alerts of which nobody is told. Runs beside the judge in the
 * writer's thread, so that alerts are committed with the diagnosis that they come from.
 */
export class Alarms {
  readonly #store: IngestStore;
  readonly #now: () => number;
  /** Ids of the channels that are told. */
  channels: readonly string[];

  constructor(store: IngestStore, channels: readonly string[], now: () => number) {
    this.#store = store;
    this.channels = channels;
    this.#now = now;
  }

  /** What new findings change; nothing is written yet. */
  async of(run: string, findings: readonly Finding[], view: DiagnosisView): Promise<AlertWrite[]> {
    if (findings.length === 0) return [];
    const stored = await this.#store.run(run);
    if (!stored) return [];
    const open = await this.#store.openAlerts(run);
    return writes(open, stepAlerts(open, findings, view, this.#context(stored, view)), isHistory(stored));
  }

  /** The run is in another state: told, when somebody has to know. Only a run that was seen running can fall silent. */
  async stateChanged(run: string, from: RunState, to: RunState, view: DiagnosisView): Promise<void> {
    const stored = await this.#store.run(run);
    if (!stored) return;
    const open = await this.#store.openAlerts(run);
    const context = this.#context(stored, view);
    const isOver = to === "finished" || to === "failed";
    if (!isOver && from !== "running" && to !== "running") return;
    const changes = isOver ? endOfRun(open, to, context) : stateAlerts(open, to, context);
    if (changes.length > 0)
      await this.#store.saveAlerts(writes(open, changes, isHistory(stored)), this.channels, this.#now());
  }

  #context(stored: StoredRun, view: DiagnosisView): { run: RunSnapshot; attempt: number; now: number } {
    const last = (name: string): RunSnapshot["loss"] =>
      stored.metrics.find((metric) => metric.name === name)?.last?.value ?? null;
    const maxSteps = stored.facts?.maxSteps ?? null;
    return {
      attempt: stored.attempts.at(-1)?.attempt ?? 1,
      now: this.#now(),
      run: {
        id: stored.id,
        name: stored.name,
        project: stored.project,
        host: stored.host,
        step: stored.step,
        maxSteps,
        loss: last(METRIC.trainLoss),
        learningRate: last(METRIC.learningRate),
        msLeft: timeLeftMs(stored.step, maxSteps, view.rhythm.msPerStep),
      },
    };
  }
}

/** What was over before we read it, and what was thrown away. */
const isHistory = ({ status, deletedAt }: StoredRun): boolean => deletedAt !== null || (status?.backfill ?? false);

function writes(open: readonly { id: string }[], changes: readonly AlertChange[], isSilent: boolean): AlertWrite[] {
  return changes.map(({ alert, passed, notice }) => ({
    alert,
    passed,
    isNew: !open.some(({ id }) => id === alert.id),
    notice:
      notice && !isSilent
        ? {
            number: notice.number,
            kind: notice.kind as NoticeWrite["kind"],
            body: JSON.stringify(notice),
            urgent: notice.severity === "critical",
          }
        : null,
  }));
}
