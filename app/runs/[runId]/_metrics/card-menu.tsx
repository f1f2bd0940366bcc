"use client";
import { Menu } from "@mantine/core";
import { useTranslations } from "use-intl";
import { type MetricGroup, nameInGroup, type SmallScene, smallSvg } from "#lib/charts/index.ts";
import { formatMetric } from "#lib/core/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import { fileName, saveFile, svgToPng, usePalette } from "../../../_charts/index.ts";
import { Icon } from "../../../_components/icon.tsx";
import menu from "../../../_components/menu.module.css";
import styles from "./metric-card.module.css";

type Props = { run: Pick<RunView, "id" | "name">; group: MetricGroup; scene: SmallScene | null };

/** What is shown as a picture; every point, at full resolution, as a table. */
export function CardMenu({ run, group, scene }: Props) {
  const t = useTranslations("metrics");
  const palette = usePalette();
  const name = `${run.name} ${group.title}`;
  const svg = (): string =>
    scene && palette
      ? smallSvg(scene, palette, {
          title: `${run.name}: ${group.title}`,
          lines: group.metrics.map((metric) => nameInGroup(group, metric)),
          from: formatMetric(scene.x.min),
          to: formatMetric(scene.x.max),
          fontFamily: "B612, sans-serif",
        })
      : "";
  return (
    <Menu classNames={{ dropdown: menu.dropdown, item: menu.item, label: menu.label }} position="bottom-end" offset={4}>
      <Menu.Target>
        <button type="button" className={styles.tool} aria-label={t("exportOf", { metric: group.title })}>
          <Icon>
            <path d="M8 2.5v7M5 7l3 3 3-3M3 12.5h10" />
          </Icon>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={!scene} onClick={() => void svgToPng(svg()).then((png) => saveFile(png, name, "png"))}>
          {t("png")}
        </Menu.Item>
        <Menu.Item
          disabled={!scene}
          onClick={() => saveFile(new Blob([svg()], { type: "image/svg+xml" }), name, "svg")}
        >
          {t("svg")}
        </Menu.Item>
        {group.metrics.map((metric) => (
          <Menu.Item
            key={metric}
            component="a"
            href={`/api/v1/runs/${run.id}/points?metric=${encodeURIComponent(metric)}&format=csv`}
            download={fileName(`${run.name} ${metric}`, "csv")}
          >
            {t("csv", { metric })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
