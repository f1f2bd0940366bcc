import { z } from "zod";
import { channelFor, type Poster } from "#lib/alerts/index.ts";
import { type ChannelView, CurvewatchError, NotFoundError } from "#lib/protocol/index.ts";
import type { Channel, ChannelBook } from "../channels.ts";
import type { Reader } from "../workers/reader.ts";
import type { Remote } from "../workers/rpc.ts";
import { type Route, readJson, sendJson } from "./registry.ts";

const channelSchema = z.object({ kind: z.enum(["slack", "webhook"]), address: z.string().min(1).max(2048) });

/** The channels that alerts go to. An address goes in here and never comes out again. */
export function channelRoutes(options: {
  reader: Remote<Reader>;
  channels: ChannelBook;
  poster: Poster;
  /** The channels have changed. */
  changed: () => Promise<void>;
  link: (run: string) => string;
}): Route[] {
  const { reader, channels, poster, changed } = options;
  const find = (id: string | undefined): Channel => {
    const channel = channels.find(id ?? "");
    if (!channel) throw new NotFoundError("channel", id ?? "");
    return channel;
  };
  return [
    {
      method: "GET",
      path: "/api/v1/channels",
      policy: "viewer",
      async handle({ response }) {
        sendJson(response, { channels: await channelViews(channels, reader) });
      },
    },
    {
      method: "POST",
      path: "/api/v1/channels",
      policy: "viewer",
      body: channelSchema,
      async handle({ request, response }) {
        const { kind, address } = channelSchema.parse(await readJson(request));
        poster.check(address);
        const { id } = await channels.add(kind, address);
        await changed();
        sendJson(response, { id }, 201);
      },
    },
    {
      method: "POST",
      path: "/api/v1/channels/:id/remove",
      policy: "viewer",
      async handle({ params, response }) {
        await channels.remove(find(params.id).id);
        await changed();
        sendJson(response, {});
      },
    },
    {
      method: "POST",
      path: "/api/v1/channels/:id/test",
      policy: "viewer",
      async handle({ params, response }) {
        const { kind, address } = find(params.id);
        const { render, judge } = channelFor(kind);
        const answer = await poster.post(address, render(testNotice(), { link: options.link(""), lang: "en" }));
        const refused = answer.kind === "failed" ? answer : judge(answer.status, answer.body);
        if (refused) throw new CurvewatchError("conflict", `the test message did not arrive: ${refused.error}`);
        sendJson(response, { delivered: true });
      },
    },
  ];
}

/** Channels as a page may see them. */
export async function channelViews(channels: ChannelBook, reader: Remote<Reader>): Promise<ChannelView[]> {
  return Promise.all(
    channels.all.map(async ({ id, kind, address, fixed }) => ({
      id,
      kind,
      host: new URL(address).host,
      fixed,
      last: await reader.lastDelivery(id),
    })),
  );
}

function testNotice(): Parameters<ReturnType<typeof channelFor>["render"]>[0] {
  return {
    alert: "test",
    number: 0,
    kind: "test",
    incident: "",
    curve: [],
    more: 0,
    subject: "test",
    severity: "note",
    step: null,
    text: { en: "Curvewatch reaches this channel.", "zh-CN": "Curvewatch 可以送达此渠道。" },
    advice: { en: "", "zh-CN": "" },
    confidence: null,
    at: Date.now(),
    run: {
      id: "test",
      name: "Curvewatch",
      project: null,
      host: "",
      step: null,
      maxSteps: null,
      loss: null,
      learningRate: null,
      msLeft: null,
    },
  };
}
