import { MEMORY_TEXT as TEXT } from "../../text/review/run.ts";
import type { Subject } from "../subject.ts";
import { defineRule, flagged, type ReviewRule, SOURCE, usual } from "./rule.ts";

/** Gradient checkpointing and full memory (DIAGNOSIS.md §6.3, hp.ckpt and hp.mem). */
const LARGE_MODEL = 10e9;
const IDLE = 0.6;

const mayBeOff = ({ checkpoints }: Subject): boolean => checkpoints !== true;
const mayBeOn = ({ checkpoints }: Subject): boolean => checkpoints !== false;
const state = (on: boolean): string => (on ? "on" : "off");

const on = defineRule({
  id: "hp.ckpt.on",
  field: "checkpointing",
  source: `${SOURCE.article}; ${SOURCE.checkpointing}`,
  needs: ["checkpoints"],
  judge: ({ checkpoints }) => (checkpoints ? flagged("info", "on", TEXT.checkpointing) : usual("off")),
});

const offWhenFull = defineRule({
  id: "hp.ckpt.off_oom",
  source: SOURCE.article,
  needs: ["checkpoints", "memoryFull"],
  applies: mayBeOff,
  judge: ({ memoryFull }) => (memoryFull ? flagged("notice", "off", TEXT.turnOn) : usual("off")),
});

const accumulate = defineRule({
  id: "hp.mem.accum",
  source: SOURCE.article,
  needs: ["memoryFull", "microBatch"],
  judge: ({ memoryFull, microBatch }) =>
    memoryFull && microBatch > 1 ? flagged("notice", microBatch, TEXT.accumulate) : usual(microBatch),
});

const large = defineRule({
  id: "hp.ckpt.large",
  field: "checkpointing",
  source: SOURCE.article,
  needs: ["parameters", "checkpoints"],
  applies: ({ kind }) => kind === "pretrain" || kind === "full_ft",
  judge: ({ parameters, checkpoints }) =>
    parameters >= LARGE_MODEL && !checkpoints ? flagged("notice", "off", TEXT.large) : usual(state(checkpoints)),
});

const onWhenIdle = defineRule({
  id: "hp.ckpt.on_idle",
  source: SOURCE.judgement,
  needs: ["checkpoints", "memoryShare"],
  applies: mayBeOn,
  judge: ({ memoryShare: share }) => (share < IDLE ? flagged("info", share, TEXT.idle(share)) : usual(share)),
});

export const MEMORY_RULES: readonly ReviewRule[] = [on, offWhenFull, accumulate, large, onWhenIdle];
