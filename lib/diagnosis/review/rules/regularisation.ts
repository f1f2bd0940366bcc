import { REGULARISATION_TEXT as TEXT } from "../../text/review/run.ts";
import { defineRule, flagged, type ReviewRule, SOURCE, usual } from "./rule.ts";

/** Dropout and gradient clipping (DIAGNOSIS.md §6.3, hp.dropout and hp.clip). */
const DROPOUT = { low: 0.05, high: 0.2 };
const ALWAYS = 0.9;

const dropout = defineRule({
  id: "hp.dropout",
  field: "dropout",
  source: SOURCE.article,
  needs: ["dropout"],
  applies: ({ transformer, kind, singlePass }) => transformer && kind !== "pretrain" && singlePass !== true,
  judge: ({ dropout: value }) =>
    value < DROPOUT.low || value > DROPOUT.high ? flagged("info", value, TEXT.dropout(value)) : usual(value),
});

const dropoutLarge = defineRule({
  id: "hp.dropout.large",
  field: "dropout",
  source: `${SOURCE.article}; ${SOURCE.dropout}`,
  needs: ["dropout", "singlePass"],
  applies: ({ kind }) => kind === "pretrain",
  judge: ({ dropout: value, singlePass }) =>
    value > 0 && singlePass ? flagged("notice", value, TEXT.dropoutLarge(value)) : usual(value),
});

const clipNone = defineRule({
  id: "hp.clip.none",
  field: "clipNorm",
  source: `${SOURCE.megatron}; ${SOURCE.nanogpt}`,
  needs: ["clipNorm"],
  applies: ({ classes, imageSize, transformer }) => transformer || (classes === null && imageSize === null),
  judge({ clipNorm, normSpikes }) {
    if (clipNorm > 0) return usual(clipNorm);
    return normSpikes ? flagged("warning", 0, TEXT.clipNoneSpikes) : flagged("notice", 0, TEXT.clipNone);
  },
});

const clipAlways = defineRule({
  id: "hp.clip.always",
  source: SOURCE.judgement,
  needs: ["clippedShare"],
  applies: ({ clipNorm }) => clipNorm === null || clipNorm > 0,
  judge: ({ clippedShare: share }) => (share > ALWAYS ? flagged("info", share, TEXT.clipAlways(share)) : usual(share)),
});

export const REGULARISATION_RULES: readonly ReviewRule[] = [dropout, dropoutLarge, clipNone, clipAlways];
