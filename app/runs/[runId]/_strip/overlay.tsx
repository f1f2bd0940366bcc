"use client";
import { useTranslations } from "use-intl";
import {
  type Lane,
  type LaneFigure,
  type LaneName,
  type StripScene,
  VERDICT_SEVERITY,
  yInLane,
} from "#lib/charts/index.ts";
import { formatAxisStep, formatLearningRate, formatMetric, formatStep } from "#lib/core/index.ts";
import type { RunState, RunView } from "#lib/protocol/index.ts";
import { StateMark } from "../../../_components/state-mark.tsx";
import styles from "./overlay.module.css";
import { across } from "./plot.ts";

type Props = { run: RunView; scene: StripScene; width: number; forecast: boolean };

/** Room (px) right of now that a lane's figures need: beside the tags, and for each of them. */
const FIGURES_LEFT = 96;
const FIGURE_WIDTH = 92;
const FORECAST_WIDTH = 270;
const TAG_WIDTH = 86;
const SILENCE_WIDTH = 110;

/** What lies on the paper around now: the empty part, the pen, the newest values, and the forecast. */
export function Overlay({ run, scene, width, forecast }: Props) {
  const { layout, lanes, now, x } = scene;
  const plot = width - layout.left - layout.right;
  const share = across(scene, now);
  const inView = now >= x.min && now <= x.max;
  const room = plot * (1 - share / 100);
  const top = lanes[0]?.box.top ?? 0;
  const bottom = lanes.at(-1)?.box.bottom ?? 0;
  return (
    <div className={styles.plot} style={{ left: layout.left, right: layout.right }}>
      {inView &&
        lanes.map(({ name, box }) => (
          <div key={name} className={styles.future} style={{ top: box.top, height: box.height }} />
        ))}
      {forecast && <Forecast run={run} scene={scene} room={room} />}
      {inView && <div className={styles.now} style={{ top: top - 4, height: bottom - top + 4 }} />}
      {inView && <Pen run={run} scene={scene} tagLeft={room < TAG_WIDTH} />}
      {inView && <RateTags run={run} scene={scene} tagLeft={room < TAG_WIDTH} />}
      {inView &&
        run.maxSteps !== null &&
        lanes.map((lane) => <Figures key={lane.name} lane={lane} figures={scene.figures[lane.name]} room={room} />)}
      {inView && room > SILENCE_WIDTH && <Silence run={run} scene={scene} />}
      <Peaks scene={scene} />
      <Resumes scene={scene} />
    </div>
  );
}

const laneNamed = (scene: StripScene, name: LaneName): Lane | undefined =>
  scene.lanes.find((lane) => lane.name === name);

function Pen({ run, scene, tagLeft }: { run: RunView; scene: StripScene; tagLeft: boolean }) {
  const { pen } = scene;
  if (!pen || !laneNamed(scene, "loss")) return null;
  const severity = VERDICT_SEVERITY[pen.verdict];
  return (
    <div className={styles.pen} data-severity={severity} data-left={tagLeft || undefined}>
      {Number.isFinite(pen.value) && <PenPoint state={run.state} />}
      <span className={styles.tag} data-lost={!Number.isFinite(pen.value) || undefined}>
        {formatMetric(pen.value)}
      </span>
    </div>
  );
}

function PenPoint({ state }: { state: RunState }) {
  return (
    <span className={styles.point}>
      {state === "running" ? <i className={styles.dot} /> : <StateMark state={state} />}
    </span>
  );
}

/** Why nothing is drawn right of now although time has passed. */
function Silence({ run, scene }: { run: RunView; scene: StripScene }) {
  const t = useTranslations("strip");
  if (run.state !== "quiet" && run.state !== "lost") return null;
  return (
    <p className={styles.silence} style={{ top: (scene.lanes[0]?.box.top ?? 0) + 6 }}>
      {run.state === "quiet" ? t("noNewLines") : t("notKnownYet")}
    </p>
  );
}

const TAG_HEIGHT = 20;

/** The rate that is advised, when the judgement is sure enough to be told. */
function advisedRate({ diagnosis: { lr } }: RunView): number | null {
  return lr.judgement === "too_high" || lr.judgement === "too_low" ? lr.next : null;
}

function RateTags({ run, scene, tagLeft }: { run: RunView; scene: StripScene; tagLeft: boolean }) {
  const lane = laneNamed(scene, "learningRate");
  const last = lane?.line.lastFinite;
  if (!lane || !last) return null;
  const next = advisedRate(run);
  const y = yInLane(lane, last.y);
  const advisedY = next === null ? 0 : yInLane(lane, next);
  const apart = Math.max(TAG_HEIGHT, Math.abs(advisedY - y)) * (next !== null && next > last.y ? -1 : 1);
  return (
    <div className={styles.tags} data-left={tagLeft || undefined}>
      <span className={styles.tag} style={{ top: y - 9 }}>
        {formatLearningRate(last.y)}
      </span>
      {next !== null && (
        <span className={`${styles.tag} ${styles.advised}`} style={{ top: y + apart - 9 }}>
          {formatLearningRate(next)}
        </span>
      )}
    </div>
  );
}

