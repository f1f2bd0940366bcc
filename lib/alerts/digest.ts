import type { Localised } from "#lib/protocol/index.ts";
import { isWorse } from "./incidents.ts";
import type { Notice } from "./notice.ts";

/** Runs named in a digest. */
const NAMED = 5;

/**
 * Several notices as one, for a channel that takes no more. It stands for all of them; its id is the first one's, and its
 * severity the worst. Pure.
 */
export function digestOf(notices: readonly Notice[]): Notice {
  const [first] = notices as [Notice, ...Notice[]];
  const worst = notices.reduce((a, b) => (isWorse(b.severity, a.severity) ? b : a));
  const runs = [...new Set(notices.map(({ run }) => run.name))];
  const named = runs.slice(0, NAMED);
  const more = runs.length - named.length;
  const text: Localised = {
    en: `${notices.length} alerts of ${runs.length === 1 ? "one run" : `${runs.length} runs`} came at once: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`,
    "zh-CN": `同时有 ${runs.length} 个运行的 ${notices.length} 条告警：${named.join("、")}${more > 0 ? ` 等 ${runs.length} 个` : ""}。`,
  };
  return {
    ...worst,
    alert: first.alert,
    number: first.number,
    kind: "digest",
    incident: "",
    text,
    advice: { en: "Open the alerts page for all of them.", "zh-CN": "在告警页查看全部。" },
    confidence: null,
    more: notices.length,
  };
}
