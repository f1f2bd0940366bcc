"use client";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { XAxis } from "#lib/protocol/index.ts";
import buttons from "../../../_components/button.module.css";
import { Icon } from "../../../_components/icon.tsx";
import { Segmented } from "../../../_components/segmented.tsx";
import styles from "./control-bar.module.css";
import { Smoothing } from "./smoothing.tsx";
import { RANGES, type StripChoice } from "./strip-choice.ts";

type Props = {
  choice: StripChoice;
  choose: (change: Partial<StripChoice>) => void;
  /** What the run has: controls for what it lacks are left out. */
  has: { axes: readonly XAxis[]; loss: boolean; eval: boolean; forecast: boolean; printedSteps: boolean };
  /** Lengths that smoothing may have, in steps. */
  lengths: readonly number[];
};

export function ControlBar({ choice, choose, has, lengths }: Props) {
  const t = useTranslations("strip");
  return (
    <div className={styles.bar} role="toolbar" aria-label={t("controls")}>
      {has.axes.length > 1 && (
        <Segmented
          label={t("axis")}
          value={choice.x}
          onChange={(x) => choose({ x })}
          options={has.axes.map((axis) => ({
            value: axis,
            label: axis === "step" && !has.printedSteps ? t("record") : t(axis),
          }))}
        />
      )}
      <Segmented
        label={t("range")}
        value={choice.zoom ? null : choice.range}
        onChange={(range) => choose({ range, zoom: null })}
        options={RANGES.map((range) => ({ value: range, label: t(range) }))}
      />
      <span className={styles.space} />
      {has.loss && (
        <>
          <Smoothing
            value={choice.smooth}
            lengths={lengths}
            onChange={(smooth) => choose(smooth > 0 ? { smooth, trend: true } : { smooth })}
          />
          <Toggle on={choice.raw} onChange={(raw) => choose({ raw })} mark={<i className={styles.raw} />}>
            {t("raw")}
          </Toggle>
          <Toggle on={choice.trend} onChange={(trend) => choose({ trend })} mark={<i className={styles.trend} />}>
            {t("trend")}
          </Toggle>
        </>
      )}
      {has.eval && (
        <Toggle on={choice.eval} onChange={(on) => choose({ eval: on })} mark={<i className={styles.eval} />}>
          {t("eval")}
        </Toggle>
      )}
      {has.forecast && (
        <Toggle
          on={choice.forecast}
          onChange={(forecast) => choose({ forecast })}
          mark={<i className={styles.forecast} />}
        >
          {t("forecast")}
        </Toggle>
      )}
      {has.loss && (
        <Toggle on={choice.log} onChange={(log) => choose({ log })} shortcut="L">
          {t("log")}
        </Toggle>
      )}
      <button
        type="button"
        className={buttons.button}
        aria-pressed={choice.hold}
        onClick={() => choose({ hold: !choice.hold })}
      >
        <Icon>
          {choice.hold ? <path d="M5 3.5 12 8l-7 4.5z" fill="currentColor" /> : <path d="M5.5 3.5v9M10.5 3.5v9" />}
        </Icon>
        {choice.hold ? t("follow") : t("hold")} <kbd>Space</kbd>
      </button>
    </div>
  );
}

type ToggleProps = {
  on: boolean;
  onChange: (on: boolean) => void;
  mark?: ReactNode;
  shortcut?: string;
  children: ReactNode;
};

function Toggle({ on, onChange, mark, shortcut, children }: ToggleProps) {
  return (
    <button
      type="button"
      className={styles.toggle}
      data-line={mark ? true : undefined}
      aria-pressed={on}
      onClick={() => onChange(!on)}
    >
      {mark}
      {children}
      {shortcut && <kbd>{shortcut}</kbd>}
    </button>
  );
}
