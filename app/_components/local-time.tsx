"use client";
import { useLocale } from "use-intl";
import { useAlive } from "./clock.ts";

/** A moment on the viewer's clock, 24 h, with the weekday when it is not today and the date when it is not this week. */
export function LocalTime({ at }: { at: number }) {
  const language = useLocale();
  const alive = useAlive();
  if (!alive) return null;
  return <time dateTime={new Date(at).toISOString()}>{formatClock(at, Date.now(), language)}</time>;
}

const DAY_MS = 86_400_000;

export function formatClock(at: number, now: number, language: string): string {
  const date = new Date(at);
  const clock = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === new Date(now).toDateString()) return clock;
  const near = Math.abs(at - now) < 6 * DAY_MS;
  const day = date.toLocaleDateString(language, near ? { weekday: "short" } : { month: "short", day: "numeric" });
  return `${day} ${clock}`;
}
