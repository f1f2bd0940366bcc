import {
  type AlertChange,
  type Context,
  conditionAlerts,
  endOfRun,
  FLAP_WINDOW_MS,
  heardBy,
  isInForce,
  type Notice,
  type Planned,
  plan,
  type RunSnapshot,
  revisit,
  type Surroundings,
  settled,
  stateAlerts,
  stepAlerts,
  told,
} from "#lib/alerts/index.ts";
import { timeLeftMs } from "#lib/core/index.ts";
import {
  type Alert,
  type AlertStage,
  type Condition,
  CurvewatchError,
  type DiagnosisView,
  type Finding,
  type Incident,
  METRIC,
  type Mute,
  NotFoundError,
  type RuleSwitch,
  type RunState,
} from "#lib/protocol/index.ts";
import { endCause, failureWords, isSwitchedOff, isSwitchedOn } from "#lib/rules/index.ts";
import type { AlertWrite, IngestStore, StoredRun } from "#lib/store/index.ts";
import { recentLoss } from "./recent-loss.ts";

/**
 * From findings and states to what the store writes: alerts with a notice for every channel that is to hear of it, and what
 * people say to an incident. Runs beside the judge in the writer's thread, so that alerts are committed with the diagnosis
 * that they come from.
 */
export type IncidentAct =
  | { kind: "ack"; by: string | null }
  | { kind: "unack" }
  | { kind: "snooze"; until: number }
  | { kind: "resolve" };

export class Alarms {
  readonly #store: IngestStore;
  readonly #now: () => number;
  #mutes: readonly Mute[] | null = null;
  /** Ids of the channels that are told. */
  #channels: readonly string[];
  /** Built-in rules that people switched. */
  switches: readonly RuleSwitch[] = [];

  constructor(store: IngestStore, channels: readonly string[], now: () => number) {
    this.#store = store;
    this.#channels = channels;
    this.#now = now;
  }

  set channels(ids: readonly string[]) {
    this.#channels = ids;
  }

