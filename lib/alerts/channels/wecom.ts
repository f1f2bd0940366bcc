import { z } from "zod";
import { delivered, objectIn, refused, said, sent } from "./answer.ts";
import { addressSchema, type Channel } from "./channel.ts";
import { cut, widened } from "./cut.ts";
import { type Message, messageOf } from "./words.ts";

/**
 * A group robot of WeCom. It answers 200 whatever happens; `errcode` tells. A message has 4,096 bytes, not characters, and
 * its Markdown mentions people by `<@id>`, so nothing from outside keeps an angle bracket.
 */
const settings = z.strictObject({ address: addressSchema });

const HOSTS = ["qyapi.weixin.qq.com"];
/** Together with labels and links below 4,096. */
const TITLE = { bytes: 240 };
const TEXT = { bytes: 1000 };
const ADVICE = { bytes: 700 };
const FACT = { bytes: 90 };
const FOOTER = { bytes: 200 };
const WHOLE_BYTES = 4096;
/** -1: busy; 45009: too fast. */
const PASSES: ReadonlySet<unknown> = new Set([-1, 45009]);

export const wecom: Channel<z.infer<typeof settings>> = {
  name: "WeCom",
  settings,
  secrets: ["address"],
  limits: { perMinute: 15, burst: 5 },
  destination: ({ address }) => new URL(address).host,
  check: ({ address }, poster) => void poster.check(address, HOSTS),
  async deliver(outgoing, { address }, { poster }) {
    const body = JSON.stringify({ msgtype: "markdown", markdown: { content: contentOf(messageOf(outgoing)) } });
    const result = await poster.post(address, body);
    return delivered(result, ({ status, body: answer, retryAfterMs }) => {
      const { errcode, errmsg } = objectIn(answer) ?? {};
      if (errcode === 0) return sent();
      if (typeof errcode !== "number") return refused(`answered ${status} without an errcode`, false);
      return refused(`answered errcode ${errcode}: ${said(errmsg)}`, PASSES.has(errcode), retryAfterMs);
    });
  },
};

const TONE = { good: "info", note: "comment", caution: "warning", critical: "warning" } as const;

function contentOf({ headline, text, advice, facts, spark, footer, buttons, severity }: Message): string {
  const parts = [
    `<font color="${TONE[severity]}">**${cut(headline, TITLE, widened)}**</font>`,
    cut(text, TEXT, widened),
    advice === "" ? "" : `**${cut(advice, ADVICE, widened)}**`,
    spark,
    facts.map(([label, value]) => `> ${label}: ${cut(value, FACT, widened)}`).join("\n"),
    cut(footer, FOOTER, widened),
  ].filter(Boolean);
  // Links are left out, the last first, before anything of the message is: an address may be long.
  let links = buttons.map(({ label, url }) => `[${label}](${url})`);
  const content = (): string => [...parts, ...(links.length > 0 ? [links.join("  ")] : [])].join("\n");
  while (links.length > 0 && Buffer.byteLength(content()) > WHOLE_BYTES) links = links.slice(0, -1);
  return content();
}
