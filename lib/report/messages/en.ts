import { VERDICT_MEANING, VERDICT_WORD } from "#lib/core/index.ts";

const COUNTS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];
const incidents = (count: number): string => `${COUNTS[count] ?? count} incident${count === 1 ? "" : "s"}`;

/** Every word of a report in English. Numbers come in as text, formatted by lib/core; verdict sentences are the engine's. */
export const en = {
  brand: "Curvewatch",
  title: (name: string) => `${name}: run report`,
  written: (when: string) => `Run report, ${when}`,
  place: (file: string, folder: string | null) => (folder === null ? file : `${file} in ${folder}`),
  onHost: (name: string) => `on ${name}`,
  links: { label: "This report", run: "Open run", file: "Save as one file", markdown: "Markdown", data: "JSON" },

  verdict: VERDICT_WORD.en,
  // A report looks back: "lately" would be when?
  means: { ...VERDICT_MEANING.en, plateau: "no gain beyond noise" },
  incident: (word: string, means: string) => `${word}: ${means}`,

  crashed: (line: string) => `Crashed, with the error on line ${line} of the log.`,

  outcome: {
    finished: "Finished",
    finishedEarly: (at: string) => `Finished at ${at}:`,
    failed: (at: string) => `Crashed at ${at}:`,
    running: (at: string) => `Running, at ${at}:`,
    quiet: (at: string) => `The log stops at ${at}, no end seen:`,
    lost: (at: string) => `The agent was lost at ${at}:`,
    waiting: "Nothing has been read yet:",
    step: (step: string) => `step ${step}`,
    stepOf: (step: string, planned: string) => `step ${step} of ${planned}`,
    record: (record: string) => `log record ${record}`,
    maybe: (word: string) => `Maybe ${word.toLowerCase()}`,
    loss: (value: string) => ` at loss ${value}.`,
    noLoss: ".",
    from: (step: string, share: string) => ` from step ${step} on, ${share} of the run.`,
    since: (means: string, step: string, share: string) =>
      `${means.charAt(0).toUpperCase()}${means.slice(1)}, since step ${step} (${share} of the run).`,
    lastFinite: (value: string, step: string | null) =>
      step === null ? `The last finite loss was ${value}.` : `The last finite loss was ${value}, at step ${step}.`,
    calm: "Nothing out of the ordinary was seen.",
    noSign: "The curve gave no sign of it.",
    before: (count: number) => `${incidents(count)} came before that.`,
    onTheWay: (count: number) => `${incidents(count)} on the way`,
    longest: (count: string, word: string, from: string, to: string, share: string) =>
      `${count}; the longest stretch, ${word.toLowerCase()}, lasted from step ${from} to ${to} (${share} of the run).`,
    brief: (count: string, what: string) => `${count}: ${what.charAt(0).toLowerCase()}${what.slice(1)}.`,
  },
  join: (sentences: readonly string[]) => sentences.join(" "),
  list: (parts: readonly string[]) => parts.join(", "),
  failedLine: (line: string) => `Line ${line} of the log`,

  key: {
    finalLoss: "Final loss",
    bestEval: "Best eval",
    steps: "Steps",
    records: "Log records",
    peakRate: "Peak LR",
    time: "Time",
    throughput: "Throughput",
  },
  note: {
    trend: "trend",
    step: (step: string) => `step ${step}`,
    lastFinite: (value: string) => `last finite ${value}`,
    allPlanned: "all planned",
    ofPlanned: (share: string, planned: string) => `${share} of ${planned}`,
    warmup: (steps: string) => `warmup ${steps}`,
    pace: "at its median pace",
    tokensPerSecond: "tok/s at the end",
  },

  figure: {
    heading: "Loss and learning rate",
    headingLossOnly: "Loss",
    loss: "Loss",
    learningRate: "Learning rate",
    raw: "raw",
    trend: "trend",
    trendLong: "trend, in the colour of its verdict",
    eval: "eval",
    measured: "measured",
    schedule: "schedule",
    label: (first: string, last: string, steps: string) => `Loss, ${first} to ${last} over ${steps} steps`,
    labelNoLoss: (steps: string) => `The run over ${steps} steps`,
    labelVerdict: (word: string, step: string) => `${word.toLowerCase()} since ${step}`,
    records: "The log tells no steps: the axis counts its records.",
  },
  story: {
    crashed: "Up to the crash.",
    failed: "How it failed.",
    recovered: "The fault and the recovery.",
    happened: "What happened.",
    calm: "A quiet run.",
    numbered: (sentence: string, number: number) => `${sentence}\u00a0(${number}).`,
    sentence: (sentence: string) => `${sentence}.`,
    restarted: (steps: readonly string[]) => `The run was restarted at step ${steps.join(", ")}.`,
  },

  timeline: {
    heading: "Verdict timeline",
    pattern: "Pattern",
    verdict: "Verdict",
    steps: "Steps",
    share: "Share",
    readFrom: "Read from",
  },
  schedule: {
    heading: "Learning-rate schedule",
    step: "Step",
    from: "From",
    to: "To",
    factor: "Factor",
  },
  incidents: {
    heading: "Incidents",
    number: "No.",
    what: "What",
    step: "Step",
    told: "Told",
    ended: "Ended",
    endedAtStep: (step: string) => `step ${step}`,
    lasted: "lasted to the end",
    open: "still so",
    none: "Nothing out of the ordinary was seen.",
  },
  settings: {
    heading: "Hyperparameters seen",
    peakRate: "Peak LR",
    warmup: "Warmup",
    warmupOf: (steps: string, share: string | null) => (share === null ? `${steps} steps` : `${steps} steps, ${share}`),
    schedule: "Schedule",
    finalRate: "Final LR",
    plannedSteps: "Planned steps",
    planned: (rate: string) => `planned ${rate}`,
    fits: (share: string) => `fits ${share}`,
    notJudged: "Not judged",
    checks: (count: number) => (count === 1 ? "1 check" : `${count} checks`),
    whyNotJudged: "Neither the log nor a file beside it tells what they need.",
    kinds: {
      constant: "constant",
      linear: "linear decay",
      cosine: "cosine decay",
      "cosine-restarts": "cosine with restarts",
      polynomial: "polynomial decay",
      exponential: "exponential decay",
      "inverse-sqrt": "inverse square root",
      step: "steps",
      "reduce-on-plateau": "steps on plateau",
      wsd: "stable, then decay",
    } as Record<string, string>,
    status: {
      pass: "as usual",
      note: "worth knowing",
      caution: "caution",
      critical: "critical",
      not_judged: "not judged",
    },
  },
  next: {
    heading: "What to try next",
    about: (word: string, step: string) => `${word}, since step ${step}`,
    resume: "Fix the error and resume",
    resumeWhy: (step: string) =>
      `The curve was in order up to step ${step}; the run can go on from its last checkpoint.`,
    keep: (step: string) => `Keep the checkpoint of step ${step}`,
    keepWhy: (value: string, evals: string | null) =>
      evals === null
        ? `Its eval loss of ${value} is the best of the run; what came after brought no gain beyond noise.`
        : `Its eval loss of ${value} is the best of the run; ${evals} evals since then brought no gain beyond noise.`,
  },
  foot: {
    source: "Verdicts are read from the log alone.",
    parsed: (parsed: string, read: string) => `${parsed} of ${read} lines parsed.`,
    missing: (records: string) => `${records} records are missing.`,
    noFormat: "no format recognised",
  },
};
