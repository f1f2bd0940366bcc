import type { Language } from "#lib/protocol/index.ts";

/** The language a browser asks for most that we speak; any Chinese is served ours, and English when it asks for neither. */
export function acceptedLanguage(header: string | null | undefined): Language {
  const ranges = (header ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", q] = part.trim().split(";q=");
      return { tag: tag.toLowerCase(), q: q === undefined ? 1 : Number(q) || 0 };
    })
    .sort((a, b) => b.q - a.q);
  const known = ranges.find(({ tag, q }) => q > 0 && /^(zh|en)\b/.test(tag));
  return known?.tag.startsWith("zh") ? "zh-CN" : "en";
}