/** As many of a lane's figures as the empty paper has room for. */
function Figures({ lane, figures, room }: { lane: Lane; figures: LaneFigure[] | undefined; room: number }) {
  const name = useFigureName();
  const fitting = figures?.slice(0, Math.max(0, Math.floor((room - FIGURES_LEFT) / FIGURE_WIDTH))) ?? [];
  if (fitting.length < 2) return null;
  return (
    <dl className={styles.figures} style={{ top: lane.box.top + lane.box.height / 2 - 17 }}>
      {fitting.map((figure) => (
        <div key={figure.name}>
          <dt>{name(figure)}</dt>
          <dd
            className="num"
            data-lost={!Number.isFinite(figure.value) || undefined}
            data-stands={figure.stands || undefined}
          >
            {formatMetric(figure.value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function useFigureName(): (figure: LaneFigure) => string {
  const t = useTranslations("strip");
  return ({ name, steps }) => {
    switch (name) {
      case "median":
        return t("figureMedian", { steps: formatAxisStep(steps ?? 0) });
      case "before":
        return t("figureBefore", { step: formatStep(steps ?? 0) });
      case "clip":
        return t("figureClip");
      case "bestHour":
        return t("figureBestHour");
      case "highest":
        return t("figureHighest");
      default:
        return t("figureNow");
    }
  };
}

const RESUMES_SHOWN = 4;

/** Where training went back to an earlier step: a small mark at the foot of the loss lane. */
function Resumes({ scene }: { scene: StripScene }) {
  const t = useTranslations("strip");
  const lane = laneNamed(scene, "loss");
  if (!lane) return null;
  return scene.resumes
    .filter(({ x }) => x >= scene.x.min && x <= scene.x.max)
    .slice(-RESUMES_SHOWN)
    .map(({ x, step }) => (
      <span
        key={`${step} ${x}`}
        className={styles.resume}
        data-left={across(scene, x) > 80 || undefined}
        style={{ left: `${across(scene, x)}%`, top: lane.box.bottom - 20 }}
        title={t("resumedLabel", { step: formatStep(step) })}
      >
        {t("resumed", { step: formatStep(step) })}
      </span>
    ));
}

/** Values that left the lane at the top, each with its number. */
function Peaks({ scene }: { scene: StripScene }) {
  const lane = laneNamed(scene, "loss");
  if (!lane) return null;
  return scene.peaks.map(({ x, value, of }) => (
    <span
      key={`${of} ${x}`}
      className={styles.peak}
      data-of={of}
      data-left={across(scene, x) > 90 || undefined}
      style={{ left: `${across(scene, x)}%`, top: lane.box.top + (of === "eval" ? 18 : 2) }}
    >
      ↑ {formatMetric(value)}
    </span>
  ));
}

function Forecast({ run, scene, room }: { run: RunView; scene: StripScene; room: number }) {
  const t = useTranslations("strip");
  const { forecast } = run.diagnosis;
  const lane = laneNamed(scene, "loss");
  const end = forecast && scene.toX(forecast.step);
  if (!forecast || !lane || !scene.pen || end === null || end <= scene.now || end > scene.x.max * 1.001) return null;
  const [x0, x1] = [across(scene, scene.now), across(scene, end)];
  const [y0, low, high, middle] = [scene.pen.y, forecast.low, forecast.high, forecast.value].map(
    (value) => yInLane(lane, value) - lane.box.top,
  );
  const value = formatMetric(forecast.value);
  const half = withDecimalsOf(value, (forecast.high - forecast.low) / 2);
  return (
    <div className={styles.forecast} style={{ top: lane.box.top, height: lane.box.height }}>
      <svg viewBox={`0 0 100 ${lane.box.height}`} preserveAspectRatio="none" aria-hidden="true">
        <path className={styles.band} d={`M${x0} ${y0}L${x1} ${high}V${low}Z`} />
        <path className={styles.middle} d={`M${x0} ${y0}L${x1} ${middle}`} />
      </svg>
      {room > FORECAST_WIDTH && (
        <p style={{ top: Math.max(4, high! - 40) }}>
          <b className="num">
            {value} ± {half}
          </b>
          {t("forecastAt", { step: formatStep(forecast.step) })}
        </p>
      )}
    </div>
  );
}

/** An error is written as finely as what it is the error of, unless nothing would be left of it. */
export function withDecimalsOf(text: string, error: number): string {
  const decimals = /^\d+(?:\.(\d+))?$/.exec(text)?.[1]?.length ?? null;
  const short = decimals === null ? "" : error.toFixed(decimals);
  return Number(short) > 0 ? short : formatMetric(error);
}
