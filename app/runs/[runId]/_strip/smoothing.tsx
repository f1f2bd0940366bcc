"use client";
import { Slider } from "@mantine/core";
import { useTranslations } from "use-intl";
import { formatStep } from "#lib/core/index.ts";
import styles from "./smoothing.module.css";

type Props = {
  /** In steps; 0 is none. */
  value: number;
  lengths: readonly number[];
  onChange: (length: number) => void;
};

/** Over how many steps the trend is a mean: none is the engine's own. The raw line stays as it is. */
export function Smoothing({ value, lengths, onChange }: Props) {
  const t = useTranslations("strip");
  const nearest = lengths.reduce(
    (best, length, i) => (Math.abs(length - value) < Math.abs(lengths[best]! - value) ? i : best),
    0,
  );
  const text = value === 0 ? t("smoothingOff") : t("smoothingSteps", { steps: formatStep(value) });
  return (
    <div className={styles.smoothing}>
      <span aria-hidden="true">{t("smoothing")}</span>
      <Slider
        min={0}
        max={lengths.length - 1}
        step={1}
        value={nearest}
        onChange={(i) => onChange(lengths[i] ?? 0)}
        label={null}
        thumbLabel={t("smoothing")}
        thumbValueText={text}
        classNames={{
          root: styles.root,
          trackContainer: styles.container,
          track: styles.track,
          bar: styles.bar,
          thumb: styles.thumb,
        }}
      />
      <span className={`num ${styles.value}`} aria-hidden="true">
        {text}
      </span>
    </div>
  );
}
