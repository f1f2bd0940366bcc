import { createHmac } from "node:crypto";
import { z } from "zod";
import { delivered, objectIn, refused, said, sent } from "./answer.ts";
import { addressSchema, type Channel, keySchema } from "./channel.ts";
import { cut, widened } from "./cut.ts";
import { type Message, messageOf } from "./words.ts";

/**
 * A custom robot of DingTalk. It answers 200 whatever happens; `errcode` tells. More than 20 a minute silence a robot for
 * ten minutes, so our own limit stays well below. Its Markdown knows no escapes.
 */
const settings = z.strictObject({ address: addressSchema, secret: keySchema.optional() });

const HOSTS = ["oapi.dingtalk.com", "api.dingtalk.com"];
const TITLE = { bytes: 300 };
const TEXT = { bytes: 6000 };
const ADVICE = { bytes: 3000 };
const FACT = { bytes: 300 };
const FOOTER = { bytes: 600 };
/** -1: busy; 130101, 130102: too fast, and silent for ten minutes. */
const BUSY = -1;
const THROTTLED: ReadonlySet<unknown> = new Set([130101, 130102]);
const THROTTLED_MS = 10 * 60_000;

export const dingtalk: Channel<z.infer<typeof settings>> = {
  name: "DingTalk",
  settings,
  secrets: ["address", "secret"],
  limits: { perMinute: 15, burst: 5 },
  destination: ({ address }) => new URL(address).host,
  check: ({ address }, poster) => void poster.check(address, HOSTS),
  async deliver(outgoing, { address, secret }, { poster, now }) {
    const url = new URL(address);
    if (secret !== undefined) {
      const timestamp = now();
      url.searchParams.set("timestamp", String(timestamp));
      url.searchParams.set("sign", dingtalkSignature(secret, timestamp));
    }
    const result = await poster.post(url.href, JSON.stringify(cardOf(messageOf(outgoing))));
    return delivered(result, ({ status, body, retryAfterMs }) => {
      const { errcode, errmsg } = objectIn(body) ?? {};
      if (errcode === 0) return sent();
      if (typeof errcode !== "number") return refused(`answered ${status} without an errcode`, false);
      const throttled = THROTTLED.has(errcode);
      return refused(
        `answered errcode ${errcode}: ${said(errmsg)}`,
        throttled || errcode === BUSY,
        throttled ? THROTTLED_MS : retryAfterMs,
      );
    });
  },
};

/** Base64; the query escapes it. */
export function dingtalkSignature(secret: string, timestamp: number): string {
  return createHmac("sha256", secret).update(`${timestamp}\n${secret}`).digest("base64");
}

function cardOf({ headline, text, advice, facts, spark, footer, buttons }: Message): object {
  const lines = [
    `### ${cut(headline, TITLE, widened)}`,
    cut(text, TEXT, widened),
    advice === "" ? "" : `**${cut(advice, ADVICE, widened)}**`,
    spark,
    facts.map(([label, value]) => `- ${label}: ${cut(value, FACT, widened)}`).join("\n"),
    cut(footer, FOOTER, widened),
  ];
  return {
    msgtype: "actionCard",
    actionCard: {
      title: cut(headline, TITLE),
      text: lines.filter(Boolean).join("\n\n"),
      btnOrientation: "0",
      btns: buttons.map(({ label, url }) => ({ title: label, actionURL: url })),
    },
    at: { atMobiles: [], atUserIds: [], isAtAll: false },
  };
}
