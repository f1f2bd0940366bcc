import { expect, test } from "vitest";
import { runState, type StateInputs, timeLeftMs } from "./run-state.ts";

const live: StateInputs = {
  fileSeen: true,
  facts: { end: null, maxSteps: 100 },
  step: 50,
  lastDataAt: 1_000_000,
  msPerRecord: 1000,
  agentGoneSince: null,
  now: 1_005_000,
};
const end = (kind: "finished" | "failed") => ({ end: { kind, line: 1, text: "" }, maxSteps: 100 });

test("a run is finished by its end line or its last step, and by nothing less", () => {
  expect(runState({ ...live, facts: end("finished") })).toBe("finished");
  expect(runState({ ...live, step: 100 })).toBe("finished");
  expect(runState({ ...live, now: 9_000_000 })).toBe("quiet");
  expect(runState({ ...live, facts: end("failed"), step: 100 })).toBe("failed");
});

test("silence is measured in the run's own rhythm", () => {
  expect(runState({ ...live, now: 1_019_000 })).toBe("running");
  expect(runState({ ...live, now: 1_021_000 })).toBe("quiet");
  expect(runState({ ...live, msPerRecord: 60_000, now: 1_500_000 })).toBe("running");
});

test("an agent that is gone makes its runs lost, but not at once and not when they are over", () => {
  expect(runState({ ...live, agentGoneSince: 1_000_000 })).toBe("running");
  expect(runState({ ...live, agentGoneSince: 900_000 })).toBe("lost");
  expect(runState({ ...live, agentGoneSince: 900_000, facts: end("finished") })).toBe("finished");
});

test("a log that was never found is waited for", () => {
  expect(runState({ ...live, fileSeen: false, facts: null, step: null, lastDataAt: null })).toBe("waiting");
});

test("time left needs a pace and a plan", () => {
  expect(timeLeftMs(50, 100, 200)).toBe(10_000);
  expect(timeLeftMs(50, 100, null)).toBeNull();
  expect(timeLeftMs(100, 100, 200)).toBeNull();
});
