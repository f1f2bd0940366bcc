import { type Links, type Notice, Poster } from "#lib/alerts/index.ts";
import { type ChannelView, CurvewatchError } from "#lib/protocol/index.ts";
import { addChannel, channelView, newChannelSchema, testChannel } from "./channel-acts.ts";
import { ChannelBook } from "./channels.ts";
import type { Config } from "./config.ts";
import { claimFolder, readSecret } from "./instance.ts";
import { linksOf } from "./links.ts";

/** The channels of a data folder that no server has: for commands, which otherwise ask the server. */
export type ChannelFolder = {
  list(): Promise<ChannelView[]>;
  /** @returns its id */
  add(channel: object): Promise<string>;
  test(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  close(): Promise<void>;
};

/** @throws CurvewatchError `conflict` when a server has taken the folder meanwhile */
export async function openChannelFolder(config: Config): Promise<ChannelFolder> {
  const claim = await claimFolder(config.data);
  const { allowPrivateWebhooks: allowPrivate, allowHosts } = config;
  const poster = new Poster({ allowPrivate, allowHosts });
  const links = (notice: Notice): Links => linksOf(config.publicUrl ?? `http://127.0.0.1:${config.port}`, notice);
  const close = async (): Promise<void> => {
    await poster.close();
    await claim.release();
  };
  try {
    const book = await ChannelBook.open(config.data, await readSecret(config.data), {}, config.lang ?? "en");
    return {
      list: async () => book.all.map((channel) => channelView(channel, null)),
      add: async (channel) => (await addChannel(book, poster, newChannelSchema.parse(channel))).id,
      async test(id) {
        const channel = book.find(id);
        if (!channel) throw new CurvewatchError("not_found", `channel ${id} not found`);
        await testChannel(channel, { poster, links, now: Date.now });
      },
      remove: (id) => book.remove(id),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
