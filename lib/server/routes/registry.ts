import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { CurvewatchError, type ErrorCode, errorCode, LIMITS, NotFoundError } from "#lib/protocol/index.ts";

/**
 * Every HTTP route of the API is registered here with who may call it; what is not registered is refused. `viewer`: any
 * page or program on this machine (the gate has checked Host and Origin). `owner`: who can read the data folder, by the
 * secret in its `server.json`.
 */
export type Policy = "viewer" | "owner";

export type Route = {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** `/api/v1/runs/:id/points`; a `:name` takes one path segment. */
  path: string;
  policy: Policy;
  /** What the API's description says of it, what it reads of the address, and what of the body. */
  summary?: string;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Media types it answers with; JSON when not said. */
  answers?: readonly string[];
  handle(call: Call): Promise<void> | void;
};

export type Call = {
  request: IncomingMessage;
  response: ServerResponse;
  params: Record<string, string>;
  query: URLSearchParams;
};

export class Registry {
  readonly #routes: { route: Route; segments: string[] }[];
  readonly #options: { isOwner(request: IncomingMessage): boolean; failed(error: unknown): void };

  constructor(
    routes: readonly Route[],
    options: { isOwner(request: IncomingMessage): boolean; failed(error: unknown): void },
  ) {
    this.#routes = routes.map((route) => ({ route, segments: route.path.split("/") }));
    this.#options = options;
  }

  get routes(): readonly Route[] {
    return this.#routes.map(({ route }) => route);
  }

  /** Answers a call to the API, whatever happens. */
  async answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    try {
      const { route, params } = this.#find(request.method ?? "GET", url.pathname);
      if (route.policy === "owner" && !this.#options.isOwner(request)) {
        throw new CurvewatchError("unauthorized", "this needs the secret of the server's data folder");
      }
      await route.handle({ request, response, params, query: url.searchParams });
    } catch (error) {
      if (codeOf(error) === "internal") this.#options.failed(error);
      sendError(response, error);
    }
  }

  #find(method: string, path: string): { route: Route; params: Record<string, string> } {
    const segments = path.split("/");
    let known = false;
    for (const candidate of this.#routes) {
      const params = match(candidate.segments, segments);
      if (!params) continue;
      known = true;
      if (candidate.route.method === method || (method === "HEAD" && candidate.route.method === "GET")) {
        return { route: candidate.route, params };
      }
    }
    if (known) throw new CurvewatchError("method_not_allowed", `${method} is not a method of ${path}`);
    throw new NotFoundError("route", path);
  }
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const segment = segments[i] as string;
    if (part.startsWith(":")) params[part.slice(1)] = segment;
    else if (part !== segment) return null;
  }
  return params;
}

const STATUS: Partial<Record<string, number>> = {
  bad_request: 400,
  config: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  busy: 503,
};

function codeOf(error: unknown): ErrorCode {
  return errorCode(error) ?? (error instanceof z.ZodError ? "bad_request" : "internal");
}

/** One shape for every error; what we did not foresee says nothing of its insides. */
export function sendError(response: ServerResponse, error: unknown): void {
  const code = codeOf(error);
  const message =
    error instanceof z.ZodError
      ? error.issues
          .map(({ path, message: said }) => (path.length > 0 ? `${path.join(".")}: ${said}` : said))
          .join("; ")
      : code === "internal"
        ? "something went wrong here; the server's log says what"
        : (error as Error).message;
  const hint = error instanceof CurvewatchError ? error.hint : null;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  sendJson(response, { error: { code, message, hint } }, STATUS[code] ?? 500);
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(body);
}

/** @throws CurvewatchError `too_large` past the limit, `bad_request` when it is not JSON */
export async function readJson(request: IncomingMessage, maxBytes: number = LIMITS.requestBodyBytes): Promise<unknown> {
  const text = (await readBody(request, maxBytes)).toString("utf8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    const hint = /\b(?:NaN|Infinity)\b/.test(text)
      ? 'JSON has no NaN and no Infinity: write them as text, "NaN", "Infinity" or "-Infinity".'
      : "Send one JSON object, in UTF-8.";
    throw new CurvewatchError("bad_request", `the body is not JSON: ${(cause as Error).message}`, { cause, hint });
  }
}

/** What is over the limit is let through unread: whoever is still sending it would not hear an answer otherwise. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= maxBytes) return;
      chunks.length = 0;
      request.off("data", take);
      request.resume();
      const hint = "Send less at once.";
      reject(new CurvewatchError("too_large", `the body has more than ${maxBytes} bytes`, { hint }));
    };
    request.on("data", take);
    request.on("end", () => resolve(Buffer.concat(chunks)));
    const broken = (): void => reject(new CurvewatchError("bad_request", "the body broke off"));
    request.on("error", broken);
    request.on("close", broken);
  });
}
