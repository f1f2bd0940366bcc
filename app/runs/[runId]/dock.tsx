"use client";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { RunView } from "#lib/protocol/index.ts";
import { Icon } from "../../_components/icon.tsx";
import { Review } from "./_review/review.tsx";
import styles from "./dock.module.css";
import { incidentsOf } from "./incidents.ts";
import { INCIDENTS_ID } from "./incidents.tsx";
import { LogTail } from "./log-tail.tsx";
import { Sheet } from "./sheet.tsx";

/** On a phone: the curve and the incidents a tap away, and what stays behind it otherwise, the review and the log. */
export function Dock({ run }: { run: RunView }) {
  const t = useTranslations();
  const [review, reviewSheet] = useDisclosure(false);
  const [log, logSheet] = useDisclosure(false);
  const incidents = incidentsOf(run).length;
  return (
    <>
      <nav className={styles.dock} aria-label={t("rail.dock")}>
        <a href="#strip" className={styles.entry}>
          <Sign label={t("rail.dockCurve")}>
            <path d="M2 2.5C4 9.5 8 12.6 14 13.2" />
          </Sign>
        </a>
        <a href={`#${INCIDENTS_ID}`} className={styles.entry}>
          <Sign label={incidents > 0 ? t("rail.dockIncidents", { count: String(incidents) }) : t("rail.incidents")}>
            <path d="M3 14V2.5h9l-2.4 3 2.4 3H3" />
          </Sign>
        </a>
        <button type="button" className={styles.entry} aria-expanded={review} onClick={reviewSheet.open}>
          <Sign label={t("rail.dockReview")}>
            <path d="M2.5 8.5 6 12l7.5-8" />
          </Sign>
        </button>
        <button type="button" className={styles.entry} aria-expanded={log} onClick={logSheet.open}>
          <Sign label={t("rail.log")}>
            <path d="M3 4h10M3 8h10M3 12h6" />
          </Sign>
        </button>
      </nav>
      <Sheet title={t("rail.dockReview")} opened={review} onClose={reviewSheet.close} place="below">
        <Review run={run} />
      </Sheet>
      <Sheet title={t("rail.log")} opened={log} onClose={logSheet.close} place="below">
        <LogTail run={run} />
      </Sheet>
    </>
  );
}

function Sign({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <Icon>{children}</Icon>
      <span>{label}</span>
    </>
  );
}
