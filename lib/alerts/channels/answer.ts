import type { PostResult } from "../post.ts";
import type { Delivered, Refused } from "./channel.ts";

/** How answers over HTTP are read: what a status means to everyone, and what each vendor writes into the body. */
type Answer = Extract<PostResult, { kind: "answered" }>;

/** `read` sees only answers whose status is a yes, and has the last word on them. */
export function delivered(result: PostResult, read: (answer: Answer) => Delivered): Delivered {
  if (result.kind === "failed") return refused(result.error, result.retryable);
  return refusedByStatus(result) ?? read(result);
}

/** 408, 425, 429 and 5xx pass with time; other refusals do not, and a redirect is not followed. */
export function refusedByStatus({ status, retryAfterMs }: Answer): Refused | null {
  if (status >= 200 && status < 300) return null;
  const retryable = status === 408 || status === 425 || status === 429 || status >= 500;
  return refused(`answered ${status}`, retryable, retryAfterMs);
}

export const sent = (receipt: string | null = null): Delivered => ({ kind: "sent", receipt });

export const refused = (error: string, retryable: boolean, retryAfterMs: number | null = null): Refused => ({
  kind: "refused",
  error,
  retryable,
  retryAfterMs,
});

/** The object in a body; null when there is none. */
export function objectIn(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

const WORDS_CHARS = 120;

/** A receiver's own words, fit for one line of ours. */
export function said(words: unknown): string {
  const text = typeof words === "string" || typeof words === "number" ? String(words) : "no reason";
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .slice(0, WORDS_CHARS);
}

/** Seconds, as vendors write them into a body. */
export function secondsIn(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.ceil(value * 1000) : null;
}
