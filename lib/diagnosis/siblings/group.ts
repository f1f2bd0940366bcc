import type { RunConfig } from "../observation.ts";
import { rateAt, type SiblingCurve } from "./curve.ts";

/** Start levels of one task differ by no more than this share of what was learnt: the first record may average some steps. */
const START_SHARE = 0.15;
const NOISE_UNITS = 4;
/** Rates follow one schedule when they keep their ratio, at eight steps, but for how their stretches lie in a warm-up. */
const SCHEDULE_PLACES = 8;
const SCHEDULE_APART = 1.25;

/** A key that holds a learning rate, and not how it is scheduled. */
const RATE = /(^|[^a-z])lr\d*($|[^a-z])|learning_?rate|^eta\d*$/i;
const SCHEDULE = /sched|decay|warm|step|iter|epoch|type/i;
/** Where and under which name a run is kept differs by nature; so may its seed. */
const OWN =
  /(^|[._])((out|output|log|logging|save|checkpoint|ckpt|result|results|work|work_dir)_?dir|run_?name|run_?id|exp(eriment)?_?name|job_?name|seed)$/i;

/**
 * Whether two runs of a project differ in the learning rate alone, as far as can be told: one start level, steps that overlap,
 * one plan, one schedule, and one config where both are known.
 */
export function areSiblings(a: SiblingCurve, b: SiblingCurve): boolean {
  if (a.firstStep > b.lastStep || b.firstStep > a.lastStep) return false;
  if (a.maxSteps !== null && b.maxSteps !== null && a.maxSteps !== b.maxSteps) return false;
  const learnt = Math.max(a.start - a.best, b.start - b.best);
  const apart = Math.abs(a.start - b.start);
  if (apart > Math.max(START_SHARE * learnt, NOISE_UNITS * Math.max(a.noise, b.noise))) return false;
  return sameSchedule(a, b) && sameConfig(a.config, b.config);
}

/** A rate that has come down to nothing tells no ratio. */
function sameSchedule(a: SiblingCurve, b: SiblingCurve): boolean {
  // Within a first stretch the course of a rate cannot be told.
  const from = Math.max(a.step[0]!, b.step[0]!);
  const to = Math.min(a.lastStep, b.lastStep);
  if (to <= from) return true;
  const ratios: number[] = [];
  for (let i = 1; i <= SCHEDULE_PLACES; i++) {
    const at = from + (i / (SCHEDULE_PLACES + 1)) * (to - from);
    const [mine, theirs] = [rateAt(a, at), rateAt(b, at)];
    if (mine > 0 && theirs > 0) ratios.push(mine / theirs);
  }
  return ratios.length === 0 || Math.max(...ratios) <= SCHEDULE_APART * Math.min(...ratios);
}

function sameConfig(a: RunConfig, b: RunConfig): boolean {
  return Object.entries(a).every(([key, value]) => !(key in b) || b[key] === value || mayDiffer(key));
}

const mayDiffer = (key: string): boolean => OWN.test(key) || (RATE.test(key) && !SCHEDULE.test(key));
