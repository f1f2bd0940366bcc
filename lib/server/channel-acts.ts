import { z } from "zod";
import { channelFor, type Links, type Notice, type Poster } from "#lib/alerts/index.ts";
import { CHANNEL_KINDS, type ChannelView, CurvewatchError, type Delivery, LANGUAGES } from "#lib/protocol/index.ts";
import type { Channel, ChannelBook } from "./channels.ts";

/** What people do with channels, whether by a page, the API, or a command while no server runs. */
const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^\P{Cc}+$/u, "has control characters");

/** `address` alone stands for the settings of a kind that needs no more. */
export const newChannelSchema = z.object({
  kind: z.enum(CHANNEL_KINDS),
  name: nameSchema.optional(),
  lang: z.enum(LANGUAGES).optional(),
  settings: z.record(z.string().max(40), z.union([z.string().max(2048), z.number()])).optional(),
  address: z.string().min(1).max(2048).optional(),
});

export const channelChangeSchema = z.object({
  name: nameSchema.optional(),
  lang: z.enum(LANGUAGES).optional(),
  enabled: z.boolean().optional(),
});

/** @throws CurvewatchError `bad_request` when the settings are wrong or lead where they must not, `conflict` */
export async function addChannel(
  book: ChannelBook,
  poster: Poster,
  { kind, name, lang, settings = {}, address }: z.infer<typeof newChannelSchema>,
): Promise<Channel> {
  const given = channelFor(kind).settings({ ...(address !== undefined && { address }), ...settings });
  channelFor(kind).check(given, poster);
  return book.add(kind, { name, lang, settings: given });
}

/** Says that the channel is reached, in its language. @throws CurvewatchError `conflict` with what went wrong */
export async function testChannel(
  { kind, settings, lang }: Channel,
  { poster, links, now }: { poster: Poster; links: (notice: Notice) => Links; now: () => number },
): Promise<void> {
  const notice = testNotice(now());
  const outgoing = { notice, links: links(notice), lang, receipt: null };
  const delivered = await channelFor(kind).deliver(outgoing, settings, { poster, now });
  if (delivered.kind === "refused")
    throw new CurvewatchError("conflict", `the test message did not arrive: ${delivered.error}`);
}

/** Channels as a page may see them. */
export async function channelViews(
  book: ChannelBook,
  reader: { lastDelivery(channel: string): Promise<Delivery | null> },
): Promise<ChannelView[]> {
  return Promise.all(book.all.map(async (channel) => channelView(channel, await reader.lastDelivery(channel.id))));
}

export function channelView({ settings, ...channel }: Channel, last: Delivery | null): ChannelView {
  return { ...channel, host: channelFor(channel.kind).destination(settings), last };
}

function testNotice(now: number): Notice {
  return {
    alert: "test",
    number: 0,
    kind: "test",
    subject: "test",
    severity: "note",
    step: null,
    text: { en: "Curvewatch reaches this channel.", "zh-CN": "Curvewatch 可以送达此渠道。" },
    advice: { en: "", "zh-CN": "" },
    confidence: null,
    at: now,
    run: {
      id: "",
      name: "Curvewatch",
      project: null,
      host: "",
      step: null,
      maxSteps: null,
      loss: null,
      learningRate: null,
      msLeft: null,
    },
    incident: "",
    curve: [],
    more: 0,
  };
}
