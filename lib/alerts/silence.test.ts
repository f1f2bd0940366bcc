import { expect, test } from "vitest";
import type { Alert, Mute } from "#lib/protocol/index.ts";
import { alertOf, incidentOf, MINUTE, muteOf, NOW } from "./alert-fixture.ts";
import { heardBy, isInForce, silenceOf } from "./silence.ts";

const about = { incident: incidentOf(), open: [], mutes: [], project: "atlas", now: NOW };
const mutedBy = (...mutes: Mute[]) => silenceOf(alertOf("oscillating"), { ...about, mutes });
const amid = (subject: string, ...open: Alert[]) => silenceOf(alertOf(subject), { ...about, open });

test("nothing is against telling what nobody has muted", () => {
  expect(mutedBy()).toBeNull();
  expect(mutedBy(muteOf("run", "other"), muteOf("rule", "nan"), muteOf("project", "other"))).toBeNull();
});

test("a mute is for a run, a rule or a project, and says which", () => {
  expect(mutedBy(muteOf("run", "r"))).toEqual({ by: "muted", detail: "run r" });
  expect(mutedBy(muteOf("rule", "oscillating"))).toEqual({ by: "muted", detail: "rule oscillating" });
  expect(mutedBy(muteOf("project", "atlas"))).toEqual({ by: "muted", detail: "project atlas" });
  const alone = { ...about, project: null, mutes: [muteOf("project", "atlas")] };
  expect(silenceOf(alertOf("oscillating"), alone)).toBeNull();
});

test("a mute holds until its end, one without an end for good", () => {
  expect(mutedBy(muteOf("run", "r", NOW + 1))).not.toBeNull();
  expect(mutedBy(muteOf("run", "r", NOW))).toBeNull();
  expect(isInForce(muteOf("run", "r", null), Number.MAX_SAFE_INTEGER)).toBe(true);
});

test("NaN explains the spike and the plateau of its run, and nothing explains NaN", () => {
  const nan = alertOf("nan", { severity: "critical" });
  expect(amid("spike", nan)).toEqual({ by: "inhibited", detail: "nan" });
  expect(amid("plateau", nan)).toEqual({ by: "inhibited", detail: "nan" });
  expect(amid("gpu.idle", nan)).toBeNull();
  expect(silenceOf(nan, { ...about, open: [nan, alertOf("spike"), alertOf("diverging")] })).toBeNull();
});

test("a lost agent explains the silence of its run, a full disk too", () => {
  expect(amid("run.quiet", alertOf("run.lost"))).toMatchObject({ by: "inhibited", detail: "run.lost" });
  expect(amid("run.quiet", alertOf("disk.full"))).toMatchObject({ by: "inhibited", detail: "disk.full" });
  expect(amid("run.lost", alertOf("run.quiet"))).toBeNull();
});

test("a snooze is of the incident, until its moment", () => {
  const until = NOW + 30 * MINUTE;
  const incident = incidentOf({ snoozedUntil: until });
  const at = (now: number) => silenceOf(alertOf("plateau"), { ...about, incident, now });
  expect(at(until - 1)).toEqual({ by: "snoozed", detail: new Date(until).toISOString() });
  expect(at(until)).toBeNull();
  expect(silenceOf(alertOf("plateau"), { ...about, incident: null })).toBeNull();
});

test("a channel's own mute keeps that channel still and no other", () => {
  const mutes = [muteOf("channel", "slack-1"), muteOf("channel", "hook-1", NOW), muteOf("run", "hook-2")];
  expect(heardBy(["slack-1", "hook-1", "hook-2"], mutes, NOW)).toEqual(["hook-1", "hook-2"]);
  expect(mutedBy(muteOf("channel", "slack-1"))).toBeNull();
});
