/** How long a mute or a snooze can last, in minutes, as menus offer it. */
export const SPANS = [60, 240, 480, 1440] as const;

/** `1h`, `30m`, `2d` in an address, in minutes; null for anything else. */
export function minutesOf(text: string | null): number | null {
  const [, count, unit] = /^(\d{1,4})(m|h|d)$/.exec(text ?? "") ?? [];
  if (count === undefined) return null;
  const minutes = Number(count) * { m: 1, h: 60, d: 1440 }[unit as "m" | "h" | "d"];
  return minutes > 0 && minutes <= 43_200 ? minutes : null;
}
