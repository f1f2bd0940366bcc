import { z } from "zod";
import { CurvewatchError, type Language } from "#lib/protocol/index.ts";
import type { Notice } from "../notice.ts";
import type { Poster } from "../post.ts";

/** What one delivery says, to whom it leads, and in which language. */
export type Outgoing = {
  notice: Notice;
  links: Links;
  lang: Language;
  /** What the channel answered to the incident's first message, so that this one joins its thread. */
  receipt: string | null;
};

export type Links = {
  run: string;
  report: string;
  /** These two lead to a page that asks first: opening a link changes nothing. */
  mute: string;
  ack: string;
  /** The curve as a picture that the channel's own servers can fetch; null when they cannot. */
  image: string | null;
};

export type Delivered = { kind: "sent"; receipt: string | null } | Refused;
export type Refused = { kind: "refused"; error: string; retryable: boolean; retryAfterMs: number | null };

export type Ports = { poster: Poster; now(): number };

/** A kind of channel. A new one is one file, one line in the registry, and its fields in `lib/protocol/channels.ts`. */
export type Channel<Settings> = {
  /** As it is called where nobody has named it. */
  name: string;
  settings: z.ZodType<Settings>;
  /** Names of the settings that are in no answer, no log and no error. */
  secrets: readonly string[];
  /** What the receiver takes without throttling, with some room left. */
  limits: { perMinute: number; burst: number };
  /** What is shown of where it leads; nothing secret. */
  destination(settings: Settings): string;
  /** @throws CurvewatchError `bad_request` when it leads where it must not */
  check(settings: Settings, poster: Poster): void;
  /** Says it once. Never throws: what went wrong is in the answer, and whether trying again can help. */
  deliver(outgoing: Outgoing, settings: Settings, ports: Ports): Promise<Delivered>;
};

/** A channel whose settings are checked anew wherever they come in, so that all kinds have one type. */
export type OpenChannel = Omit<Channel<unknown>, "settings"> & {
  /** @throws CurvewatchError `bad_request` that names what is wrong, and repeats no value */
  settings(given: unknown): Record<string, unknown>;
};

export function open<Settings extends Record<string, unknown>>(channel: Channel<Settings>): OpenChannel {
  const settings = (given: unknown): Settings => {
    const parsed = channel.settings.safeParse(given);
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(({ path, message }) =>
      [path.join("."), message].filter(Boolean).join(" "),
    );
    throw new CurvewatchError("bad_request", `${channel.name}: ${problems.join("; ")}`);
  };
  return {
    ...channel,
    settings,
    destination: (given) => channel.destination(settings(given)),
    check: (given, poster) => channel.check(settings(given), poster),
    async deliver(outgoing, given, ports) {
      const parsed = settings(given);
      const delivered = await channel.deliver(outgoing, parsed, ports);
      if (delivered.kind === "sent") return delivered;
      return { ...delivered, error: without(secretParts(parsed, channel.secrets), delivered.error) };
    },
  };
}

/** Shorter ones are words of everyday addresses. */
const SECRET_CHARS = 6;

/** What a receiver's own words must not give away: each secret, and what makes an address one. */
function secretParts(settings: Record<string, unknown>, secrets: readonly string[]): string[] {
  return secrets
    .map((name) => settings[name])
    .filter((value) => typeof value === "string")
    .flatMap((value) => (URL.canParse(value) ? [value, ...value.split(/[/?&=#]+/).slice(2)] : [value]))
    .filter((part) => part.length >= SECRET_CHARS)
    .sort((a, b) => b.length - a.length);
}

const without = (secrets: readonly string[], text: string): string =>
  secrets.reduce((kept, secret) => kept.replaceAll(secret, "[…]"), text);

/** An address of a person's: long enough for every vendor's. What it may lead to is for the poster to say. */
export const addressSchema = z.string("is missing").min(1, "is missing").max(2048, "is too long");

/** A key or a token, on one line. */
export const keySchema = z
  .string("is missing")
  .min(1, "is missing")
  .max(512, "is too long")
  .regex(/^[\x21-\x7e]+$/, "has characters that none has");
