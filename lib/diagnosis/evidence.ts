import type { Evidence } from "#lib/protocol/index.ts";
import { normOver } from "./judge/description.ts";
import { aroundBucket, normLine, recentBuckets, swingHeights, trendLine } from "./miniature.ts";
import { readHyperparameters } from "./review/config.ts";
import { openSpike } from "./spikes.ts";
import { LABEL } from "./text/labels.ts";
import type { Scene } from "./verdict.ts";

/** One to three numbers that let a reader check the verdict, each with the little curve behind it. */
export function evidenceFor(scene: Scene): Evidence[] {
  return tilesFor(scene)
    .filter((tile) => tile !== null)
    .slice(0, TILES);
}

type Tile = Evidence | null;
const TILES = 3;
/** Evaluations drawn. */
const POINTS = 64;

/** By weight; what the log does not tell is null, and the next one takes its place. */
function tilesFor(scene: Scene): Tile[] {
  switch (scene.state.standing.verdict) {
    case "nan":
      return [...nonfiniteTiles(scene), swingNowTile(scene)];
    case "oscillating":
      return [swingTile(scene), descentTile(scene), gradNormTile(scene), giveBackTile(scene)];
    case "diverging":
      return [riseTile(scene), gradNormTile(scene), swingTile(scene)];
    case "too_slow":
      return [straightnessTile(scene), slopeTile(scene), gradNormTile(scene), swingNowTile(scene)];
    case "plateau":
      return [recentGainTile(scene), noiseTile(scene), gradNormTile(scene)];
    case "overfitting":
      return [...evalTiles(scene), slopeTile(scene)];
    case "spike":
      return [spikeTile(scene), gradNormTile(scene), swingTile(scene)];
    case "healthy":
      return [slopeTile(scene), swingNowTile(scene), gradNormTile(scene)];
    default:
      return [];
  }
}

/** Around the change where something has changed; the whole curve where the verdict is of the whole. */
function trendSeries({ state, sinceBucket }: Scene): Evidence["series"] {
  return trendLine(state.curve, aroundBucket(state.curve, sinceBucket));
}

function swingSeries({ state, sinceBucket }: Scene): Evidence["series"] {
  return swingHeights(state.curve, aroundBucket(state.curve, sinceBucket));
}

function giveBackTile(scene: Scene): Tile {
  const f = scene.features;
  if (f === null || f.progress <= 0) return riseTile(scene);
  const share = Math.max(f.giveBack, f.coarseGiveBack, f.gap) / f.progress;
  return { name: "give_back", value: 100 * share, unit: "%", label: LABEL.giveBack, series: trendSeries(scene) };
}

function swingTile(scene: Scene): Tile {
  const { since, before } = scene;
  if (since === null || before === null || !(before.swing > 0)) return swingNowTile(scene);
  const value = since.swing / before.swing;
  return { name: "swing", value, unit: "x", label: LABEL.swing, series: swingSeries(scene) };
}

function swingNowTile({ recent, state: { curve } }: Scene): Tile {
  if (recent === null) return null;
  const series = swingHeights(curve, recentBuckets(curve));
  return { name: "swing", value: recent.swing, unit: "loss", label: LABEL.swingNow, series };
}

/** How the descent has changed: −88 % is an eighth of what it was, −100 % none at all. */
function descentTile(scene: Scene): Tile {
  const { since, before } = scene;
  if (since === null || before === null || !(before.slopePer1k < 0)) return null;
  const value = 100 * Math.max(-1, since.slopePer1k / before.slopePer1k - 1);
  return { name: "descent", value, unit: "%", label: LABEL.descent, series: trendSeries(scene) };
}

function slopeTile({ recent, state: { curve } }: Scene): Tile {
  if (recent === null) return null;
  const series = trendLine(curve, recentBuckets(curve));
  return { name: "slope", value: recent.slopePer1k, unit: "loss", label: LABEL.slope, series };
}

function straightnessTile(scene: Scene): Tile {
  const bend = scene.features?.bend;
  if (!bend) return null;
  const series = trendSeries(scene);
  return { name: "straightness", value: bend.exponent, unit: "", label: LABEL.straightness, series };
}

