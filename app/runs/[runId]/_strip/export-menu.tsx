"use client";
import { Menu } from "@mantine/core";
import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { LANE_METRIC, type StripControls, stripRows } from "#lib/charts/index.ts";
import { METRIC, type RunView } from "#lib/protocol/index.ts";
import { exportCsv, exportPng, exportSvg, type Strip } from "../../../_charts/index.ts";
import { Icon } from "../../../_components/icon.tsx";
import styles from "./export-menu.module.css";
import { useFigureWords } from "./use-figure-words.ts";

type Props = { run: RunView; strip: Strip; controls: StripControls; compact: boolean; sentence: string };

/** What is shown, to be kept: as a picture, as a drawing or as numbers; and every point there is. */
export function ExportMenu({ run, strip, controls, compact, sentence }: Props) {
  const t = useTranslations("strip");
  const language = useLocale();
  const words = useFigureWords(run, controls, sentence);
  const [failed, setFailed] = useState(false);
  const keep = async (format: "png" | "svg"): Promise<void> => {
    const figure = strip.figure(words());
    if (!figure) return;
    try {
      await (format === "png" ? exportPng(figure, run.name) : exportSvg(figure, run.name));
      setFailed(false);
    } catch {
      setFailed(true);
    }
  };
  const metrics = [...Object.values(LANE_METRIC), METRIC.evalLoss].filter((metric) =>
    run.metrics.some(({ name, points }) => name === metric && points > 0),
  );
  return (
    <>
      {failed && <span role="alert">{t("exportFailed")}</span>}
      <Menu
        position="top-end"
        offset={6}
        width="max-content"
        classNames={{ dropdown: styles.dropdown, item: styles.item, divider: styles.divider }}
      >
        <Menu.Target>
          <button type="button" className={styles.button} data-compact={compact || undefined}>
            <Icon>
              <path d="M8 2.5v7M5 7l3 3 3-3M3 13h10" />
            </Icon>
            {t("export")}
          </button>
        </Menu.Target>
        <Menu.Dropdown lang={language}>
          <Menu.Item onClick={() => void keep("png")}>{t("exportPng")}</Menu.Item>
          <Menu.Item onClick={() => void keep("svg")}>{t("exportSvg")}</Menu.Item>
          <Menu.Item onClick={() => exportCsv(stripRows(strip.sceneNow()), run.name)}>{t("exportCsv")}</Menu.Item>
          <Menu.Divider />
          {metrics.map((metric) => (
            <Menu.Item
              key={metric}
              component="a"
              href={`/api/v1/runs/${run.id}/points?metric=${encodeURIComponent(metric)}&format=csv`}
              download
            >
              {t("exportAll", { metric })}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
