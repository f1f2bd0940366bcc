"use client";
import { useTranslations } from "use-intl";
import { type MetricGroup, newestOf } from "#lib/charts/index.ts";
import { formatMetric, formatStep, MISSING } from "#lib/core/index.ts";
import type { RunView } from "#lib/protocol/index.ts";
import type { RunFeed } from "../../../_live/index.ts";
import table from "../_strip/strip-table.module.css";

type Props = { groups: readonly MetricGroup[]; run: RunView; feed: RunFeed };

/** The numbers behind the small charts, for those who read rather than look. */
export function MetricTable({ groups, run, feed }: Props) {
  const t = useTranslations("metrics");
  const series = feed.series();
  const points = new Map(run.metrics.map(({ name, points }) => [name, points]));
  return (
    <div className={table.frame}>
      <table>
        <caption className="visually-hidden">{t("caption")}</caption>
        <thead>
          <tr>
            {(["metric", "newest", "lowest", "highest", "count"] as const).map((column) => (
              <th key={column} scope="col">
                {t(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups
            .flatMap(({ metrics }) => metrics)
            .map((name) => {
              const view = series?.views.get(name);
              const newest = series && newestOf(series, name);
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{newest ? formatMetric(newest.y) : MISSING}</td>
                  <td>{extreme(view?.min, Math.min)}</td>
                  <td>{extreme(view?.max, Math.max)}</td>
                  <td>{formatStep(points.get(name) ?? 0)}</td>
                </tr>
              );
            })}
        </tbody>
      </table>
    </div>
  );
}

function extreme(column: Float64Array | undefined, of: (a: number, b: number) => number): string {
  const values = Array.from(column ?? []).filter(Number.isFinite);
  return values.length === 0 ? MISSING : formatMetric(values.reduce((a, b) => of(a, b)));
}