function recentGainTile(scene: Scene): Tile {
  const f = scene.features;
  if (f === null) return null;
  const series = trendSeries(scene);
  return { name: "recent_gain", value: f.recentDrop, unit: "loss", label: LABEL.recentGain, series };
}

function noiseTile(scene: Scene): Tile {
  const { features: f } = scene;
  if (f === null || f.progress <= 0) return swingNowTile(scene);
  const series = swingSeries(scene);
  return { name: "noise", value: (100 * f.noise) / f.progress, unit: "%", label: LABEL.noise, series };
}

function riseTile(scene: Scene): Tile {
  const f = scene.features;
  if (f === null) return null;
  return { name: "rise", value: f.gap, unit: "loss", label: LABEL.rise, series: trendSeries(scene) };
}

/** Against what it was before the change, where there is a before; the level beside the clip, where that is known. */
function gradNormTile({ state, sinceBucket, before }: Scene): Tile {
  const { curve, context } = state;
  const { count } = curve.history;
  const now = normOver(curve, count - Math.max(1, count >> 3), count);
  if (now === null) return null;
  const { clipNorm } = readHyperparameters(context.config);
  const clip = clipNorm !== null && clipNorm > 0 ? clipNorm : null;
  const series = normLine(curve, aroundBucket(curve, sinceBucket), clip);
  const then = before === null ? null : normOver(curve, sinceBucket >> 1, sinceBucket);
  const changed = state.standing.verdict !== "healthy" && then !== null && then > 0;
  return changed
    ? { name: "grad_norm", value: now / then, unit: "x", label: LABEL.gradNormTimes, series }
    : { name: "grad_norm", value: now, unit: "", label: LABEL.gradNorm, series };
}

function evalTiles({ state }: Scene): Evidence[] {
  const { overfitting, evals } = state;
  if (overfitting === null) return [];
  const { best, rise } = overfitting;
  const step = evals.kept.step.slice(-POINTS);
  const value = evals.kept.value.slice(-POINTS);
  const above = value.map((v, i) => (step[i]! < best.step ? null : Math.max(0, v - best.value)));
  return [
    {
      name: "best_eval",
      value: best.value,
      unit: "loss",
      label: LABEL.bestEval,
      series: { step, value: [...value], kind: "line", mark: best.value },
    },
    {
      name: "eval_rise",
      value: rise,
      unit: "loss",
      label: LABEL.evalRise,
      series: { step: [...step], value: above, kind: "bars" },
    },
  ];
}

function spikeTile(scene: Scene): Tile {
  const spike = openSpike(scene.state);
  if (spike === null) return null;
  const height = spike.top - spike.level;
  return { name: "spike_height", value: height, unit: "loss", label: LABEL.spikeHeight, series: trendSeries(scene) };
}

function nonfiniteTiles({ state }: Scene): Evidence[] {
  const { failure } = state.nonfinite;
  if (failure === null) return [];
  const { curve, knots } = state;
  const tiles: Evidence[] = [];
  if (failure.good !== null) {
    const series = trendLine(curve, recentBuckets(curve));
    tiles.push({ name: "last_good", value: failure.good.loss, unit: "loss", label: LABEL.lastGood, series });
  }
  const norms = failure.before;
  const last = norms.at(-1);
  if (last !== undefined) {
    const value = norms.map(({ gradNorm }) => (Number.isFinite(gradNorm) && gradNorm > 0 ? gradNorm : null));
    const series = { step: norms.map(({ step }) => step), value, kind: "line" as const, log: true };
    tiles.push({ name: "grad_norm", value: last.gradNorm, unit: "", label: LABEL.gradNormBefore, series });
  }
  if (!Number.isNaN(failure.rate)) {
    // As it was when it happened: training may have gone on.
    const to = knots.step.subarray(0, knots.count).findLastIndex((step) => step <= failure.step) + 1;
    const from = Math.max(0, to - POINTS);
    const series = {
      step: [...knots.step.slice(from, to)],
      value: [...knots.rate.slice(from, to)],
      kind: "line" as const,
    };
    tiles.push({ name: "learning_rate", value: failure.rate, unit: "", label: LABEL.learningRate, series });
  }
  return tiles;
}
