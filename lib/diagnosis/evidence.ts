import type { Evidence } from "#lib/protocol/index.ts";
import { normOver, normTail, trendTail } from "./judge/description.ts";
import { openSpike } from "./spikes.ts";
import { LABEL } from "./text/labels.ts";
import type { Scene } from "./verdict.ts";

/** One to three numbers that let a reader check the verdict, each with the little curve behind it. */
export function evidenceFor(scene: Scene): Evidence[] {
  switch (scene.state.standing.verdict) {
    case "nan":
      return nonfiniteTiles(scene);
    case "oscillating":
      return [giveBackTile(scene), swingTile(scene), gradNormTile(scene)].filter((tile) => tile !== null);
    case "diverging":
      return [riseTile(scene), gradNormTile(scene)].filter((tile) => tile !== null);
    case "too_slow":
      return [straightnessTile(scene), slopeTile(scene), gradNormTile(scene)].filter((tile) => tile !== null);
    case "plateau":
      return [recentGainTile(scene), noiseTile(scene), gradNormTile(scene)].filter((tile) => tile !== null);
    case "overfitting":
      return [...evalTiles(scene), gradNormTile(scene)].filter((tile) => tile !== null);
    case "spike":
      return [spikeTile(scene), gradNormTile(scene)].filter((tile) => tile !== null);
    case "healthy":
      return [slopeTile(scene), swingNowTile(scene), gradNormTile(scene)].filter((tile) => tile !== null);
    default:
      return [];
  }
}

const POINTS = 64;
type Tile = Evidence | null;

function trendSeries({ state }: Scene): Evidence["series"] {
  return { ...trendTail(state.curve, POINTS), kind: "line" };
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
  return { name: "swing", value: since.swing / before.swing, unit: "x", label: LABEL.swing };
}

function swingNowTile({ recent }: Scene): Tile {
  return recent === null ? null : { name: "swing", value: recent.swing, unit: "loss", label: LABEL.swingNow };
}

function slopeTile(scene: Scene): Tile {
  const { recent } = scene;
  if (recent === null) return null;
  return { name: "slope", value: recent.slopePer1k, unit: "loss", label: LABEL.slope, series: trendSeries(scene) };
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

function noiseTile({ features: f }: Scene): Tile {
  if (f === null || f.progress <= 0) return null;
  return { name: "noise", value: (100 * f.noise) / f.progress, unit: "%", label: LABEL.noise };
}

function riseTile(scene: Scene): Tile {
  const f = scene.features;
  if (f === null) return null;
  return { name: "rise", value: f.gap, unit: "loss", label: LABEL.rise, series: trendSeries(scene) };
}

function gradNormTile({ state }: Scene): Tile {
  const { count } = state.curve.history;
  const value = normOver(state.curve, count - Math.max(1, count >> 3), count);
  if (value === null) return null;
  const series = { ...normTail(state.curve, POINTS), kind: "line" as const };
  return { name: "grad_norm", value, unit: "", label: LABEL.gradNorm, series };
}

function evalTiles({ state }: Scene): Evidence[] {
  const { overfitting, evals } = state;
  if (overfitting === null) return [];
  const { best, rise } = overfitting;
  const series = { step: [...evals.kept.step], value: [...evals.kept.value], kind: "line" as const };
  return [
    { name: "best_eval", value: best.value, unit: "loss", label: LABEL.bestEval, series },
    { name: "eval_rise", value: rise, unit: "loss", label: LABEL.evalRise },
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
  const tiles: Evidence[] = [];
  if (failure.good !== null) {
    const series = { ...trendTail(state.curve, POINTS), kind: "line" as const };
    tiles.push({ name: "last_good", value: failure.good.loss, unit: "loss", label: LABEL.lastGood, series });
  }
  const norms = failure.before;
  const last = norms.at(-1);
  if (last !== undefined) {
    const series = { step: norms.map((n) => n.step), value: norms.map((n) => n.gradNorm), kind: "line" as const };
    tiles.push({ name: "grad_norm", value: last.gradNorm, unit: "", label: LABEL.gradNormBefore, series });
  }
  if (!Number.isNaN(failure.rate)) {
    tiles.push({ name: "learning_rate", value: failure.rate, unit: "", label: LABEL.learningRate });
  }
  return tiles;
}
