import { OPTIMIZER_TEXT as TEXT } from "../../text/review/optimizer.ts";
import type { Subject } from "../subject.ts";
import { defineRule, flagged, isAdam, type ReviewRule, SOURCE, usual } from "./rule.ts";

/** Weight decay, betas and eps (DIAGNOSIS.md §6.3, hp.wd, hp.beta, hp.eps). */
const DECAY = { low: 0.01, high: 0.1, far: 0.3 };
/** The smallest subnormal of fp16 is 2⁻²⁴; anything below rounds to 0. */
const FP16_SMALLEST = 6e-8;

const decayRange = defineRule({
  id: "hp.wd.range",
  field: "weightDecay",
  source: `${SOURCE.article}; ${SOURCE.nanogpt}; ${SOURCE.megatron}`,
  needs: ["weightDecay"],
  applies: (subject) => isAdam(subject) && subject.kind !== "lora",
  judge({ weightDecay }) {
    if (weightDecay === 0) return flagged("info", 0, TEXT.decayRange(0));
    if (weightDecay >= DECAY.low && weightDecay <= DECAY.high) return usual(weightDecay);
    return flagged(weightDecay > DECAY.far ? "warning" : "notice", weightDecay, TEXT.decayRange(weightDecay));
  },
});

const decayLora = defineRule({
  id: "hp.wd.lora",
  field: "weightDecay",
  source: SOURCE.judgement,
  needs: ["weightDecay"],
  applies: ({ kind }) => kind === "lora",
  judge: ({ weightDecay }) =>
    weightDecay > 0 ? flagged("info", weightDecay, TEXT.decayLora(weightDecay)) : usual(weightDecay),
});

const decayNorms = defineRule({
  id: "hp.wd.norm_bias",
  field: "decaysNorms",
  source: SOURCE.practice,
  needs: ["decaysNorms"],
  applies: ({ weightDecay }) => weightDecay !== 0,
  judge: ({ decaysNorms }) => (decaysNorms ? flagged("info", "true", TEXT.decayNorms) : usual("false")),
});

const decayL2 = defineRule({
  id: "hp.wd.l2",
  field: "optimizer",
  source: "AdamW, arXiv 1711.05101",
  needs: ["optimizer", "weightDecay"],
  applies: isAdam,
  judge: ({ optimizer, weightDecay }) =>
    optimizer === "adam" && weightDecay > 0 ? flagged("notice", weightDecay, TEXT.decayL2) : usual(optimizer),
});

const beta1 = defineRule({
  id: "hp.beta1",
  field: "beta1",
  source: SOURCE.article,
  needs: ["beta1"],
  applies: isAdam,
  judge({ beta1: value }) {
    if (value === 0.9) return usual(value);
    return flagged(value < 0.85 || value > 0.95 ? "notice" : "info", value, TEXT.beta1(value));
  },
});

const beta2Article = defineRule({
  id: "hp.beta2.article",
  field: "beta2",
  source: `${SOURCE.article}; ${SOURCE.nanogpt}`,
  needs: ["beta2"],
  applies: (subject) => isAdam(subject) && ["full_ft", "lora", "unknown"].includes(subject.kind),
  judge: ({ beta2 }) => (beta2 === 0.999 ? usual(beta2) : flagged("info", beta2, TEXT.beta2Article(beta2))),
});

const spikesOften = ({ spikesPer1000 }: Subject): boolean => spikesPer1000 !== null && spikesPer1000 > 1;

const beta2Pretrain = defineRule({
  id: "hp.beta2.pretrain",
  field: "beta2",
  source: `${SOURCE.nanogpt}; ${SOURCE.opt}`,
  needs: ["beta2"],
  applies: (subject) => isAdam(subject) && (subject.kind === "pretrain" || spikesOften(subject)),
  judge: ({ beta2 }) => (beta2 >= 0.999 ? flagged("notice", beta2, TEXT.beta2Pretrain) : usual(beta2)),
});

const beta2Low = defineRule({
  id: "hp.beta2.low",
  field: "beta2",
  source: SOURCE.judgement,
  needs: ["beta2"],
  applies: isAdam,
  judge: ({ beta2 }) => (beta2 < 0.9 ? flagged("warning", beta2, TEXT.beta2Low(beta2)) : usual(beta2)),
});

const beta2Sparse = defineRule({
  id: "hp.beta2.sparse",
  field: "sparseGradients",
  source: SOURCE.article,
  needs: ["sparseGradients"],
  applies: isAdam,
  judge: ({ sparseGradients }) => (sparseGradients ? flagged("info", "sparse", TEXT.beta2Sparse) : usual("dense")),
});

const epsPlain = defineRule({
  id: "hp.eps.fp32",
  field: "epsilon",
  source: `${SOURCE.article}; ${SOURCE.olmo}`,
  needs: ["epsilon"],
  applies: (subject) => isAdam(subject) && subject.precision !== "fp16",
  judge: ({ epsilon }) =>
    epsilon >= 0.99e-9 && epsilon <= 1.01e-7 ? usual(epsilon) : flagged("info", epsilon, TEXT.epsPlain(epsilon)),
});

const epsMixed = defineRule({
  id: "hp.eps.amp",
  field: "epsilon",
  source: SOURCE.article,
  needs: ["epsilon"],
  applies: (subject) => isAdam(subject) && subject.precision === "fp16",
  judge: ({ epsilon }) => (epsilon < 0.99e-7 ? flagged("notice", epsilon, TEXT.epsMixed(epsilon)) : usual(epsilon)),
});

const epsVanishes = defineRule({
  id: "hp.eps.fp16_state",
  field: "epsilon",
  source: SOURCE.arithmetic,
  needs: ["epsilon", "stateDtype"],
  applies: (subject) => isAdam(subject) && (subject.precision === "fp16" || subject.stateDtype !== null),
  judge: ({ epsilon, stateDtype }) =>
    /^(?:fp16|float16|half)$/.test(stateDtype) && epsilon < FP16_SMALLEST
      ? flagged("critical", epsilon, TEXT.epsVanishes(epsilon))
      : usual(epsilon),
});

export const OPTIMIZER_RULES: readonly ReviewRule[] = [
  ...[decayRange, decayLora, decayNorms, decayL2, beta1, beta2Article, beta2Pretrain, beta2Low, beta2Sparse],
  ...[epsPlain, epsMixed, epsVanishes],
];
