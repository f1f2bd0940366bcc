import { CurvewatchError, ERROR_CODES, type Language } from "#lib/protocol/index.ts";
import type { Context } from "./context.ts";
import { readSettings } from "./settings.ts";

/** What every `admin` command takes. */
export type AdminFlags = { data?: string; json?: boolean; lang?: string };

/** The living server of a data folder, asked over its API. */
export type AdminServer = {
  lang: Language;
  /** @throws CurvewatchError with the server's own words when it refuses */
  ask<Answer>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<Answer>;
};

/** @throws CurvewatchError `not_found` when no server runs on the data folder */
export async function openAdmin(context: Context, flags: AdminFlags): Promise<AdminServer> {
  const server = await findAdmin(context, flags);
  if (server) return server;
  throw nobody((await readSettings(context, { data: flags.data })).data);
}

const nobody = (data: string, cause?: unknown): CurvewatchError =>
  new CurvewatchError("not_found", `no server runs on ${data}`, {
    cause,
    hint: "start it, or name another folder: curvewatch serve --data DIR",
  });

/** Null when no server runs on the data folder. */
export async function findAdmin(context: Context, flags: AdminFlags): Promise<AdminServer | null> {
  const { findInstance } = await import("#lib/server/index.ts");
  const config = await readSettings(context, { data: flags.data, lang: flags.lang });
  const server = await findInstance(config.data);
  if (!server) return null;
  const origin = `http://${server.host === "::1" ? "[::1]" : server.host}:${server.port}`;
  return {
    lang: config.lang ?? "en",
    async ask(method, path, body) {
      const response = await fetch(`${origin}/api/v1/${path}`, {
        method,
        signal: context.signal,
        headers: { authorization: `Bearer ${server.secret}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch((cause: unknown) => {
        throw nobody(config.data, cause);
      });
      const answer = (await response.json()) as never;
      if (!response.ok) throw refusal(answer);
      return answer;
    },
  };
}

function refusal({ error }: { error: { code: string; message: string; hint: string | null } }): CurvewatchError {
  const code = ERROR_CODES.find((known) => known === error.code) ?? "internal";
  return new CurvewatchError(code, error.message, error.hint === null ? {} : { hint: error.hint });
}
