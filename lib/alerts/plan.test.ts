import { describe, expect, test } from "vitest";
import { randomFrom } from "#lib/core/index.ts";
import type { Alert, Incident, Mute, Severity } from "#lib/protocol/index.ts";
import { type AlertChange, end, fire, told } from "./lifecycle.ts";
import { type Planned, plan, revisit, type Surroundings } from "./plan.ts";

/** Who hears of an alert, and of which incident it is. */
const MINUTE = 60_000;
const run = {
  ...{ id: "r", name: "r", project: "p", host: "h", step: 50, maxSteps: 100 },
  ...{ loss: 2, learningRate: 1e-4, msLeft: null },
};
const words = { text: { en: "t", "zh-CN": "t" }, advice: { en: "", "zh-CN": "" } };
const contextAt = (now: number) => ({ run, curve: [], attempt: 1, now });

function firing(subject: string, severity: Severity, now: number): AlertChange {
  const context = contextAt(now);
  return told(fire({ subject, severity, step: now, ...words, confidence: null, context }), "firing", context);
}
const ending = (alert: Alert, now: number): AlertChange => told(end(alert, contextAt(now)), "resolved", contextAt(now));

/** A run's alerts as a store would keep them. */
class Kept {
  readonly alerts = new Map<string, Alert>();
  incident: Incident | null = null;
  mutes: Mute[] = [];
  switchedOff = new Set<string>();
  isHistory = false;

  get open(): Alert[] {
    return [...this.alerts.values()].filter(({ state }) => state !== "resolved");
  }

  about(now: number): Surroundings {
    const since = (subject: string): number =>
      [...this.alerts.values()].filter((one) => one.subject === subject && one.since >= now - 10 * MINUTE).length;
    return {
      ...{ open: this.open, latest: this.incident, mutes: this.mutes, project: "p", isHistory: this.isHistory, now },
      isSwitchedOff: (subject) => this.switchedOff.has(subject),
      recent: since,
    };
  }

  take(changes: AlertChange[], now: number): Planned[] {
    return this.#keep(plan(changes, this.about(now)));
  }

  look(now: number): Planned[] {
    return this.#keep(revisit(this.about(now), contextAt(now)));
  }

  #keep(planned: Planned[]): Planned[] {
    for (const { alert, incident } of planned) {
      this.alerts.set(alert.id, alert);
      if (incident) this.incident = incident;
    }
    return planned;
  }
}
const kinds = (planned: readonly Planned[]): (string | null)[] => planned.map(({ notice }) => notice?.kind ?? null);
const stagesOf = (planned: readonly Planned[]): string[] =>
  planned.flatMap(({ stages }) => stages.map(({ stage }) => stage));
const mute = (kind: Mute["scope"]["kind"], value: string, until: number | null = null): Mute => ({
  ...{ id: "m", scope: { kind, value }, until, reason: "", createdAt: 0 },
});

describe("incidents", () => {
  test("an alert joins the one that is open, or was within ten minutes; later ones begin another", () => {
    const kept = new Kept();
    const [first] = kept.take([firing("oscillating", "caution", 0)], 0);
    expect(first!.alert.incident).toBe("r-1");
    kept.take([firing("lr.jump_unexpected", "caution", 1000)], 1000);
    expect(kept.incident).toMatchObject({ number: 1, state: "open", severity: "caution", step: 0 });
    for (const alert of kept.open) kept.take([ending(alert, 5000)], 5000);
    expect(kept.incident).toMatchObject({ number: 1, state: "resolved", resolvedAt: 5000 });
    kept.take([firing("nan", "critical", 5000 + 10 * MINUTE)], 5000 + 10 * MINUTE);
    expect(kept.incident).toMatchObject({ number: 1, state: "open", severity: "critical", resolvedAt: null });
    kept.take([ending(kept.open[0]!, 20 * MINUTE)], 20 * MINUTE);
    kept.take([firing("nan", "critical", 31 * MINUTE)], 31 * MINUTE);
    expect(kept.incident).toMatchObject({ number: 2, state: "open" });
  });

  test("good news is of none", () => {
    const kept = new Kept();
    const [finished] = kept.take([firing("run.finished", "good", 0)], 0);
    expect([finished!.alert.incident, finished!.incident, kinds([finished!])]).toEqual(["", null, ["firing"]]);
  });

  test("what a person said of it was not said of something worse", () => {
    const kept = new Kept();
    kept.take([firing("oscillating", "caution", 0)], 0);
    kept.incident = { ...kept.incident!, ack: { at: 1, by: "Mei" }, snoozedUntil: 60 * MINUTE };
    expect(kinds(kept.take([firing("pace.slow", "caution", MINUTE)], MINUTE))).toEqual([null]);
    expect(kinds(kept.take([firing("nan", "critical", 2 * MINUTE)], 2 * MINUTE))).toEqual(["firing"]);
    expect(kept.incident).toMatchObject({ ack: null, snoozedUntil: null, severity: "critical" });
  });
});

