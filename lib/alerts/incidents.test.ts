import { expect, test } from "vitest";
import type { Incident } from "#lib/protocol/index.ts";
import { alertOf, incidentOf, MINUTE, NOW } from "./alert-fixture.ts";
import { incidentFor, isWorse, settled } from "./incidents.ts";

const acked = { ack: { at: NOW, by: "li" }, snoozedUntil: NOW + 60 * MINUTE };
const ended = (minutesAgo: number): Incident =>
  incidentOf({ state: "resolved", resolvedAt: NOW - minutesAgo * MINUTE, severity: "caution" });

test("the first trouble of a run is its incident 1, the next one counts on", () => {
  const first = incidentFor(null, alertOf("plateau", { step: 7 }), NOW);
  expect(first).toEqual({
    ...{ id: "r-1", run: "r", number: 1, state: "open", severity: "caution", openedAt: NOW, resolvedAt: null, step: 7 },
    ...{ ack: null, snoozedUntil: null, toldAt: null },
  });
  expect(incidentFor(ended(11), alertOf("plateau"), NOW)).toMatchObject({ id: "r-2", number: 2, openedAt: NOW });
});

test("an alert joins while the incident is open, and until ten minutes after its end", () => {
  expect(incidentFor(incidentOf({ openedAt: NOW - 999 * MINUTE }), alertOf("plateau"), NOW).number).toBe(1);
  expect(incidentFor(ended(10), alertOf("plateau"), NOW)).toMatchObject({ number: 1, state: "open", resolvedAt: null });
  expect(incidentFor(ended(10), alertOf("plateau"), NOW + 1).number).toBe(2);
});

test("what was said of an incident holds for what is no worse, and not for what is worse", () => {
  const known = incidentOf(acked);
  expect(incidentFor(known, alertOf("plateau"), NOW)).toEqual(known);
  expect(incidentFor(known, alertOf("zero.grad", { severity: "note" }), NOW)).toEqual(known);
  expect(incidentFor(known, alertOf("nan", { severity: "critical" }), NOW)).toEqual({
    ...known,
    ...{ severity: "critical", ack: null, snoozedUntil: null },
  });
});

test("an incident is open while one of its alerts is; a snooze ends with it, an acknowledgement does not", () => {
  const known = incidentOf(acked);
  const over = alertOf("nan", { state: "resolved" });
  expect(settled(known, [over, alertOf("plateau")], NOW)).toEqual(known);
  expect(settled(known, [over], NOW)).toEqual({
    ...known,
    ...{ state: "resolved", resolvedAt: NOW, snoozedUntil: null },
  });
  expect(settled(ended(3), [], NOW).resolvedAt).toBe(NOW - 3 * MINUTE);
  expect(settled(ended(3), [alertOf("nan")], NOW)).toMatchObject({ state: "open", resolvedAt: null });
});

test("severities are in their order", () => {
  expect(isWorse("critical", "caution")).toBe(true);
  expect(isWorse("caution", "note")).toBe(true);
  expect(isWorse("note", "good")).toBe(true);
  expect(isWorse("caution", "caution")).toBe(false);
});
