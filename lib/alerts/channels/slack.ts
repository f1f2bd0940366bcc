import { z } from "zod";
import type { Poster } from "../post.ts";
import { delivered, objectIn, refused, said, sent } from "./answer.ts";
import { addressSchema, type Channel, type Delivered, keySchema, type Outgoing } from "./channel.ts";
import { cut } from "./cut.ts";
import { type Message, messageOf } from "./words.ts";

/**
 * Slack: an incoming webhook, whose 200 counts only with the body `ok`; or a bot's token, with which what follows the first
 * message of an incident joins its thread. What a log or a name brought in is escaped, and `verbatim` keeps Slack from
 * looking for people and rooms in it.
 */
const settings = z.union(
  [
    z.strictObject({ address: addressSchema }),
    z.strictObject({ token: keySchema, channel: keySchema, server: addressSchema.default("https://slack.com") }),
  ],
  "takes an address, or a token and a channel",
);
type Settings = z.infer<typeof settings>;

export const slack: Channel<Settings> = {
  name: "Slack",
  settings,
  secrets: ["address", "token"],
  limits: { perMinute: 50, burst: 10 },
  destination: (given) =>
    "address" in given ? new URL(given.address).host : `${given.channel} · ${new URL(given.server).host}`,
  check: (given, poster) => void poster.check("address" in given ? given.address : given.server),
  deliver: (outgoing, given, { poster }) =>
    "address" in given ? post(outgoing, given.address, poster) : postAsBot(outgoing, given, poster),
};

async function post(outgoing: Outgoing, address: string, poster: Poster): Promise<Delivered> {
  const result = await poster.post(address, JSON.stringify(blocksOf(messageOf(outgoing))));
  return delivered(result, ({ status, body }) =>
    body.trim() === "ok" ? sent() : refused(`answered ${status} without the ok of Slack`, false),
  );
}

async function postAsBot(
  outgoing: Outgoing,
  { token, channel, server }: Extract<Settings, { token: string }>,
  poster: Poster,
): Promise<Delivered> {
  const body = JSON.stringify({
    channel,
    ...(outgoing.receipt !== null && { thread_ts: outgoing.receipt }),
    ...blocksOf(messageOf(outgoing)),
    parse: "none",
    link_names: false,
    unfurl_links: false,
  });
  const url = new URL("/api/chat.postMessage", server).href;
  const result = await poster.post(url, body, { authorization: `Bearer ${token}` });
  return delivered(result, ({ status, body: answer, retryAfterMs }) => {
    const { ok, ts, error } = objectIn(answer) ?? {};
    if (ok === true && typeof ts === "string") return sent(ts);
    if (ok !== false) return refused(`answered ${status} without the ok of Slack`, false);
    return refused(`Slack says ${said(error)}`, PASSES.has(String(error)), retryAfterMs);
  });
}

/** Slack's names for what is not ours to mend and passes with time. */
const PASSES: ReadonlySet<string> = new Set([
  "ratelimited",
  "rate_limited",
  "message_limit_exceeded",
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
]);

/** Slack's bounds in characters, and lower ones of ours: a message of more than about 13,000 in all is refused. */
const HEADER = { units: 150 };
const TEXT = { units: 2000 };
const ADVICE = { units: 1200 };
const FIELD = { units: 200 };
const FALLBACK = { units: 600 };
const ALT = { units: 1000 };
const URL_UNITS = 3000;

/** In the order of design/slack-alert.blocks.json. */
function blocksOf({ headline, text, advice, facts, spark, footer, buttons, image, colour }: Message): object {
  const curve = spark === "" ? "" : `\n\`${spark}\``;
  const blocks = [
    { type: "header", text: { type: "plain_text", text: cut(headline, HEADER), emoji: false } },
    { type: "section", text: markdown(cut(text, TEXT, escaped) + curve) },
    ...(advice === "" ? [] : [{ type: "section", text: markdown(emphasised(cut(advice, ADVICE, escaped))) }]),
    ...(facts.length === 0
      ? []
      : [
          {
            type: "section",
            fields: facts.map(([label, value]) => markdown(`*${label}*\n${cut(value, FIELD, escaped)}`)),
          },
        ]),
    ...(image === null ? [] : [{ type: "image", image_url: image.url, alt_text: cut(image.alt, ALT) }]),
    { type: "context", elements: [markdown(cut(footer, FIELD, escaped))] },
    {
      type: "actions",
      elements: buttons.map(({ id, label, url }) => ({
        type: "button",
        ...(id === "open" && { style: "primary" }),
        text: { type: "plain_text", text: label },
        url: url.slice(0, URL_UNITS),
        action_id: id,
      })),
    },
  ];
  return {
    text: cut(`${headline}. ${advice || text}`, FALLBACK, escaped),
    attachments: [{ color: colour, blocks }],
  };
}

/** The sentence that says what to do, with its value ready to be copied. */
function emphasised(advice: string): string {
  const value = advice.replace(/(?<![\w.])(\d+(?:\.\d+)?e-?\d+)(?![\w])/u, "`$1`");
  const dot = value.search(/[.。]\s|[.。]$/u);
  return dot < 0 ? `*${value}*` : `*${value.slice(0, dot + 1)}*${value.slice(dot + 1)}`;
}

const markdown = (text: string): object => ({ type: "mrkdwn", text, verbatim: true });

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
