import { toJsonValue } from "#lib/protocol/index.ts";
import { LABEL } from "../text/labels.ts";
import { lateReportText, missingLossText } from "../text/nonfinite.ts";
import { defineRule } from "./rule.ts";

type Memory = {
  attempt: number;
  /** Loss records so far, and the newest one's step and value. */
  losses: number;
  lastStep: number;
  lastLoss: number;
  /** The last 16 intervals between loss records: in steps, and in records between that had a rate or a gradient norm. */
  gaps: { steps: number; records: number }[];
  /** Such records since the last loss, their first and newest step, and whether a gradient norm among them was no number. */
  records: number;
  since: number;
  recordStep: number;
  bad: boolean;
  /** What was told, until 16 losses in a row. */
  told: "late" | "missing" | null;
  lossesSince: number;
};

/** Loss records before the rule knows their rhythm. */
const LEARNT = 16;
const LATE_INTERVALS = 2;
const MISSING_INTERVALS = 10;
const RELEASE = 16;
const KEPT = 16;

const fresh = (): Memory => ({
  attempt: -1,
  losses: 0,
  lastStep: Number.NaN,
  lastLoss: Number.NaN,
  gaps: [],
  records: 0,
  since: Number.NaN,
  recordStep: Number.NaN,
  bad: false,
  told: null,
  lossesSince: 0,
});

/**
 * The loss stays out (DIAGNOSIS.md §5). Records that used to bring one come without it for two of its intervals: a NaN that
 * the logger left out or wrote as null (`nan.late_report`). Or steps go on for ten of its intervals (`missing.loss`).
 */
export const missingLoss = defineRule<Memory>({
  name: "missing.loss",
  fresh,
  observe({ reading, state }, memory) {
    const { loss, step, attempt, rate, gradNorm, evalLoss } = reading;
    if (attempt > memory.attempt) Object.assign(memory, fresh(), { attempt });
    if (loss !== undefined) {
      takeLoss(memory, step, loss);
      return null;
    }
    if (!(step > memory.lastStep)) return null;
    const record = (rate !== undefined || gradNorm !== undefined) && evalLoss === undefined;
    if (record && step !== memory.recordStep) {
      if (memory.records++ === 0) memory.since = step;
      memory.recordStep = step;
      if (gradNorm !== undefined && !Number.isFinite(gradNorm)) memory.bad = true;
    }
    if (memory.told !== null || memory.losses < LEARNT || state.nonfinite.failure !== null) return null;
    const steps = Math.max(1, ...memory.gaps.map((gap) => gap.steps));
    const records = Math.max(0, ...memory.gaps.map((gap) => gap.records)) + 1;
    const { lastStep } = memory;
    const evidence = [{ name: "last_good", value: toJsonValue(memory.lastLoss), unit: "loss", label: LABEL.lastGood }];
    if (memory.records >= LATE_INTERVALS * records && step - lastStep >= LATE_INTERVALS * steps) {
      memory.told = "late";
      const text = lateReportText({ step: memory.since, records: memory.records, lastStep, bad: memory.bad });
      return { rule: "nan.late_report", severity: "critical", step: memory.since, alert: true, text, evidence };
    }
    if (step - lastStep < MISSING_INTERVALS * steps) return null;
    memory.told = "missing";
    const text = missingLossText(step, lastStep);
    return { severity: "caution", step: lastStep, alert: true, text, evidence };
  },
});

function takeLoss(memory: Memory, step: number, loss: number): void {
  if (step > memory.lastStep && memory.told === null) {
    memory.gaps.push({ steps: step - memory.lastStep, records: memory.records });
    if (memory.gaps.length > KEPT) memory.gaps.shift();
  }
  if (memory.told !== null && ++memory.lossesSince >= RELEASE) Object.assign(memory, { told: null, lossesSince: 0 });
  memory.losses++;
  memory.lastStep = step;
  if (Number.isFinite(loss)) memory.lastLoss = loss;
  memory.records = 0;
  memory.bad = false;
}
