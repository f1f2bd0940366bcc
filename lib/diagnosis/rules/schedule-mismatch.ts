import { readHyperparameters } from "../review/config.ts";
import { kindOf } from "../schedule/identify.ts";
import { scheduleMismatchText } from "../text/schedule-findings.ts";
import { defineRule } from "./rule.ts";

/** What a schedule by that name may look like: the pattern is tried on the declared name without its separators. */
const MAY_LOOK: readonly [name: RegExp, kinds: readonly string[]][] = [
  [/restart|sgdr/, ["cosine", "cosine-restarts"]],
  [/cosine/, ["cosine"]],
  [/polynomial|poly/, ["polynomial", "linear"]],
  [/inv(erse)?(sqrt|squareroot)/, ["inverse-sqrt"]],
  [/stable|wsd/, ["wsd", "constant", "linear", "cosine", "exponential"]],
  [/constant|^warmuplr$/, ["constant"]],
  [/linear|^warmupdecaylr$/, ["linear"]],
];

/** Surely read: by this share of the plan, from this many records, no further off than this. */
const SEEN_SHARE = 0.5;
const RECORDS = 64;
const CLOSE = 1e-3;
const LOOKS = 2;

/** The config names one schedule and the learning rate follows another (DIAGNOSIS.md §3.3). Told once. */
export const scheduleMismatch = defineRule<{ looks: number; told: boolean }>({
  name: "lr.schedule_mismatch",
  fresh: () => ({ looks: 0, told: false }),
  observe({ reading, state }, memory) {
    const { schedule, context, jumps } = state;
    const { model, excess, records } = schedule;
    if (memory.told || !schedule.looked || model === null || jumps.changes.length > 0) return null;
    const { maxSteps } = context;
    if (maxSteps === null || reading.step < SEEN_SHARE * maxSteps || records < RECORDS || excess > CLOSE) return null;
    const declared = readHyperparameters(context.config).scheduler;
    const kind = kindOf(model).replace("warmup-", "");
    const name = declared?.replaceAll(/[-_ ]/g, "") ?? "";
    const kinds = MAY_LOOK.find(([pattern]) => pattern.test(name))?.[1];
    memory.looks = kinds === undefined || kinds.includes(kind) ? 0 : memory.looks + 1;
    if (declared === null || memory.looks < LOOKS) return null;
    memory.told = true;
    const text = scheduleMismatchText(declared, kind, 1 - excess);
    return { severity: "caution", step: reading.step, alert: true, text, evidence: [] };
  },
});
