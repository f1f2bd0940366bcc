import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { channelFor } from "#lib/alerts/index.ts";
import { CHANNEL_KINDS, type ChannelKind, CurvewatchError, LANGUAGES, type Language } from "#lib/protocol/index.ts";

/**
 * Where word goes. Channels given by flag or environment live as long as the process; those that people add are kept in
 * `<data>/channels.json`, their settings encrypted with a key derived from the folder's secret: an address is a secret
 * itself, so it is never sent to a page, written to a log or put into an error.
 */
export type Channel = {
  id: string;
  kind: ChannelKind;
  name: string;
  lang: Language;
  enabled: boolean;
  settings: Record<string, unknown>;
  fixed: boolean;
};
export type ChannelChange = { name?: string | undefined; lang?: Language | undefined; enabled?: boolean | undefined };

/** Before channels had names, what was sealed was the address alone. */
const fileSchema = z.array(
  z.object({
    id: z.string(),
    kind: z.enum(CHANNEL_KINDS),
    name: z.string().optional(),
    lang: z.enum(LANGUAGES).optional(),
    enabled: z.boolean().default(true),
    sealed: z.string(),
  }),
);

const CIPHER = "aes-256-gcm";
const CHANNELS_MOST = 20;

export class ChannelBook {
  readonly #file: string;
  readonly #key: Buffer;
  readonly #lang: Language;
  readonly #channels: Channel[] = [];
  #saving: Promise<void> = Promise.resolve();

  private constructor(file: string, key: Buffer, lang: Language) {
    this.#file = file;
    this.#key = key;
    this.#lang = lang;
  }

  /** `lang` is that of channels for which nobody chose one. */
  static async open(
    data: string,
    secret: string,
    fixed: { slack?: string | undefined; webhook?: string | undefined },
    lang: Language,
  ): Promise<ChannelBook> {
    const file = join(data, "channels.json");
    const key = Buffer.from(hkdfSync("sha256", secret, "", "curvewatch channel addresses", 32));
    const book = new ChannelBook(file, key, lang);
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "[]";
      throw error;
    });
    for (const kind of ["slack", "webhook"] as const) {
      const address = fixed[kind];
      if (address === undefined) continue;
      const settings = channelFor(kind).settings({ address });
      const name = book.#freeName(channelFor(kind).name);
      book.#channels.push({ id: `${kind}-flag`, kind, name, lang, enabled: true, settings, fixed: true });
    }
    for (const { id, kind, name, lang: chosen, enabled, sealed } of fileSchema.parse(JSON.parse(text))) {
      const open = unseal(sealed, key);
      const settings = name === undefined ? { address: open } : settingsSchema.parse(JSON.parse(open));
      const free = book.#freeName(name ?? channelFor(kind).name);
      book.#channels.push({ id, kind, name: free, lang: chosen ?? lang, enabled, settings, fixed: false });
    }
    return book;
  }

  get all(): readonly Channel[] {
    return this.#channels;
  }

  find(id: string): Channel | null {
    return this.#channels.find((channel) => channel.id === id) ?? null;
  }

  /** @throws CurvewatchError `bad_request` when the settings are wrong, `conflict` when the name is taken or there are too many */
  async add(
    kind: ChannelKind,
    given: { name?: string | undefined; lang?: Language | undefined; settings: Record<string, unknown> },
  ): Promise<Channel> {
    if (this.#channels.length >= CHANNELS_MOST)
      throw new CurvewatchError("conflict", `there are ${CHANNELS_MOST} channels already`, {
        hint: "remove one first",
      });
    const settings = channelFor(kind).settings(given.settings);
    const name = given.name ?? this.#freeName(channelFor(kind).name);
    this.#checkName(name, null);
    const id = `${kind}-${randomBytes(6).toString("hex")}`;
    const channel = { id, kind, name, lang: given.lang ?? this.#lang, enabled: true, settings, fixed: false };
    this.#channels.push(channel);
    await this.#save();
    return channel;
  }

  /** @throws CurvewatchError `conflict` for one that was given by flag or a name that is taken, `not_found` */
  async change(id: string, { name, lang, enabled }: ChannelChange): Promise<Channel> {
    const channel = this.#own(id);
    if (name !== undefined) this.#checkName(name, id);
    channel.name = name ?? channel.name;
    channel.lang = lang ?? channel.lang;
    channel.enabled = enabled ?? channel.enabled;
    await this.#save();
    return channel;
  }

  /** @throws CurvewatchError `conflict` for one that was given by flag, `not_found` for one that is not there */
  async remove(id: string): Promise<void> {
    this.#channels.splice(this.#channels.indexOf(this.#own(id)), 1);
    await this.#save();
  }

  #own(id: string): Channel {
    const channel = this.find(id);
    if (!channel) throw new CurvewatchError("not_found", `channel ${id} not found`);
    if (channel.fixed)
      throw new CurvewatchError("conflict", "this channel was given when the server was started", {
        hint: "start it without the flag",
      });
    return channel;
  }

  #checkName(name: string, own: string | null): void {
    if (this.#channels.some((channel) => channel.id !== own && sameName(channel.name, name)))
      throw new CurvewatchError("conflict", `there is a channel named ${name} already`, {
        hint: "choose another name",
      });
  }

  #freeName(name: string): string {
    let free = name;
    for (let n = 2; this.#channels.some((channel) => sameName(channel.name, free)); n++) free = `${name} ${n}`;
    return free;
  }

  /** One after another, each with all that is known when its turn comes. */
  #save(): Promise<void> {
    this.#saving = this.#saving.catch(() => {}).then(() => this.#write());
    return this.#saving;
  }

  async #write(): Promise<void> {
    const kept = this.#channels.filter(({ fixed }) => !fixed);
    const text = JSON.stringify(
      kept.map(({ settings, fixed: _, ...channel }) => ({
        ...channel,
        sealed: seal(JSON.stringify(settings), this.#key),
      })),
    );
    await writeFile(`${this.#file}.new`, text, { mode: 0o600 });
    await rename(`${this.#file}.new`, this.#file);
  }
}

const settingsSchema = z.record(z.string(), z.unknown());

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function seal(text: string, key: Buffer): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv(CIPHER, key, iv);
  return Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64");
}

function unseal(sealed: string, key: Buffer): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
}
