import type { RuleDraft, RulePreview } from "#lib/protocol/index.ts";

/** What the page of rules asks of our own server, which answers as typed. */
export type Refused = { refused: string | null };

/** @returns what was answered, or the server's sentence about what is wrong; null when it did not answer */
export async function ask<Answer extends object>(
  method: "POST" | "PATCH" | "DELETE",
  path: string,
  body?: object,
  signal?: AbortSignal,
): Promise<Answer | Refused> {
  try {
    const response = await fetch(`/api/v1/rules${path}`, {
      method,
      ...(signal && { signal }),
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Answer | { error: { message: string; hint: string | null } };
    if (!("error" in answer)) return answer;
    const { message, hint } = answer.error;
    return { refused: hint === null ? message : `${message}; ${hint}` };
  } catch {
    return { refused: null };
  }
}

/** What a rule would have said of runs that are stored. */
export const askPreview = (rule: RuleDraft, signal: AbortSignal): Promise<RulePreview | Refused> =>
  ask<RulePreview>("POST", "/test", { rule }, signal);
