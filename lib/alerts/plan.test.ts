import fc from "fast-check";
import { expect, test } from "vitest";
import type { Alert, Condition, Incident, Mute, Severity } from "#lib/protocol/index.ts";
import { alertOf, incidentOf, MINUTE, muteOf, NOW, RUN, surroundings } from "./alert-fixture.ts";
import { conditionAlerts } from "./conditions.ts";
import { type AlertChange, type Context, endOfRun, told } from "./lifecycle.ts";
import { FLAP_WINDOW_MS, type Planned, plan, revisit, type Surroundings } from "./plan.ts";

const HOUR = 60 * MINUTE;
const context = { run: RUN, curve: [], attempt: 1, now: NOW };
const began = (subject: string, severity: Severity = "caution"): AlertChange =>
  told(alertOf(subject, { severity }), "firing", context);
const over = (alert: Alert): AlertChange => told({ ...alert, state: "resolved", resolvedAt: NOW }, "resolved", context);
/** What is told of each alert, or why it is not. */
const said = (planned: readonly Planned[]): unknown[] =>
  planned.map(({ alert, notice }) => [alert.subject, notice?.kind ?? alert.untold]);
/** As it stands after it was told, or kept quiet. */
const standing = (subject: string, changes: Partial<Alert> = {}): Alert =>
  alertOf(subject, { incident: "r-1", notices: changes.untold ? 0 : 1, ...changes });
const look = (about: Partial<Surroundings>): Planned[] => {
  const all = surroundings(about);
  return revisit(all, { run: RUN, curve: [], now: all.now });
};

test("a new alert opens an incident and is told; the next one joins it", () => {
  const [first, second] = plan([began("plateau"), began("nan", "critical")], surroundings());
  expect(first).toMatchObject({
    isNew: true,
    alert: { incident: "r-1", untold: null, notices: 1 },
    notice: { kind: "firing", number: 0, incident: "r-1" },
    stages: [{ at: NOW, stage: "firing", detail: "firing" }],
  });
  expect(second?.incident).toMatchObject({ id: "r-1", state: "open", severity: "critical", toldAt: NOW });
  expect(first?.incident).toEqual(second?.incident);
});

test("good news is told and is of no incident", () => {
  const [end] = endOfRun([], "finished", context);
  expect(plan([end!], surroundings())).toMatchObject([
    { alert: { incident: "", state: "resolved" }, incident: null, notice: { kind: "event" } },
  ]);
});

test("the end of the last open alert is the end of the incident; what comes within ten minutes opens it again", () => {
  const open = [standing("plateau"), standing("gpu.idle")];
  const latest = incidentOf();
  expect(plan([over(open[0]!)], surroundings({ open, latest }))[0]?.incident?.state).toBe("open");
  const ended = plan(open.map(over), surroundings({ open, latest }))[1]!.incident!;
  expect(ended).toMatchObject({ state: "resolved", resolvedAt: NOW });
  const later = (now: number) => plan([began("nan")], surroundings({ latest: ended, now }))[0]?.incident;
  expect(later(NOW + 10 * MINUTE)).toMatchObject({ id: "r-1", state: "open", resolvedAt: null });
  expect(later(NOW + 10 * MINUTE + 1)).toMatchObject({ id: "r-2", state: "open" });
});

test("what merely happens soon after the end moves the end", () => {
  const latest = incidentOf({ state: "resolved", resolvedAt: NOW - 9 * MINUTE });
  const event = told(alertOf("lr.jump_unexpected", { state: "resolved", resolvedAt: NOW }), "event", context);
  expect(plan([event], surroundings({ latest }))[0]?.incident).toMatchObject({ number: 1, resolvedAt: NOW });
});

test("a snooze keeps what is no worse; what is worse breaks through it and through an acknowledgement", () => {
  const latest = incidentOf({ snoozedUntil: NOW + HOUR, ack: { at: NOW, by: "li" } });
  const same = plan([began("gpu.idle")], surroundings({ latest }));
  expect(said(same)).toEqual([["gpu.idle", "snoozed"]]);
  expect(same[0]?.stages.map(({ stage }) => stage)).toEqual(["firing", "snoozed"]);
  expect(same[0]?.incident).toMatchObject({ ack: { by: "li" }, snoozedUntil: NOW + HOUR });
  const worse = plan([began("nan", "critical")], surroundings({ latest }));
  expect(said(worse)).toEqual([["nan", "firing"]]);
  expect(worse[0]?.incident).toMatchObject({ ack: null, snoozedUntil: null, severity: "critical" });
});

