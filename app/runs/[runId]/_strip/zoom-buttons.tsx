"use client";
import { useTranslations } from "use-intl";
import { formatStepRange } from "#lib/core/index.ts";
import { Icon } from "../../../_components/icon.tsx";
import type { StripChoice } from "./strip-choice.ts";
import type { Zoom } from "./use-zoom.ts";
import styles from "./zoom-buttons.module.css";

type Props = { zoom: Zoom; stretch: StripChoice["zoom"]; onReset: () => void };

/** Zooming for who has neither wheel nor two fingers, and which stretch is shown. */
export function ZoomButtons({ zoom, stretch, onReset }: Props) {
  const t = useTranslations("strip");
  return (
    <fieldset className={styles.zoom} aria-label={t("zoom")}>
      <button type="button" onClick={() => zoom.press("out")} aria-label={t("zoomOut")} title={`${t("zoomOut")}  −`}>
        <Icon>
          <path d="M3 8h10" />
        </Icon>
      </button>
      <button type="button" onClick={() => zoom.press("in")} aria-label={t("zoomIn")} title={`${t("zoomIn")}  +`}>
        <Icon>
          <path d="M3 8h10M8 3v10" />
        </Icon>
      </button>
      {stretch && (
        <button type="button" className={styles.stretch} onClick={onReset} title={t("resetZoom")}>
          <span className="num">{formatStepRange(stretch.from, stretch.to)}</span>
          <Icon>
            <path d="M4 4l8 8M12 4l-8 8" />
          </Icon>
          <span className="visually-hidden">{t("resetZoom")}</span>
        </button>
      )}
    </fieldset>
  );
}
