import { z } from "zod";
import { delivered, objectIn, refused, secondsIn, sent } from "./answer.ts";
import { addressSchema, type Channel } from "./channel.ts";
import { cut } from "./cut.ts";
import { type Message, messageOf } from "./words.ts";

/**
 * A Discord webhook. `wait` makes Discord answer with the message it has made, which is its yes. Nobody is mentioned,
 * whatever stands in the text, and Markdown in it is escaped.
 */
const settings = z.strictObject({ address: addressSchema });

const HOSTS = ["discord.com", "discordapp.com", "ptb.discord.com", "canary.discord.com"];
const TITLE = { codePoints: 256 };
const TEXT = { codePoints: 2500 };
const ADVICE = { codePoints: 1400 };
const FACT = { codePoints: 250 };
const FOOTER = { codePoints: 300 };

export const discord: Channel<z.infer<typeof settings>> = {
  name: "Discord",
  settings,
  secrets: ["address"],
  limits: { perMinute: 25, burst: 5 },
  destination: ({ address }) => new URL(address).host,
  check: ({ address }, poster) => void poster.check(address, HOSTS),
  async deliver(outgoing, { address }, { poster }) {
    const url = new URL(address);
    url.searchParams.set("wait", "true");
    const result = await poster.post(url.href, JSON.stringify(embedOf(messageOf(outgoing))));
    // Discord says in the body how long to wait, finer than in its header.
    if (result.kind === "answered" && result.status === 429) {
      const { retry_after: seconds } = objectIn(result.body) ?? {};
      return refused("answered 429", true, secondsIn(seconds) ?? result.retryAfterMs);
    }
    return delivered(result, ({ status, body }) =>
      typeof objectIn(body)?.id === "string" ? sent() : refused(`answered ${status} without the message`, false),
    );
  },
};

function embedOf({ headline, text, advice, facts, spark, footer, buttons, image, colour }: Message): object {
  const links = buttons.map(({ label, url }) => `[${label}](${url})`).join(" · ");
  const parts = [
    cut(text, TEXT, escaped),
    advice === "" ? "" : `**${cut(advice, ADVICE, escaped)}**`,
    spark === "" ? "" : `\`${spark}\``,
    links,
  ];
  return {
    username: "Curvewatch",
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: cut(headline, TITLE, escaped),
        url: buttons[0]?.url,
        description: parts.filter(Boolean).join("\n\n"),
        color: Number.parseInt(colour.slice(1), 16),
        fields: facts.map(([name, value]) => ({ name, value: cut(value, FACT, escaped), inline: true })),
        footer: { text: cut(footer, FOOTER) },
        ...(image !== null && { image: { url: image.url } }),
      },
    ],
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[\\*_~`|>#[\]()<@]/g, "\\$&");
}