test("mutes of the run, the rule and the project keep an alert quiet, and the page says which", () => {
  for (const mute of [muteOf("run", "r"), muteOf("rule", "plateau"), muteOf("project", "atlas")]) {
    const [one] = plan([began("plateau", "critical")], surroundings({ mutes: [mute] }));
    expect(said([one!])).toEqual([["plateau", "muted"]]);
    expect(one?.stages.at(-1)).toEqual({
      at: NOW,
      stage: "muted",
      detail: `${mute.scope.kind} ${mute.scope.value}`,
    });
  }
});

test("NaN keeps the spike of its run quiet, in the same look and after it", () => {
  expect(said(plan([began("nan", "critical"), began("spike")], surroundings()))).toEqual([
    ["nan", "firing"],
    ["spike", "inhibited"],
  ]);
  const latest = incidentOf();
  expect(said(plan([began("spike")], surroundings({ open: [standing("nan")], latest })))).toEqual([
    ["spike", "inhibited"],
  ]);
});

test("the end is told of what was told, and of nothing else; only a mute keeps it", () => {
  const latest = incidentOf({ snoozedUntil: NOW + HOUR });
  const ended = (alert: Alert, about: Partial<Surroundings> = {}) =>
    said(plan([over(alert)], surroundings({ open: [alert], latest, ...about })))[0];
  expect(ended(standing("plateau"))).toEqual(["plateau", "resolved"]);
  expect(ended(standing("plateau"), { mutes: [muteOf("run", "r")] })).toEqual(["plateau", null]);
  for (const untold of ["muted", "snoozed", "inhibited", "flapping", "history", "switched_off"] as const)
    expect(ended(standing("plateau", { untold }))).toEqual(["plateau", untold]);
});

test("what comes and goes is told twice, then once as that, then no more", () => {
  const nth = (recent: number) => said(plan([began("plateau")], surroundings({ recent: () => recent })))[0];
  expect([0, 1, 2, 3, 9].map(nth)).toEqual(
    ["firing", "firing", "flapping", "flapping", "flapping"].map((kind) => ["plateau", kind]),
  );
  const third = plan([began("plateau")], surroundings({ recent: () => 2 }))[0]!;
  const fourth = plan([began("plateau")], surroundings({ recent: () => 3 }))[0]!;
  expect([third.notice?.kind, third.alert.untold]).toEqual(["flapping", null]);
  expect([fourth.notice, fourth.alert.untold]).toEqual([null, "flapping"]);
  // Nor is it told later, as what was muted is.
  expect(look({ open: [standing("plateau", { untold: "flapping" })], latest: incidentOf(), now: NOW + HOUR })).toEqual(
    [],
  );
});

test("history and switched-off rules tell nobody, then or later", () => {
  for (const about of [{ isHistory: true }, { isSwitchedOff: () => true }]) {
    const [one] = plan([began("nan", "critical")], surroundings(about));
    const why = "isHistory" in about ? "history" : "switched_off";
    expect([one?.notice, one?.alert.untold, one?.incident?.toldAt]).toEqual([null, why, null]);
    const later = { open: [one!.alert], latest: one!.incident, now: NOW + 9 * HOUR };
    expect(look({ ...about, ...later })).toEqual([]);
    expect(look(later)).toEqual([]);
  }
});

test("a critical alert that nobody is on is told again every four hours", () => {
  const open = [standing("plateau"), standing("nan", { severity: "critical" })];
  const latest = incidentOf({ severity: "critical", toldAt: NOW });
  const at = (now: number, changes: Partial<Incident> = {}) => look({ open, latest: { ...latest, ...changes }, now });
  expect(at(NOW + 4 * HOUR - 1)).toEqual([]);
  const [reminder] = at(NOW + 4 * HOUR);
  expect(reminder).toMatchObject({
    alert: { subject: "nan", notices: 2 },
    notice: { kind: "reminder", number: 1 },
    incident: { toldAt: NOW + 4 * HOUR },
    stages: [{ stage: "reminded" }],
  });
  expect(at(NOW + 4 * HOUR + 1, { toldAt: reminder!.incident!.toldAt })).toEqual([]);
  expect(at(NOW + 9 * HOUR, { ack: { at: NOW, by: null } })).toEqual([]);
  expect(at(NOW + 9 * HOUR, { snoozedUntil: NOW + 10 * HOUR })).toEqual([]);
  expect(look({ open: [open[0]!], latest: incidentOf({ toldAt: NOW }), now: NOW + 9 * HOUR })).toEqual([]);
  expect(look({ open, latest, now: NOW + 9 * HOUR, mutes: [muteOf("run", "r")] })).toEqual([]);
});

