"use client";
import { useEffect, useState } from "react";
import type { RuleDraft, RulePreview } from "#lib/protocol/index.ts";
import { askPreview, type Refused } from "./rules-api.ts";

/** Typing goes on for about so long between two keys. */
const SETTLED_MS = 350;

/**
 * What a rule would have said before, asked for anew when it has changed and typing has paused; the answer to what stood
 * there before is not shown any more.
 */
export function usePreview(draft: RuleDraft | null): RulePreview | Refused | null {
  const [answer, setAnswer] = useState<{ to: string; preview: RulePreview | Refused } | null>(null);
  // When it is called what, or how urgent, is no matter of when it fires.
  const question = draft && JSON.stringify({ ...draft, name: "preview", severity: "note", enabled: true });
  useEffect(() => {
    if (question === null) return;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      const preview = await askPreview(JSON.parse(question) as RuleDraft, stop.signal);
      if (!stop.signal.aborted) setAnswer({ to: question, preview });
    }, SETTLED_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [question]);
  return answer !== null && answer.to === question ? answer.preview : null;
}
