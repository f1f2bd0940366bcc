import { createHmac } from "node:crypto";
import { z } from "zod";
import { delivered, objectIn, refused, said, sent } from "./answer.ts";
import { addressSchema, type Channel, keySchema } from "./channel.ts";
import { cut } from "./cut.ts";
import { type Message, messageOf } from "./words.ts";

/**
 * A custom bot of Feishu or Lark, the same service under two hosts. It answers 200 whatever happens; `code` tells. All text
 * is plain: a card's Markdown could mention people. The signature goes into the body, and is not DingTalk's.
 */
const settings = z.strictObject({ address: addressSchema, secret: keySchema.optional() });

const HOSTS = ["open.feishu.cn", "open.larksuite.com"];
/** The service's own bound is 20 KB of JSON. */
const HEADLINE = { bytes: 400 };
const TEXT = { bytes: 6000 };
const ADVICE = { bytes: 3000 };
const FACT = { bytes: 300 };
const FOOTER = { bytes: 600 };
/** Too fast. 9499 is said of a wrong body too; only its words tell. */
const PASSES: ReadonlySet<unknown> = new Set([11232, 99991400]);
const TOO_MANY = /too many|frequency/i;

const TEMPLATE = { good: "green", note: "blue", caution: "orange", critical: "red" } as const;

export const feishu: Channel<z.infer<typeof settings>> = {
  name: "Feishu",
  settings,
  secrets: ["address", "secret"],
  limits: { perMinute: 90, burst: 5 },
  destination: ({ address }) => new URL(address).host,
  check: ({ address }, poster) => void poster.check(address, HOSTS),
  async deliver(outgoing, { address, secret }, { poster, now }) {
    const seconds = Math.floor(now() / 1000);
    const body = {
      ...(secret !== undefined && { timestamp: String(seconds), sign: feishuSignature(secret, seconds) }),
      msg_type: "interactive",
      card: cardOf(messageOf(outgoing)),
    };
    const result = await poster.post(address, JSON.stringify(body));
    return delivered(result, ({ status, body: answer, retryAfterMs }) => {
      const { code, msg } = objectIn(answer) ?? {};
      if (code === 0) return sent();
      if (typeof code !== "number") return refused(`answered ${status} without a code`, false);
      return refused(`answered code ${code}: ${said(msg)}`, PASSES.has(code) || TOO_MANY.test(said(msg)), retryAfterMs);
    });
  },
};

/** Key and data are the other way round than one expects: the string to sign is the key, and nothing is hashed with it. */
export function feishuSignature(secret: string, seconds: number): string {
  return createHmac("sha256", `${seconds}\n${secret}`).update("").digest("base64");
}

function cardOf({ headline, text, advice, facts, spark, footer, buttons, severity }: Message): object {
  const block = (content: string): object => ({ tag: "div", text: plainText(content) });
  return {
    config: { wide_screen_mode: true },
    header: { template: TEMPLATE[severity], title: plainText(cut(headline, HEADLINE)) },
    elements: [
      block(cut(text, TEXT)),
      ...(advice === "" ? [] : [block(cut(advice, ADVICE))]),
      ...(spark === "" ? [] : [block(spark)]),
      ...(facts.length === 0
        ? []
        : [
            {
              tag: "div",
              fields: facts.map(([label, value]) => ({
                is_short: true,
                text: plainText(`${label}\n${cut(value, FACT)}`),
              })),
            },
          ]),
      {
        tag: "action",
        actions: buttons.map(({ id, label, url }) => ({
          tag: "button",
          text: plainText(label),
          url,
          type: id === "open" ? "primary" : "default",
        })),
      },
      { tag: "note", elements: [plainText(cut(footer, FOOTER))] },
    ],
  };
}

const plainText = (content: string): object => ({ tag: "plain_text", content });
