import { sampleNames, samplesAreHere, scoreSample } from "../../agent/parsers/format-samples.ts";

/**
 * Reads the sample of every known log format as the product does, prints what came out beside what should, and fails below
 * the number of samples that were read in full when it was last raised.
 *
 *     npm run formats -- [--json]
 */
const FLOOR = 81;

if (!samplesAreHere) {
  console.error("formats: skipped, the folder `shared` with the samples is not beside the repository");
  process.exit(0);
}
const scores = sampleNames().map(scoreSample);
const failed = scores.filter(({ passed }) => !passed);
const sum = (count: (score: (typeof scores)[number]) => number): number =>
  scores.reduce((total, score) => total + count(score), 0);
const result = {
  passed: scores.length - failed.length,
  samples: scores.length,
  points: {
    right: sum(({ right }) => right),
    wrong: sum(({ wrong }) => wrong.length),
    missing: sum(({ missing }) => missing.length),
  },
  failed: failed.map(({ name }) => name),
};
if (process.argv.includes("--json")) console.log(JSON.stringify(result));
else {
  for (const { name, right, wrong, missing, toldMaxSteps, passed } of scores) {
    const total = toldMaxSteps ? "" : ", total not told";
    console.log(
      `${passed ? "ok  " : "FAIL"} ${name.padEnd(24)} ${right} right, ${wrong.length} wrong, ${missing.length} missing${total}`,
    );
  }
  console.log(`${result.passed} of ${result.samples} samples passed`);
}
if (result.passed < FLOOR) {
  console.error(`formats: fewer than ${FLOOR} samples are read in full: ${result.failed.join(", ")} are not`);
  process.exitCode = 1;
}
