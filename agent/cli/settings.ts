import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "#lib/server/index.ts";
import type { Context } from "./context.ts";

export type ServerFlags = {
  port?: string;
  host?: string;
  data?: string;
  lang?: string;
  slack?: string;
  webhook?: string;
  allowPrivateWebhooks?: boolean;
  allowHosts?: string;
  publicUrl?: string;
};

/** The configuration of a command: flags over environment over `curvewatch.config.json` over defaults. */
export async function readSettings(context: Context, flags: ServerFlags): Promise<Config> {
  const { readConfig } = await import("#lib/server/index.ts");
  const file = await readFile(join(context.cwd, "curvewatch.config.json"), "utf8").catch(() => null);
  const { port, host, data, lang, slack, webhook, allowPrivateWebhooks, allowHosts, publicUrl } = flags;
  return readConfig({
    flags: { port, host, data, lang, slack, webhook, allowPrivateWebhooks, allowHosts, publicUrl },
    env: context.env,
    file,
  });
}
