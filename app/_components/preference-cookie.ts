const YEAR_SECONDS = 365 * 24 * 3600;

/** Keeps a choice for the server's next answer. */
export function rememberChoice(name: "cw-lang" | "cw-theme", value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and on plain HTTP
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}