  /** The channels that hear of what is written now. */
  async hearing(): Promise<string[]> {
    return heardBy(this.#channels, await this.#mutesNow(), this.#now());
  }

  /** What new findings and conditions change; nothing is written yet. */
  async of(
    run: string,
    findings: readonly Finding[],
    conditions: readonly Condition[],
    view: DiagnosisView,
  ): Promise<AlertWrite[]> {
    if (findings.length === 0 && conditions.length === 0) return [];
    return this.#changed(run, view, (open, context, { project }) => {
      const pushed = findings.map((finding) => ({
        ...finding,
        alert: finding.alert || isSwitchedOn(this.switches, finding.rule, project),
      }));
      return [...stepAlerts(open, pushed, view, context), ...conditionAlerts(open, conditions, context)];
    });
  }

  /** Something beside the run's log began or is over, and is told with it. */
  async heard(run: string, conditions: readonly Condition[], view: DiagnosisView): Promise<void> {
    const writes = await this.of(run, [], conditions, view);
    if (writes.length > 0) await this.#store.saveAlerts(writes, await this.hearing(), this.#now());
  }

  /** The run is in another state: told, when somebody has to know. Only a run that was seen running can fall silent. */
  async stateChanged(run: string, from: RunState, to: RunState, view: DiagnosisView): Promise<void> {
    const isOver = to === "finished" || to === "failed";
    if (!isOver && from !== "running" && to !== "running") return;
    const log = to === "failed" ? (await this.#store.log(run)).map(({ text }) => text) : [];
    const writes = await this.#changed(run, view, (open, context, { facts }) => {
      if (!isOver) return stateAlerts(open, to, context);
      const words = to === "failed" ? failureWords(endCause(facts?.end?.text ?? null, log)) : undefined;
      return endOfRun(open, to, context, words);
    });
    if (writes.length > 0) await this.#store.saveAlerts(writes, await this.hearing(), this.#now());
  }

  /**
   * Looks at everything that stands open: what a mute, a snooze or another alert kept quiet may be told by now, and what is
   * critical and on nobody's desk is told again.
   *
   * @returns the runs of which something was written
   */
  async revisit(viewOf: (run: string) => Promise<DiagnosisView>): Promise<string[]> {
    const now = this.#now();
    for (const mute of await this.#mutesNow()) if (!isInForce(mute, now)) await this.unmute(mute.id);
    const byRun = Map.groupBy(await this.#store.allOpenAlerts(), ({ run }) => run);
    const changed: string[] = [];
    for (const [run, open] of byRun) {
      const stored = await this.#store.run(run);
      if (!stored) continue;
      const latest = await this.#store.latestIncident(run);
      const mayChange =
        open.some(({ untold }) => untold !== null) ||
        (latest !== null && latest.state === "open" && (latest.ack === null || latest.snoozedUntil !== null));
      if (!mayChange) continue;
      const about = { ...(await this.#surroundings(stored, open)), latest };
      const planned = revisit(about, await this.#context(stored, await viewOf(run)));
      if (planned.length === 0) continue;
      await this.#store.saveAlerts(writesOf(planned), await this.hearing(), now);
      changed.push(run);
    }
    return changed;
  }

  /**
   * What a person says to an incident. What they resolve stays so until it is found anew.
   *
   * @throws CurvewatchError `not_found` when there is none of that id, `conflict` when it is over
   */
  async act(id: string, act: IncidentAct): Promise<Incident> {
    const now = this.#now();
    const incident = await this.#store.storedIncident(id);
    if (!incident) throw new NotFoundError("incident", id);
    if (incident.state === "resolved" && act.kind !== "resolve")
      throw new CurvewatchError("conflict", `incident ${id} is over`, {
        hint: "it is opened again when it comes back",
      });
    const of = (await this.#store.openAlerts(incident.run)).filter((alert) => alert.incident === id);
    const next = answered(incident, of, act, now);
    const alerts = of.map(
      (alert): Alert => (act.kind === "resolve" ? { ...alert, state: "resolved", resolvedAt: now } : alert),
    );
    const stages: AlertStage[] = STAGE[act.kind] ? [{ at: now, stage: STAGE[act.kind]!, detail: detailOf(act) }] : [];
    const writes = alerts.map((alert) => ({
      alert,
      incident: next,
      stages,
      isNew: false,
      // Who resolves it need not be told any more.
      passed: act.kind === "resolve",
      notice: null,
    }));
    await this.#store.saveAlerts(writes, [], now);
    return next;
  }

  /** Word could not be delivered to a channel: the others hear of that, once a day. */
  async undelivered(channel: { id: string; name: string }, error: string, run: RunSnapshot): Promise<void> {
    const now = this.#now();
    const alert: Alert = {
      id: `${channel.id}-undelivered-${new Date(now).toISOString().slice(0, 10)}`,
      run: run.id,
      incident: "",
      subject: "channel.undelivered",
      severity: "caution",
      state: "resolved",
      step: null,
      text: {
        en: `Alerts could not be delivered to ${channel.name}: ${error}.`,
        "zh-CN": `告警无法送达 ${channel.name}：${error}。`,
      },
      advice: { en: "Check the channel on the settings page.", "zh-CN": "在设置页检查该渠道。" },
      ...{ confidence: null, since: now, firedAt: now, resolvedAt: now, notices: 0, untold: null },
    };
    const change = told(alert, "event", { run, curve: [], now });
    const writes = writesOf([{ ...change, isNew: true, incident: null, stages: [] }]);
    const others = (await this.hearing()).filter((id) => id !== channel.id);
    await this.#store.saveAlerts(writes, others, now);
  }

  async mute(mute: Mute): Promise<void> {
    await this.#store.saveMute(mute);
    this.#mutes = null;
  }

  /** @throws CurvewatchError `not_found` */
  async unmute(id: string): Promise<void> {
    if (!(await this.#store.removeMute(id))) throw new NotFoundError("mute", id);
    this.#mutes = null;
  }

  async #mutesNow(): Promise<readonly Mute[]> {
    this.#mutes ??= await this.#store.mutes();
    return this.#mutes;
  }

  async #changed(
    run: string,
    view: DiagnosisView,
    changesOf: (open: readonly Alert[], context: Context, stored: StoredRun) => AlertChange[],
  ): Promise<AlertWrite[]> {
    const stored = await this.#store.run(run);
    if (!stored) return [];
    const open = await this.#store.openAlerts(run);
    const context = { ...(await this.#context(stored, view)), attempt: stored.attempts.at(-1)?.attempt ?? 1 };
    const changes = changesOf(open, context, stored);
    if (changes.length === 0) return [];
    const since = context.now - FLAP_WINDOW_MS;
    const subjects = [...new Set(changes.map(({ alert }) => alert.subject))];
    const counts = await Promise.all(subjects.map((subject) => this.#store.alertsSince(run, subject, since)));
    const recent = new Map(subjects.map((subject, i) => [subject, counts[i]!]));
    return writesOf(
      plan(changes, {
        ...(await this.#surroundings(stored, open)),
        latest: await this.#store.latestIncident(run),
        recent: (subject) => recent.get(subject) ?? 0,
      }),
    );
  }

  async #surroundings(stored: StoredRun, open: readonly Alert[]): Promise<Omit<Surroundings, "latest" | "recent">> {
    return {
      open,
      mutes: await this.#mutesNow(),
      project: stored.project,
      // What was over before we read it, and what was thrown away.
      isHistory: stored.deletedAt !== null || (stored.status?.backfill ?? false),
      isSwitchedOff: (subject) => isSwitchedOff(this.switches, subject, stored.project),
      now: this.#now(),
    };
  }

  async #context(stored: StoredRun, view: DiagnosisView): Promise<Omit<Context, "attempt">> {
    const last = (name: string): Context["run"]["loss"] =>
      stored.metrics.find((metric) => metric.name === name)?.last?.value ?? null;
    const maxSteps = stored.facts?.maxSteps ?? null;
    return {
      now: this.#now(),
      curve: await recentLoss(this.#store, stored),
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

const STAGE: Record<IncidentAct["kind"], AlertStage["stage"] | null> = {
  ack: "acknowledged",
  unack: null,
  snooze: "snoozed",
  resolve: "resolved",
};

function detailOf(act: IncidentAct): string {
  if (act.kind === "snooze") return new Date(act.until).toISOString();
  return act.kind === "ack" ? (act.by ?? "") : "by hand";
}

function answered(incident: Incident, open: readonly Alert[], act: IncidentAct, now: number): Incident {
  switch (act.kind) {
    case "ack":
      return { ...incident, ack: { at: now, by: act.by } };
    case "unack":
      return { ...incident, ack: null };
    case "snooze":
      return { ...incident, snoozedUntil: act.until };
    case "resolve":
      return settled(incident, open.length > 0 ? [] : open, now);
  }
}

function writesOf(planned: readonly Planned[]): AlertWrite[] {
  return planned.map(({ notice, ...rest }) => ({
    ...rest,
    notice: notice && {
      number: notice.number,
      kind: notice.kind as Exclude<Notice["kind"], "test" | "digest">,
      body: JSON.stringify(notice),
      urgent: notice.severity === "critical",
    },
  }));
}
