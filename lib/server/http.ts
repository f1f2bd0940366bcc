import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { CurvewatchError } from "#lib/protocol/index.ts";
import type { Config } from "./config.ts";
import { type Gate, setSecurityHeaders } from "./gate.ts";
import { type Registry, sendError } from "./routes/registry.ts";

const PORTS_TRIED = 20;

/** Every request: the gate first, then the API's registry, the page that is ours, or Next's pages. */
export function requestListener(options: {
  gate: Gate;
  registry: Registry;
  /** Answers a page by itself; false leaves it to Next. */
  ownPage: (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;
  page: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}): RequestListener {
  const { gate, registry, ownPage, page } = options;
  const answerPage = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    if (!(await ownPage(request, response, url))) await page(request, response);
  };
  return (request, response) => {
    setSecurityHeaders(request, response);
    const refused = gate.check(request);
    if (refused) {
      response.writeHead(refused.status, { "content-type": "text/plain; charset=utf-8" });
      response.end(`${refused.reason}\n`);
      return;
    }
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname.startsWith("/api/")) void registry.answer(request, response, url);
    else answerPage(request, response, url).catch((error: unknown) => sendError(response, error));
  };
}

/**
 * Listens on the configured port; a port nobody asked for gives way to the next free one.
 *
 * @returns the port
 * @throws CurvewatchError `config` when the port that was asked for is taken or not allowed
 */
export async function listen(
  http: Server,
  { host, port, portGiven }: Pick<Config, "host" | "port" | "portGiven">,
): Promise<number> {
  const candidates = portGiven || port === 0 ? [port] : Array.from({ length: PORTS_TRIED }, (_, i) => port + i);
  for (const candidate of candidates) {
    const taken = await tryListen(http, host, candidate);
    if (taken === null) {
      const address = http.address();
      if (address === null || typeof address === "string") throw new Error("listening without a port");
      return address.port;
    }
    if (taken !== "EADDRINUSE") {
      throw new CurvewatchError("config", `cannot listen on ${host}:${candidate}: ${taken}`, {
        hint: "choose another with --port N",
      });
    }
  }
  const last = candidates.at(-1);
  const range = candidates.length === 1 ? `port ${last} is taken` : `ports ${candidates[0]} to ${last} are all taken`;
  throw new CurvewatchError("config", `${range} on ${host}`, {
    hint: "choose another with --port N, or --port 0 for any free one",
  });
}

function tryListen(http: Server, host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    http.once("error", failed);
    http.listen(port, host, () => {
      http.off("error", failed);
      resolve(null);
    });
  });
}

export function closeHttp(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}
