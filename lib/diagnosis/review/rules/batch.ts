import { BATCH_TEXT as TEXT } from "../../text/review/run.ts";
import type { Subject } from "../subject.ts";
import { defineRule, flagged, isLanguageModel, notJudged, type ReviewRule, SOURCE, usual } from "./rule.ts";

/** Batch size and gradient accumulation (DIAGNOSIS.md §6.3, hp.batch and hp.accum). */
const LARGE = { tokens: 4e6, examples: 8192, ofData: 0.05 };
const NOISY = 0.3;
/** Up to this version the Hugging Face Trainer averaged the means of micro-batches. */
const LAST_WITH_BUG = [4, 45, 2];

const global = defineRule({
  id: "hp.batch.global",
  source: SOURCE.article,
  needs: ["product", "microBatch", "accumulation"],
  judge({ product, microBatch, accumulation, globalBatch }) {
    const factors = [microBatch, accumulation, product / (microBatch * accumulation)];
    if (globalBatch === null) return notJudged(product, ["globalBatch"], TEXT.product(factors, product));
    return globalBatch === product
      ? usual(product)
      : flagged("warning", product, TEXT.differs(factors, product, globalBatch));
  },
});

const large = defineRule({
  id: "hp.batch.large",
  source: `${SOURCE.article}; ${SOURCE.judgement}`,
  needs: ["batch"],
  judge(subject) {
    const { batch, tokens, examples } = subject;
    if (isLanguageModel(subject)) {
      if (tokens === null) return notJudged(batch, ["sequenceLength"]);
      return tokens > LARGE.tokens ? flagged("info", tokens, TEXT.large(tokens, "tokens")) : usual(tokens);
    }
    if (batch <= LARGE.examples) return usual(batch);
    if (examples === null) return notJudged(batch, ["examples"]);
    return batch > LARGE.ofData * examples ? flagged("info", batch, TEXT.large(batch, "examples")) : usual(batch);
  },
});

const tiny = defineRule({
  id: "hp.batch.tiny",
  source: SOURCE.measured,
  needs: ["noiseShare"],
  judge: ({ noiseShare: share }) => (share > NOISY ? flagged("info", share, TEXT.tiny(share)) : usual(share)),
});

const accumulates = ({ accumulation }: Subject): boolean => accumulation === null || accumulation > 1;

const equivalent = defineRule({
  id: "hp.accum.equiv",
  field: "accumulation",
  source: SOURCE.article,
  needs: ["accumulation"],
  applies: accumulates,
  judge: ({ accumulation: steps }) => ({ level: "pass", value: steps, advice: TEXT.equivalent(steps) }),
});

const tokenMean = defineRule({
  id: "hp.accum.bug",
  source: SOURCE.accumulation,
  needs: ["accumulation"],
  applies: (subject) => accumulates(subject) && subject.classes === null && subject.imageSize === null,
  judge({ accumulation, trainerVersion, averagesTokens, packed }) {
    // The setting came after the repair; packed sequences have equally many tokens.
    if (averagesTokens || packed) return usual(accumulation);
    if (averagesTokens === false) return flagged("warning", accumulation, TEXT.tokenMean);
    const version = versionOf(trainerVersion);
    if (version === null) return notJudged(null, ["transformersVersion"]);
    return isAfter(version, LAST_WITH_BUG) ? usual(trainerVersion) : flagged("warning", trainerVersion, TEXT.tokenMean);
  },
});

const batchNorm = defineRule({
  id: "hp.accum.batchnorm",
  source: SOURCE.practice,
  needs: ["accumulation"],
  applies: (subject) => accumulates(subject) && (subject.classes !== null || subject.imageSize !== null),
  judge({ accumulation, batchNorm: declared, normLayer }) {
    const has = declared ?? (normLayer === null ? null : /batch|^bn/.test(normLayer));
    if (has === null) return notJudged(null, ["normLayer"]);
    return has ? flagged("notice", accumulation, TEXT.batchNorm) : usual(accumulation);
  },
});

function versionOf(text: string | null): number[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?/.exec(text ?? "");
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

function isAfter(version: readonly number[], other: readonly number[]): boolean {
  const at = version.findIndex((part, i) => part !== other[i]);
  return at >= 0 && version[at]! > other[at]!;
}

export const BATCH_RULES: readonly ReviewRule[] = [global, large, tiny, equivalent, tokenMean, batchNorm];
