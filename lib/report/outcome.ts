import { formatMetric, formatShare, formatStep } from "#lib/core/index.ts";
import type { Language, Localised, SeriesView, Verdict, VerdictName } from "#lib/protocol/index.ts";
import { type FinalLoss, finalLoss } from "./final-loss.ts";
import { CRASH, type Incident } from "./incidents.ts";
import { localised, type Messages } from "./messages/index.ts";
import type { ReportRun } from "./model.ts";
import type { TimelineRow } from "./timeline.ts";

/** The sentence a report opens with, in the parts around the verdict's word, which may be shown as a chip. */
export type Outcome = { before: Localised; verdict: VerdictName; word: Localised; after: Localised };

/** Below this a verdict is a "maybe" (design/README.md §5). */
const SURE = 0.6;

export function outcomeOf(
  run: ReportRun,
  series: readonly SeriesView[],
  incidents: readonly Incident[],
  timeline: readonly TimelineRow[],
): Outcome {
  const { verdict } = run.diagnosis;
  const doubtful = verdict.severity !== null && verdict.confidence < SURE;
  const loss = finalLoss(run, series);
  const story = { incidents, timeline, loss };
  return {
    before: localised((m) => stateInWords(m, run)),
    verdict: verdict.name,
    word: localised((m) => (doubtful ? m.outcome.maybe(m.verdict[verdict.name]) : m.verdict[verdict.name])),
    after: localised((m, language) => {
      if (verdict.severity === null) return m.join([lossInWords(m, loss), verdict.reason[language]]);
      if (verdict.severity === "good") return m.join([lossInWords(m, loss), onTheWay(m, language, story)]);
      return m.join(wrongAtTheEnd(m, verdict, story));
    }),
  };
}

function stateInWords({ outcome }: Messages, { state, step, maxSteps, stepSource }: ReportRun): string {
  if (state === "waiting" || step === null) return outcome.waiting;
  const planned = maxSteps !== null && step < maxSteps;
  if (state === "finished" && !planned) return outcome.finished;
  const at =
    stepSource === "ordinal"
      ? outcome.record(formatStep(step))
      : planned
        ? outcome.stepOf(formatStep(step), formatStep(maxSteps))
        : outcome.step(formatStep(step));
  return state === "finished" ? outcome.finishedEarly(at) : outcome[state](at);
}

type Story = { incidents: readonly Incident[]; timeline: readonly TimelineRow[]; loss: FinalLoss | null };

const lossInWords = ({ outcome }: Messages, loss: FinalLoss | null): string =>
  loss?.kind === "finite" ? outcome.loss(formatMetric(loss.value)) : outcome.noLoss;

/** What happened to a run that is well now. */
function onTheWay(m: Messages, language: Language, { incidents, timeline }: Story): string {
  const seen = incidents.filter(({ rule }) => rule !== CRASH);
  const [first] = seen;
  if (!first) return seen.length < incidents.length ? m.outcome.noSign : m.outcome.calm;
  const count = m.outcome.onTheWay(seen.length);
  const [longest] = timeline
    .filter(({ verdict }) => verdict !== "healthy" && verdict !== "reading")
    .sort((a, b) => b.share - a.share);
  if (!longest) return m.outcome.brief(count, first.what[language]);
  const [from, to] = [formatStep(longest.fromStep), formatStep(longest.toStep)];
  return m.outcome.longest(count, m.verdict[longest.verdict], from, to, formatShare(longest.share));
}

/** What is wrong with a run that did not end well, since when, and what came before. */
function wrongAtTheEnd(m: Messages, verdict: Verdict, { incidents, timeline, loss }: Story): string[] {
  const stretch = timeline.at(-1);
  const since = stretch?.fromStep ?? 0;
  const [step, share] = [formatStep(since), formatShare(stretch?.share ?? 0)];
  const sentences =
    loss?.kind === "lost"
      ? [m.outcome.from(step, share)]
      : [lossInWords(m, loss), m.outcome.since(m.means[verdict.name], step, share)];
  if (loss?.kind === "lost" && loss.lastFinite) {
    const { value, step: at } = loss.lastFinite;
    sentences.push(m.outcome.lastFinite(formatMetric(value), at === null ? null : formatStep(at)));
  }
  const before = incidents.filter(({ step }) => step !== null && step < since).length;
  if (before > 0) sentences.push(m.outcome.before(before));
  return sentences;
}
