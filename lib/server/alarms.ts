import {
  type AlertChange,
  conditionAlerts,
  endOfRun,
  type Notice,
  type RunSnapshot,
  stateAlerts,
  stepAlerts,
} from "#lib/alerts/index.ts";
import { timeLeftMs } from "#lib/core/index.ts";
import {
  type Condition,
  type DiagnosisView,
  type Finding,
  METRIC,
  type RuleSwitch,
  type RunState,
} from "#lib/protocol/index.ts";
import { endCause, failureWords, isSwitchedOff, isSwitchedOn } from "#lib/rules/index.ts";
import type { AlertWrite, IngestStore, StoredRun } from "#lib/store/index.ts";

/**
 * From findings, conditions and states to what the store writes: alerts with a notice for every channel. What a run has of
 * history, and what a rule says that was switched off, is kept as alerts of which nobody is told. Runs beside the judge in
 * the writer's thread, so that alerts are committed with the diagnosis that they come from.
 */
export class Alarms {
  readonly #store: IngestStore;
  readonly #now: () => number;
  /** Ids of the channels that are told. */
  channels: readonly string[];
  /** Built-in rules that people switched. */
  switches: readonly RuleSwitch[] = [];

  constructor(store: IngestStore, channels: readonly string[], now: () => number) {
    this.#store = store;
    this.channels = channels;
    this.#now = now;
  }

  /** What new findings and conditions change; nothing is written yet. */
  async of(
    run: string,
    findings: readonly Finding[],
    conditions: readonly Condition[],
    view: DiagnosisView,
  ): Promise<AlertWrite[]> {
    if (findings.length === 0 && conditions.length === 0) return [];
    const stored = await this.#store.run(run);
    if (!stored) return [];
    const open = await this.#store.openAlerts(run);
    const context = this.#context(stored, view);
    const told = findings.map((finding) => ({
      ...finding,
      alert: finding.alert || isSwitchedOn(this.switches, finding.rule, stored.project),
    }));
    const changes = [...stepAlerts(open, told, view, context), ...conditionAlerts(open, conditions, context)];
    return this.#writes(stored, open, changes);
  }

  /** Something beside the run's log began or is over, and is told with it. */
  async heard(run: string, conditions: readonly Condition[], view: DiagnosisView): Promise<void> {
    const changes = await this.of(run, [], conditions, view);
    if (changes.length > 0) await this.#store.saveAlerts(changes, this.channels, this.#now());
  }

  /** The run is in another state: told, when somebody has to know. Only a run that was seen running can fall silent. */
  async stateChanged(run: string, from: RunState, to: RunState, view: DiagnosisView): Promise<void> {
    const stored = await this.#store.run(run);
    if (!stored) return;
    const open = await this.#store.openAlerts(run);
    const context = this.#context(stored, view);
    const isOver = to === "finished" || to === "failed";
    if (!isOver && from !== "running" && to !== "running") return;
    const words =
      to === "failed" ? failureWords(endCause(stored.facts?.end?.text ?? null, await this.#log(run))) : undefined;
    const changes = isOver ? endOfRun(open, to, context, words) : stateAlerts(open, to, context);
    if (changes.length > 0)
      await this.#store.saveAlerts(this.#writes(stored, open, changes), this.channels, this.#now());
  }

  async #log(run: string): Promise<string[]> {
    return (await this.#store.log(run)).map(({ text }) => text);
  }

  #writes(stored: StoredRun, open: readonly { id: string }[], changes: readonly AlertChange[]): AlertWrite[] {
    const isSilent = isHistory(stored);
    return changes.map(({ alert, passed, notice }) => ({
      alert,
      passed,
      isNew: !open.some(({ id }) => id === alert.id),
      notice:
        notice && !isSilent && !isSwitchedOff(this.switches, alert.subject, stored.project)
          ? {
              number: notice.number,
              kind: notice.kind as Exclude<Notice["kind"], "test">,
              body: JSON.stringify(notice),
              urgent: notice.severity === "critical",
            }
          : null,
    }));
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
