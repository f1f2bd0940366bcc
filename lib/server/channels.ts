import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ChannelKind } from "#lib/alerts/index.ts";
import { CurvewatchError } from "#lib/protocol/index.ts";

/**
 * Where word goes. Channels given by flag or environment live as long as the process; those of the settings page are kept
 * in `<data>/channels.json`, their addresses encrypted with a key derived from the folder's secret: an address is a secret
 * itself, so it is never sent to a page, written to a log or put into an error.
 */
export type Channel = { id: string; kind: ChannelKind; address: string; fixed: boolean };

const fileSchema = z.array(z.object({ id: z.string(), kind: z.enum(["slack", "webhook"]), sealed: z.string() }));

const CIPHER = "aes-256-gcm";
const CHANNELS_MOST = 20;

export class ChannelBook {
  readonly #file: string;
  readonly #key: Buffer;
  readonly #channels: Channel[];

  private constructor(file: string, key: Buffer, channels: Channel[]) {
    this.#file = file;
    this.#key = key;
    this.#channels = channels;
  }

  static async open(data: string, secret: string, fixed: { slack?: string; webhook?: string }): Promise<ChannelBook> {
    const file = join(data, "channels.json");
    const key = Buffer.from(hkdfSync("sha256", secret, "", "curvewatch channel addresses", 32));
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "[]";
      throw error;
    });
    const kept = fileSchema
      .parse(JSON.parse(text))
      .map(({ id, kind, sealed }) => ({ id, kind, address: unseal(sealed, key), fixed: false }));
    const given = (["slack", "webhook"] as const).flatMap((kind) => {
      const address = fixed[kind];
      return address === undefined ? [] : [{ id: `${kind}-flag`, kind, address, fixed: true }];
    });
    return new ChannelBook(file, key, [...given, ...kept]);
  }

  get all(): readonly Channel[] {
    return this.#channels;
  }

  find(id: string): Channel | null {
    return this.#channels.find((channel) => channel.id === id) ?? null;
  }

  async add(kind: ChannelKind, address: string): Promise<Channel> {
    if (this.#channels.length >= CHANNELS_MOST)
      throw new CurvewatchError("conflict", `there are ${CHANNELS_MOST} channels already`);
    const channel = { id: `${kind}-${randomBytes(6).toString("hex")}`, kind, address, fixed: false };
    this.#channels.push(channel);
    await this.#save();
    return channel;
  }

  /** @throws CurvewatchError `conflict` for one that was given by flag, `not_found` for one that is not there */
  async remove(id: string): Promise<void> {
    const at = this.#channels.findIndex((channel) => channel.id === id);
    const channel = this.#channels[at];
    if (!channel) throw new CurvewatchError("not_found", `channel ${id} not found`);
    if (channel.fixed)
      throw new CurvewatchError("conflict", "this channel was given when the server was started", {
        hint: "start it without the flag",
      });
    this.#channels.splice(at, 1);
    await this.#save();
  }

  async #save(): Promise<void> {
    const kept = this.#channels.filter(({ fixed }) => !fixed);
    const text = JSON.stringify(kept.map(({ id, kind, address }) => ({ id, kind, sealed: seal(address, this.#key) })));
    await writeFile(`${this.#file}.new`, text, { mode: 0o600 });
    await rename(`${this.#file}.new`, this.#file);
  }
}

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
