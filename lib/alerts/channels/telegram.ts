import { z } from "zod";
import { delivered, objectIn, refused, said, secondsIn, sent } from "./answer.ts";
import { addressSchema, type Channel, keySchema } from "./channel.ts";
import { cut, htmlEscaped } from "./cut.ts";
import { type Message, messageOf } from "./words.ts";

/**
 * A Telegram bot that writes to a chat. Its HTML knows a few tags; the rest is escaped, and an `@` from outside is parted
 * from its name, since a name that is known would be pinged. What follows an incident's first message answers to it.
 */
const settings = z.strictObject({
  token: z.string("is missing").regex(/^\d{3,20}:[\w-]{20,100}$/, "is not a bot's token"),
  chat: keySchema,
  server: addressSchema.default("https://api.telegram.org"),
});

/** Together below Telegram's 4,096 characters, which it counts without the tags. */
const HEADLINE = { codePoints: 250 };
const TEXT = { codePoints: 1800 };
const ADVICE = { codePoints: 900 };
const FACT = { codePoints: 100 };
const FOOTER = { codePoints: 200 };

export const telegram: Channel<z.infer<typeof settings>> = {
  name: "Telegram",
  settings,
  secrets: ["token"],
  limits: { perMinute: 15, burst: 5 },
  destination: ({ chat, server }) => `${chat} · ${new URL(server).host}`,
  check: ({ server }, poster) => void poster.check(server),
  async deliver(outgoing, { token, chat, server }, { poster }) {
    const message = messageOf(outgoing);
    const first = outgoing.receipt === null ? Number.NaN : Number(outgoing.receipt);
    const body = {
      chat_id: chat,
      text: htmlOf(message),
      parse_mode: "HTML",
      link_preview_options: { is_disabled: true },
      reply_markup: { inline_keyboard: keyboard(message) },
      ...(Number.isSafeInteger(first) && {
        reply_parameters: { message_id: first, allow_sending_without_reply: true },
      }),
    };
    const result = await poster.post(new URL(`/bot${token}/sendMessage`, server).href, JSON.stringify(body));
    const answer = result.kind === "answered" ? objectIn(result.body) : null;
    if (result.kind === "answered" && answer?.ok === false) {
      const { error_code: code, description, parameters } = answer;
      const { retry_after: seconds } = (parameters ?? {}) as { retry_after?: unknown };
      const passes = typeof code === "number" && (code === 429 || code >= 500);
      return refused(`answered ${said(code)}: ${said(description)}`, passes, secondsIn(seconds) ?? result.retryAfterMs);
    }
    return delivered(result, ({ status }) => {
      const { message_id: id } = (answer?.result ?? {}) as { message_id?: unknown };
      if (answer?.ok === true && typeof id === "number") return sent(String(id));
      return refused(`answered ${status} without the ok of Telegram`, false);
    });
  },
};

function htmlOf({ headline, text, advice, facts, spark, footer, buttons }: Message): string {
  const links = buttons.filter(({ url }) => !isReachable(url)).map(({ label, url }) => `${label}: ${htmlEscaped(url)}`);
  const parts = [
    `<b>${cut(headline, HEADLINE, escaped)}</b>`,
    cut(text, TEXT, escaped),
    advice === "" ? "" : `<b>${cut(advice, ADVICE, escaped)}</b>`,
    spark === "" ? "" : `<code>${spark}</code>`,
    facts.map(([label, value]) => `${label}: ${cut(value, FACT, escaped)}`).join("\n"),
    links.join("\n"),
    `<i>${cut(footer, FOOTER, escaped)}</i>`,
  ];
  return parts.filter(Boolean).join("\n\n");
}

/** Telegram refuses a whole message for a button that leads to this machine or a bare address: those are written out. */
function keyboard({ buttons }: Message): object[][] {
  return buttons.filter(({ url }) => isReachable(url)).map(({ label, url }) => [{ text: label, url }]);
}

function isReachable(url: string): boolean {
  return new URL(url).hostname.includes(".") && !/^[\d.]+$/.test(new URL(url).hostname);
}

/** A word joiner is seen by nobody and ends a name. */
const escaped = (text: string): string => htmlEscaped(text).replaceAll("@", "@\u2060");
