/** Codes that cross the wire. Compare `code`, never the class: pages load their own copy of this module. */
export const ERROR_CODES = [
  "bad_request",
  "unauthorized",
  "forbidden",
  "not_found",
  "method_not_allowed",
  "conflict",
  "too_large",
  "busy",
  "config",
  "internal",
  "E_PROTO",
  "E_TOKEN",
  "E_FENCED",
  "E_EPOCH",
  "E_GAP",
  "E_DIVERGED",
  "E_STALE_CONN",
  "E_SPOOL_CLONED",
  "E_BATCH_TOO_LARGE",
  "E_RECORD_TOO_LARGE",
  "E_RECORD_INVALID",
  "E_METRIC_NAME",
  "E_SERIES_LIMIT",
  "E_BUSY",
  "E_WINDOW",
  "E_STORAGE_FULL",
  "E_STORAGE_IO",
  "E_SPOOL_IO",
  "E_SPOOL_FULL",
  "E_TOO_MANY_CONNECTIONS",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The base of every error we throw: a code for programs, a message with ids and numbers, a hint that says what to do. */
export class CurvewatchError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;
  constructor(code: ErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint ?? null;
  }
}

export class NotFoundError extends CurvewatchError {
  constructor(
    entity: "run" | "metric" | "route" | "channel" | "incident" | "alert" | "mute" | "delivery" | "rule",
    id: string,
  ) {
    super("not_found", `${entity} ${id} not found`);
  }
}

/** The `code` of an unknown thrown value, or null when it is not one of ours. */
export function errorCode(error: unknown): ErrorCode | null {
  const code = error instanceof Error ? (error as { code?: unknown }).code : null;
  return ERROR_CODES.find((known) => known === code) ?? null;
}
