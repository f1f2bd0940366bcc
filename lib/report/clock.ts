import type { Writing } from "./model.ts";

/** A moment as the head of a report tells it, with its zone: 19 Nov 2025, 11:26 UTC. */
export function formatMoment(at: number, { lang, timeZone }: Writing): string {
  return new Intl.DateTimeFormat(LOCALE[lang], {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
    timeZone,
  }).format(at);
}

/** A moment within the report: 19 Nov 14:37. */
export function formatShortMoment(at: number, { lang, timeZone }: Writing): string {
  const format = new Intl.DateTimeFormat(LOCALE[lang], {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  });
  return format.format(at).replace(", ", " ");
}

const LOCALE = { en: "en-GB", "zh-CN": "zh-CN" } as const;