describe("what is kept quiet, and told when its reason has passed", () => {
  test.each([
    ["run", "r"],
    ["rule", "oscillating"],
    ["project", "p"],
  ] as const)("a mute of the %s", (kind, value) => {
    const kept = new Kept();
    kept.mutes = [mute(kind, value, 5 * MINUTE)];
    const planned = kept.take([firing("oscillating", "caution", 0)], 0);
    expect([kinds(planned), stagesOf(planned)]).toEqual([[null], ["firing", "muted"]]);
    expect(kinds(kept.look(4 * MINUTE))).toEqual([]);
    expect(kinds(kept.look(5 * MINUTE))).toEqual(["firing"]);
    expect(kinds(kept.look(6 * MINUTE))).toEqual([]);
  });

  test("a mute of another run or rule keeps nothing quiet", () => {
    const kept = new Kept();
    kept.mutes = [mute("run", "other"), mute("rule", "nan"), mute("project", "q"), mute("channel", "c")];
    expect(kinds(kept.take([firing("oscillating", "caution", 0)], 0))).toEqual(["firing"]);
  });

  test("a NaN keeps its consequences quiet; what outlasts it is told then", () => {
    const kept = new Kept();
    kept.take([firing("nan", "critical", 0)], 0);
    const planned = kept.take([firing("oscillating", "caution", 1000)], 1000);
    expect([kinds(planned), planned[0]!.alert.untold]).toEqual([[null], "inhibited"]);
    kept.take([ending(kept.open.find(({ subject }) => subject === "nan")!, 2000)], 2000);
    expect(kinds(kept.look(3000))).toEqual(["firing"]);
  });

  test("what was over before it was read, and what is switched off, is told to nobody, then or later", () => {
    const history = new Kept();
    history.isHistory = true;
    expect(stagesOf(history.take([firing("nan", "critical", 0)], 0))).toEqual(["firing", "history"]);
    expect(history.look(10 * MINUTE)).toEqual([]);
    const off = new Kept();
    off.switchedOff.add("nan");
    expect(stagesOf(off.take([firing("nan", "critical", 0)], 0))).toEqual(["firing", "switched_off"]);
    expect(off.look(10 * MINUTE)).toEqual([]);
  });

  test("what comes and goes is told as such the third time in ten minutes, and not the fourth", () => {
    const kept = new Kept();
    const heard: (string | null)[] = [];
    for (let minute = 0; minute < 8; minute += 2) {
      heard.push(...kinds(kept.take([firing("run.quiet", "caution", minute * MINUTE)], minute * MINUTE)));
      kept.take([ending(kept.open[0]!, (minute + 1) * MINUTE)], (minute + 1) * MINUTE);
    }
    expect(heard).toEqual(["firing", "firing", "flapping", null]);
  });
});

describe("reminders", () => {
  const DAY = 24 * 60 * MINUTE;
  const count = (kept: Kept): number => {
    let reminders = 0;
    for (let at = MINUTE; at <= DAY; at += MINUTE)
      reminders += kinds(kept.look(at)).filter((kind) => kind === "reminder").length;
    return reminders;
  };

  test("a critical one on nobody's desk is told every four hours", () => {
    const kept = new Kept();
    kept.take([firing("nan", "critical", 0)], 0);
    expect(count(kept)).toBe(6);
  });

  test("one that somebody took is not, nor a caution, nor a muted one", () => {
    const taken = new Kept();
    taken.take([firing("nan", "critical", 0)], 0);
    taken.incident = { ...taken.incident!, ack: { at: 1, by: null } };
    const caution = new Kept();
    caution.take([firing("oscillating", "caution", 0)], 0);
    const muted = new Kept();
    muted.mutes = [mute("run", "r")];
    muted.take([firing("nan", "critical", 0)], 0);
    expect([taken, caution, muted].map(count)).toEqual([0, 0, 0]);
  });
});

test("whatever happens in whatever order, the books are in order", () => {
  const SUBJECTS: [string, Severity][] = [
    ["nan", "critical"],
    ["oscillating", "caution"],
    ["run.quiet", "caution"],
    ["gpu.hot", "caution"],
  ];
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed);
    const kept = new Kept();
    const numbers = new Map<string, number>();
    const heardOf = new Set<string>();
    let now = 0;
    const check = (planned: readonly Planned[]): void => {
      for (const { alert, notice } of planned) {
        if (!notice) continue;
        expect(notice.number, `${seed}: numbers of ${alert.id} grow`).toBeGreaterThan(numbers.get(alert.id) ?? -1);
        numbers.set(alert.id, notice.number);
        expect(kept.mutes, `${seed}: nothing while muted`).toEqual([]);
        const snoozed = kept.incident?.snoozedUntil ?? 0;
        if (notice.kind !== "resolved" && notice.incident === kept.incident?.id)
          expect(snoozed, `${seed}: nothing while snoozed`).toBeLessThanOrEqual(now);
        heardOf.add(alert.id);
      }
      const subjects = kept.open.map(({ subject }) => subject);
      expect(new Set(subjects).size, `${seed}: one alert of a subject`).toBe(subjects.length);
      const isOpen = kept.open.some(({ incident }) => incident === kept.incident?.id);
      if (kept.incident) expect(kept.incident.state === "open", `${seed}: open while an alert is`).toBe(isOpen);
    };
    for (let i = 0; i < 60; i++) {
      now += Math.floor(random() * 20 * MINUTE);
      const [subject, severity] = SUBJECTS[Math.floor(random() * SUBJECTS.length)]!;
      const standing = kept.open.find((alert) => alert.subject === subject);
      const act = random();
      if (act < 0.5) check(kept.take([standing ? ending(standing, now) : firing(subject, severity, now)], now));
      else if (act < 0.7) check(kept.look(now));
      else if (act < 0.8) kept.mutes = kept.mutes.length > 0 ? [] : [mute("run", "r")];
      else if (kept.incident?.state === "open") {
        const until = now + Math.floor(random() * 60 * MINUTE);
        kept.incident = { ...kept.incident, snoozedUntil: act < 0.9 ? until : null };
      }
    }
    expect(heardOf.size, `${seed}`).toBeGreaterThan(0);
  }
});
