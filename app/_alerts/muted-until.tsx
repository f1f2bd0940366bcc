"use client";
import { useTranslations } from "use-intl";
import type { IncidentView } from "#lib/protocol/index.ts";
import { LocalTime } from "../_components/local-time.tsx";

/** "Muted until 20:52". */
export function MutedUntil({ until }: { until: NonNullable<IncidentView["mutedUntil"]> }) {
  const t = useTranslations("alerts");
  if (until === "always") return t("mutedAlways");
  return <span>{t.rich("mutedUntil", { time: () => <LocalTime at={until} /> })}</span>;
}
