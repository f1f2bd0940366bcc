import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * What every request passes before anything else sees it. On a machine with no login, the danger is a hostile page in the
 * same person's browser: so the Host must be ours (no DNS rebinding), an Origin must be ours, and only what we know gets in.
 */
export type Refusal = { status: number; reason: string };

const STRIPPED = /^(x-middleware-|x-nextjs-|x-invoke-|x-now-)/;
const SAFE_METHODS = new Set(["GET", "HEAD"]);

export class Gate {
  readonly #hosts: Set<string>;

  constructor(port: number) {
    this.#hosts = new Set(["127.0.0.1", "localhost", "[::1]"].map((host) => `${host}:${port}`));
  }

  /** Null when the request may go on; inbound headers that steer Next's insides are gone then. */
  check(request: IncomingMessage): Refusal | null {
    for (const name of Object.keys(request.headers)) if (STRIPPED.test(name)) delete request.headers[name];
    if (!request.url?.startsWith("/") || request.url.startsWith("//"))
      return { status: 400, reason: "the address must be a path" };
    if (!this.#hosts.has(request.headers.host ?? ""))
      return { status: 421, reason: "this server does not go by that name" };
    const method = request.method ?? "";
    const page = !request.url.startsWith("/api/");
    if (page && (!SAFE_METHODS.has(method) || request.headers["next-action"] !== undefined)) {
      return { status: 405, reason: "pages are read with GET" };
    }
    if (!SAFE_METHODS.has(method) && !this.#sameSite(request))
      return { status: 403, reason: "the request came from another site" };
    return null;
  }

  /** A browser's socket must come from our own page; a program's has no Origin and no Cookie. */
  checkSocket(request: IncomingMessage, from: "browser" | "agent"): boolean {
    if (!this.#hosts.has(request.headers.host ?? "")) return false;
    if (from === "agent") return request.headers.origin === undefined && request.headers.cookie === undefined;
    return this.#isOurs(request.headers.origin);
  }

  #sameSite(request: IncomingMessage): boolean {
    const site = request.headers["sec-fetch-site"];
    if (site !== undefined && site !== "same-origin" && site !== "none") return false;
    return request.headers.origin === undefined || this.#isOurs(request.headers.origin);
  }

  #isOurs(origin: string | undefined): boolean {
    return origin?.startsWith("http://") === true && this.#hosts.has(origin.slice("http://".length));
  }
}

/** Sets the headers that every answer carries, and gives Next the nonce its own scripts need. */
export function setSecurityHeaders(request: IncomingMessage, response: ServerResponse): void {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join("; ");
  request.headers["content-security-policy"] = policy;
  request.headers["x-nonce"] = nonce;
  response.setHeader("content-security-policy", policy);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
}
