import { CurvewatchError } from "#lib/protocol/index.ts";

/** The `code` of an error of the operating system, such as `ENOENT`; null for any other error. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

/** What went wrong with a log, said for the person who named it. */
export function logError(path: string, error: unknown): CurvewatchError {
  if (error instanceof CurvewatchError) return error;
  const code = systemCode(error);
  switch (code) {
    case "EACCES":
    case "EPERM":
      return new CurvewatchError("forbidden", `Cannot read ${path}: permission denied.`, {
        cause: error,
        hint: "Run the agent as a user that may read the file, or change the file's mode.",
      });
    case "ENOTDIR":
      return new CurvewatchError("bad_request", `Cannot read ${path}: part of the path is a file, not a directory.`, {
        cause: error,
      });
    case "ELOOP":
      return new CurvewatchError("bad_request", `Cannot read ${path}: its symbolic links go round in a circle.`, {
        cause: error,
      });
    case "EMFILE":
    case "ENFILE":
      return new CurvewatchError("busy", `Cannot read ${path}: too many files are open.`, {
        cause: error,
        hint: "Raise the limit (ulimit -n) or follow fewer logs.",
      });
    default:
      return new CurvewatchError("internal", `Cannot read ${path}: ${code ?? String(error)}.`, { cause: error });
  }
}
