import type { Links, Notice, Poster } from "#lib/alerts/index.ts";
import { NotFoundError } from "#lib/protocol/index.ts";
import {
  addChannel,
  channelChangeSchema,
  channelView,
  channelViews,
  newChannelSchema,
  testChannel,
} from "../channel-acts.ts";
import type { Channel, ChannelBook } from "../channels.ts";
import type { Reader } from "../workers/reader.ts";
import type { Remote } from "../workers/rpc.ts";
import { type Call, type Route, readJson, sendJson } from "./registry.ts";

/** The channels that alerts go to. What is secret of one goes in here and never comes out again. */
export function channelRoutes(options: {
  reader: Remote<Reader>;
  channels: ChannelBook;
  poster: Poster;
  /** The channels have changed. */
  changed: () => Promise<void>;
  links: (notice: Notice) => Links;
  now: () => number;
}): Route[] {
  const { reader, channels, poster, changed, links, now } = options;
  const find = (id: string | undefined): Channel => {
    const channel = channels.find(id ?? "");
    if (!channel) throw new NotFoundError("channel", id ?? "");
    return channel;
  };
  const remove = async ({ params, response }: Call): Promise<void> => {
    await channels.remove(find(params.id).id);
    await changed();
    sendJson(response, {});
  };
  return [
    {
      method: "GET",
      path: "/api/v1/channels",
      policy: "viewer",
      summary: "Channels, with how the last delivery to each went",
      async handle({ response }) {
        sendJson(response, { channels: await channelViews(channels, reader) });
      },
    },
    {
      method: "POST",
      path: "/api/v1/channels",
      policy: "viewer",
      summary: "Adds a channel",
      body: newChannelSchema,
      async handle({ request, response }) {
        const { id } = await addChannel(channels, poster, newChannelSchema.parse(await readJson(request)));
        await changed();
        sendJson(response, { id }, 201);
      },
    },
    {
      method: "PATCH",
      path: "/api/v1/channels/:id",
      policy: "viewer",
      summary: "Renames a channel, changes its language, switches it off or on",
      body: channelChangeSchema,
      async handle({ request, params, response }) {
        const { id } = find(params.id);
        const channel = await channels.change(id, channelChangeSchema.parse(await readJson(request)));
        await changed();
        sendJson(response, { channel: channelView(channel, await reader.lastDelivery(id)) });
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/channels/:id",
      policy: "viewer",
      summary: "Removes a channel; what waits to be sent to it is not sent",
      handle: remove,
    },
    { method: "POST", path: "/api/v1/channels/:id/remove", policy: "viewer", handle: remove },
    {
      method: "POST",
      path: "/api/v1/channels/:id/test",
      policy: "viewer",
      summary: "Sends a test message now",
      async handle({ params, response }) {
        await testChannel(find(params.id), { poster, links, now });
        sendJson(response, { delivered: true });
      },
    },
  ];
}
