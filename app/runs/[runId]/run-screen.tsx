"use client";
import { lazy, useState } from "react";
import type { RunView } from "#lib/protocol/index.ts";
import { Confirm } from "../../_alerts/confirm.tsx";
import { Stage } from "../../_charts/index.ts";
import { Late } from "../../_components/late.tsx";
import { untilLoaded } from "../../_components/until-loaded.ts";
import { useRun } from "../../_live/index.ts";
import { About } from "./_about/about.tsx";
import { Gpus } from "./_gpus/gpus.tsx";
import { Metrics } from "./_metrics/metrics.tsx";
import { Review } from "./_review/review.tsx";
import { Siblings } from "./_siblings/siblings.tsx";
import { Strip } from "./_strip/strip.tsx";
import { Deleted } from "./deleted.tsx";
import { Dock } from "./dock.tsx";
import { Incidents } from "./incidents.tsx";
import { LogTail } from "./log-tail.tsx";
import { RunHeader } from "./run-header.tsx";
import styles from "./run-screen.module.css";
import { ScheduleNote } from "./schedule-note.tsx";
import { VerdictPanel } from "./verdict-panel.tsx";
import { Waiting } from "./waiting.tsx";

/* Most logs are understood. */
const Unrecognised = lazy(() => untilLoaded(() => import("./unrecognised.tsx")));

/** One run, live. Before its log exists, and while nothing in it is understood, it says so instead of drawing empty lanes. */
export function RunScreen({ initial }: { initial: RunView }) {
  const { feed, view } = useRun(initial);
  const [stage] = useState(() => new Stage());
  if (view.deletedAt !== null) return <Deleted run={view} />;
  return (
    <main id="main">
      <RunHeader run={view} />
      <Confirm run={view.id} name={view.name} incident={view.incident} />
      {view.metrics.length === 0 ? (
        <div className={styles.single}>
          {view.linesRead === 0 ? (
            <Waiting run={view} />
          ) : (
            <Late>
              <Unrecognised run={view} />
            </Late>
          )}
        </div>
      ) : (
        <div className={styles.columns}>
          <div className={styles.main}>
            <VerdictPanel run={view} />
            <Strip run={view} feed={feed} stage={stage} />
            <Gpus run={view} />
            <Metrics run={view} feed={feed} stage={stage} />
          </div>
          <aside className={styles.rail}>
            <Incidents run={view} />
            <div className={styles.behind}>
              <Review run={view} />
            </div>
            <ScheduleNote run={view} />
            <Siblings run={view} />
            <About run={view} />
            <div className={styles.behind}>
              <LogTail run={view} />
            </div>
          </aside>
          <Dock run={view} />
        </div>
      )}
    </main>
  );
}