test("what a mute or another alert kept is told once when that has ended", () => {
  const latest = incidentOf({ toldAt: null });
  const mutes: Mute[] = [muteOf("run", "r", NOW + HOUR)];
  const open = [standing("plateau", { untold: "muted" })];
  expect(look({ open, latest, mutes, now: NOW + HOUR - 1 })).toEqual([]);
  const heard = look({ open, latest, mutes, now: NOW + HOUR });
  expect(heard).toMatchObject([
    { notice: { kind: "firing", number: 0 }, alert: { untold: null, notices: 1 }, incident: { toldAt: NOW + HOUR } },
  ]);
  expect(heard[0]?.stages).toEqual([{ at: NOW + HOUR, stage: "firing", detail: "no longer muted" }]);
  expect(look({ open: [heard[0]!.alert], latest: heard[0]!.incident, mutes, now: NOW + HOUR + 1 })).toEqual([]);

  const spike = standing("spike", { untold: "inhibited" });
  expect(look({ open: [standing("nan"), spike], latest })).toEqual([]);
  expect(said(look({ open: [spike], latest }))).toEqual([["spike", "firing"]]);
});

test("after a snooze what still stands is told, once: what was kept, or again the worst of what was known", () => {
  const until = NOW + HOUR;
  const latest = incidentOf({ snoozedUntil: until });
  const kept = [standing("plateau"), standing("gpu.idle", { untold: "snoozed" })];
  expect(look({ open: kept, latest, now: until - 1 })).toEqual([]);
  const woken = look({ open: kept, latest, now: until });
  expect(said(woken)).toEqual([["gpu.idle", "firing"]]);
  expect(woken[0]?.incident?.snoozedUntil).toBeNull();

  const known = [standing("zero.grad", { severity: "note" }), standing("plateau")];
  const again = look({ open: known, latest, now: until });
  expect(said(again)).toEqual([["plateau", "reminder"]]);
  expect(look({ open: [known[0]!, again[0]!.alert], latest: again[0]!.incident, now: until + 1 })).toEqual([]);

  // Somebody is on it: no word, and the snooze is over all the same.
  const acked = look({ open: known, latest: { ...latest, ack: { at: NOW, by: null } }, now: until });
  expect(acked).toMatchObject([{ notice: null, incident: { snoozedUntil: null } }]);
});

/** What a run, a person and the clock may do. */
type Act =
  | { kind: "began" | "ended"; subjects: string[] }
  | { kind: "event" | "revisit" | "ack" | "unmute" | "over" | "resolve" }
  | { kind: "snooze" | "wait"; minutes: number }
  | { kind: "mute"; scope: Mute["scope"]; minutes: number | null };

const SEVERITIES: Record<string, Severity> = {
  nan: "critical",
  spike: "caution",
  plateau: "caution",
  "rule:a": "note",
  "run.lost": "caution",
};
const subjects = fc.uniqueArray(fc.constantFrom(...Object.keys(SEVERITIES)), { minLength: 1, maxLength: 3 });
const minutes = fc.integer({ min: 0, max: 300 });
const scope = fc.constantFrom<Mute["scope"]>(
  { kind: "run", value: "r" },
  { kind: "rule", value: "nan" },
  { kind: "project", value: "atlas" },
);
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom("began" as const, "ended" as const), subjects }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom("event", "revisit", "revisit", "ack", "unmute", "over", "resolve"),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("snooze" as const, "wait" as const), minutes }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("mute" as const), scope, minutes: fc.option(minutes) }) },
  ) as fc.Arbitrary<Act>,
  { maxLength: 60 },
);

/** The store's part, in memory: what was planned is kept, and every promise is looked at on the way. */
class World {
  readonly alerts = new Map<string, Alert>();
  readonly incidents = new Map<string, Incident>();
  mutes: Mute[] = [];
  now = NOW;
  step = 0;
  /** Kinds told of each alert, by number. */
  readonly told = new Map<string, string[]>();

  open = (): Alert[] => [...this.alerts.values()].filter(({ state }) => state !== "resolved");
  latest = (): Incident | null => [...this.incidents.values()].at(-1) ?? null;
  about = (): Surroundings =>
    surroundings({
      open: this.open(),
      latest: this.latest(),
      mutes: this.mutes,
      now: this.now,
      recent: (subject) =>
        [...this.alerts.values()].filter((one) => one.subject === subject && one.since >= this.now - FLAP_WINDOW_MS)
          .length,
    });
  context = (): Context => ({ ...context, run: { ...RUN, step: ++this.step }, now: this.now });

