import type { Channel } from "./index.ts";
import { judgeStatus } from "./index.ts";

/** Any program that takes a JSON POST. `id` is the same for every try of one notice. */
export const webhook: Channel = {
  name: "Webhook",
  render({ alert, number, kind, subject, severity, step, text, advice, confidence, at, run }, { link, lang }) {
    return JSON.stringify({
      id: `${alert}/${number}`,
      alert,
      notice: number,
      kind,
      rule: subject,
      severity,
      step,
      text: text[lang],
      advice: advice[lang],
      confidence,
      at,
      run,
      link,
    });
  },
  judge: judgeStatus,
};
