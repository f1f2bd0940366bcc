import { LOGGING_TEXT, STOPPING_TEXT as TEXT } from "../../text/review/run.ts";
import type { Subject } from "../subject.ts";
import { defineRule, flagged, notJudged, type ReviewRule, SOURCE, usual } from "./rule.ts";

/** When to stop, how often to log, and what to do after a NaN (DIAGNOSIS.md §6.3, hp.es, hp.epochs, hp.log, hp.nan). */
const PATIENCE = 3;
const MANY = { epochs: 5, onFewerExamples: 50_000 };
const RECORDS = { least: 200, good: 500 };

const isFineTuning = ({ kind }: Subject): boolean => kind === "full_ft" || kind === "lora";

const none = defineRule({
  id: "hp.es.none",
  source: SOURCE.article,
  needs: ["passes", "evaluates"],
  applies: (subject) => isFineTuning(subject) && (subject.passes === null || subject.passes > 1),
  judge({ evaluates, patience, earlyStopping }) {
    if (!evaluates) return flagged("notice", "none", TEXT.noEval);
    if (earlyStopping === false) return flagged("notice", "off", TEXT.noStopping);
    if (earlyStopping || patience !== null) return usual(patience ?? "on");
    return notJudged(null, ["earlyStopping"]);
  },
});

const patience = defineRule({
  id: "hp.es.patience",
  field: "patience",
  source: SOURCE.measured,
  needs: ["patience"],
  judge: ({ patience: value }) => (value < PATIENCE ? flagged("notice", value, TEXT.patience(value)) : usual(value)),
});

const epochs = defineRule({
  id: "hp.epochs",
  field: "epochs",
  source: SOURCE.judgement,
  needs: ["passes", "examples"],
  applies: isFineTuning,
  judge: ({ passes, examples }) =>
    passes > MANY.epochs && examples < MANY.onFewerExamples
      ? flagged("info", passes, TEXT.epochs(passes))
      : usual(passes),
});

const logSparse = defineRule({
  id: "hp.log.sparse",
  field: "logEvery",
  source: SOURCE.measured,
  needs: ["loggedPoints", "totalSteps"],
  judge({ loggedPoints, totalSteps }) {
    const points = Math.round(loggedPoints);
    const every = Math.max(1, Math.floor(totalSteps / RECORDS.good));
    return points < RECORDS.least ? flagged("info", points, LOGGING_TEXT.sparse(points, every)) : usual(points);
  },
});

const nanPlan = defineRule({
  id: "hp.nan.plan",
  source: SOURCE.article,
  needs: [],
  judge({ nonfinite, points }) {
    if (nonfinite) return flagged("critical", "NaN", LOGGING_TEXT.nonfinite);
    return points > 0 ? usual(null) : notJudged(null, ["loss"]);
  },
});

export const STOPPING_RULES: readonly ReviewRule[] = [none, patience, epochs, logSparse, nanPlan];