  do(act: Act): void {
    if (act.kind === "wait") this.now += act.minutes * MINUTE;
    else if (act.kind === "mute") this.mutes.push(muteOf(act.scope.kind, act.scope.value, this.until(act.minutes)));
    else if (act.kind === "unmute") this.mutes.shift();
    else if (act.kind === "revisit") this.keep(revisit(this.about(), this.context()));
    else if (act.kind === "ack" || act.kind === "snooze" || act.kind === "resolve") this.answer(act);
    else this.keep(plan(this.changes(act), this.about()));
  }

  until = (minutes: number | null): number | null => minutes && this.now + minutes * MINUTE;

  changes(act: Act): AlertChange[] {
    if (act.kind === "began" || act.kind === "ended")
      return conditionAlerts(this.open(), this.conditions(act.kind, act.subjects), this.context());
    if (act.kind === "over") return endOfRun(this.open(), "failed", { ...this.context(), attempt: ++this.step });
    const happened = { state: "resolved", resolvedAt: this.now, since: this.now } as const;
    const alert = alertOf("lr.jump_unexpected", { id: `event-${++this.step}`, ...happened });
    return [told(alert, "event", this.context())];
  }

  /** What a person says to the latest incident. */
  answer(act: Act): void {
    const latest = this.latest();
    if (latest?.state !== "open") return;
    if (act.kind === "ack") this.incidents.set(latest.id, { ...latest, ack: { at: this.now, by: null } });
    if (act.kind === "snooze")
      this.incidents.set(latest.id, { ...latest, snoozedUntil: this.now + act.minutes * MINUTE });
    if (act.kind !== "resolve") return;
    for (const alert of this.open()) this.alerts.set(alert.id, { ...alert, state: "resolved", resolvedAt: this.now });
    this.incidents.set(latest.id, { ...latest, state: "resolved", resolvedAt: this.now, snoozedUntil: null });
  }

  conditions = (kind: Condition["kind"], of: readonly string[]): Condition[] =>
    of.map((subject) => {
      const words = { en: subject, "zh-CN": subject };
      return { subject, kind, severity: SEVERITIES[subject]!, step: ++this.step, text: words, advice: words };
    });

  keep(planned: readonly Planned[]): void {
    const isMuted = (alert: Alert): boolean =>
      this.mutes.some(
        ({ scope: { value }, until }) =>
          (until === null || until > this.now) && [alert.run, alert.subject, "atlas"].includes(value),
      );
    for (const { alert, notice, incident, isNew } of planned) {
      expect(isNew).toBe(!this.alerts.has(alert.id));
      if (incident) this.incidents.set(incident.id, incident);
      const told = this.told.get(alert.id) ?? [];
      this.told.set(alert.id, told);
      this.alerts.set(alert.id, alert);
      if (!notice) continue;
      expect(isMuted(alert)).toBe(false);
      if (notice.kind === "resolved") expect(told.length).toBeGreaterThan(0);
      else expect((incident?.snoozedUntil ?? 0) <= this.now).toBe(true);
      expect(notice.number).toBe(told.length);
      told.push(notice.kind);
    }
    for (const { alert } of planned) expect(alert.notices).toBe(this.told.get(alert.id)!.length);
    this.check();
  }

  check(): void {
    const open = this.open();
    expect(new Set(open.map(({ subject }) => subject)).size).toBe(open.length);
    for (const { id, state } of this.incidents.values())
      expect([id, state]).toEqual([id, open.some(({ incident }) => incident === id) ? "open" : "resolved"]);
    for (const alert of this.alerts.values())
      if (alert.severity !== "good") expect(this.incidents.has(alert.incident)).toBe(true);
  }
}

test("whatever happens in whatever order: numbers have no gap, subjects no twin, ends a beginning, mutes hold", () => {
  fc.assert(
    fc.property(acts, (all) => {
      const world = new World();
      for (const act of all) world.do(act);
      // When nothing keeps it any longer, everything that stands open is told, unless it came and went.
      world.mutes = [];
      world.now += 301 * MINUTE;
      world.do({ kind: "revisit" });
      world.do({ kind: "ended", subjects: ["nan", "run.lost"] });
      world.do({ kind: "revisit" });
      const quiet = world.open().filter(({ untold }) => untold !== null && untold !== "flapping");
      expect(quiet).toEqual([]);
    }),
    { seed: 20260801, numRuns: 400 },
  );
});
