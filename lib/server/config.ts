import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { CurvewatchError, LANGUAGES } from "#lib/protocol/index.ts";

/**
 * Every setting of the product, in one schema. Sources, strongest first: flags, environment (`CURVEWATCH_*`),
 * `curvewatch.config.json`, defaults. All problems are reported together, each with the name it was given under.
 */
const LOOPBACK = ["127.0.0.1", "::1", "localhost"] as const;

const HOST = /^(?:[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]*)$/;

/** As an address has it, without the brackets of IPv6. */
const hostName = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1");

export const configSchema = z.object({
  /** Port to listen on; 0 takes any free one. */
  port: z.coerce.number().int().min(0).max(65535).default(3900),
  /** The port was asked for, so the next free one will not do. */
  portGiven: z.boolean().default(false),
  host: z
    .enum(LOOPBACK, `takes one of ${LOOPBACK.join(", ")}: Curvewatch answers on this machine only`)
    .default("127.0.0.1"),
  data: z.string().min(1),
  /** Addresses that alerts are posted to: secrets, never repeated in a message. */
  slack: z.string().min(1).max(2048).optional(),
  webhook: z.string().min(1).max(2048).optional(),
  /** Receivers on this machine or network, and plain http, are allowed. */
  allowPrivateWebhooks: z.union([z.boolean(), z.stringbool()]).default(false),
  /** Hosts of receivers that may be on this machine or network, and plain http. */
  allowHosts: z
    .union([z.array(z.string()), z.string().transform((list) => list.split(","))])
    .transform((hosts) => hosts.map(hostName).filter(Boolean))
    .pipe(z.array(z.string().regex(HOST, "takes names of hosts with commas between them, without ports")).max(50))
    .default([]),
  /** Where people reach this server, for the links in messages. */
  publicUrl: z
    .url({ protocol: /^https$/, error: "takes an https address" })
    .transform((address) => new URL(address).origin)
    .optional(),
  lang: z.enum(LANGUAGES, `takes one of ${LANGUAGES.join(", ")}`).optional(),
});
export type Config = z.infer<typeof configSchema>;

/** How each setting is named in the three places it can come from. */
export const SETTINGS = {
  port: { flag: "--port", env: "CURVEWATCH_PORT" },
  host: { flag: "--host", env: "CURVEWATCH_HOST" },
  data: { flag: "--data", env: "CURVEWATCH_DATA" },
  lang: { flag: "--lang", env: "CURVEWATCH_LANG" },
  slack: { flag: "--slack", env: "CURVEWATCH_SLACK_WEBHOOK" },
  webhook: { flag: "--webhook", env: "CURVEWATCH_WEBHOOK" },
  allowHosts: { flag: "--allow-hosts", env: "CURVEWATCH_ALLOW_HOSTS" },
  publicUrl: { flag: "--public-url", env: "CURVEWATCH_PUBLIC_URL" },
  allowPrivateWebhooks: { flag: "--allow-private-webhooks", env: "CURVEWATCH_ALLOW_PRIVATE_WEBHOOKS" },
} as const;
type Setting = keyof typeof SETTINGS;
const SECRET: readonly string[] = ["slack", "webhook"] satisfies Setting[];

/** Reports every problem at once, one per line, each with where it came from. */
export class ConfigError extends CurvewatchError {
  constructor(problems: readonly string[]) {
    super("config", problems.join("\n"));
  }
}

type Sources = {
  flags: Partial<Record<Setting, string | boolean | undefined>>;
  env: Record<string, string | undefined>;
  /** Text of `curvewatch.config.json` in the working folder, or null when there is none. */
  file: string | null;
};

/** @throws ConfigError naming every setting that is wrong and where it was given */
export function readConfig({ flags, env, file }: Sources): Config {
  const problems: string[] = [];
  const fromFile = parseFile(file, problems);
  const values: Record<string, unknown> = {};
  const origin: Record<string, string> = {};
  for (const [key, names] of Object.entries(SETTINGS) as [Setting, (typeof SETTINGS)[Setting]][]) {
    const candidates: [unknown, string][] = [
      [flags[key], names.flag],
      [env[names.env] || undefined, names.env],
      [fromFile[key], `curvewatch.config.json: ${key}`],
    ];
    const found = candidates.find(([value]) => value !== undefined);
    if (!found) continue;
    values[key] = found[0];
    origin[key] = found[1];
  }
  const parsed = configSchema.safeParse({
    ...values,
    data: resolve(String(values.data ?? defaultDataFolder(env))),
    portGiven: "port" in values,
  });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const key = String(issue.path[0]);
      const got = SECRET.includes(key) ? "" : ` (got ${JSON.stringify(values[key])})`;
      problems.push(`${origin[key] ?? key} ${issue.message}${got}`);
    }
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
}

function parseFile(text: string | null, problems: string[]): Record<string, unknown> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("it is not an object");
    for (const key of Object.keys(value)) {
      if (!(key in SETTINGS)) problems.push(`curvewatch.config.json: there is no setting ${JSON.stringify(key)}`);
    }
    return value as Record<string, unknown>;
  } catch (error) {
    problems.push(`curvewatch.config.json cannot be read: ${(error as Error).message}`);
    return {};
  }
}

function defaultDataFolder(env: Record<string, string | undefined>): string {
  return join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "curvewatch");
}
