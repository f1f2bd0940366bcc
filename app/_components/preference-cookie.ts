const YEAR_SECONDS = 365 * 24 * 3600;

/** Keeps a choice for the server's next answer; null forgets it. */
export function rememberChoice(name: "cw-keys" | "cw-lang" | "cw-theme", value: string | null): void {
  const seconds = value === null ? 0 : YEAR_SECONDS;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and on plain HTTP
  document.cookie = `${name}=${value ?? ""}; path=/; max-age=${seconds}; samesite=lax`;
}
