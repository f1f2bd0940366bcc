import { lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, request } from "undici";
import { CurvewatchError } from "#lib/protocol/index.ts";
import { isPublicAddress } from "./address.ts";

/**
 * Posts to an address that a person gave. The check is made inside the connection's own name lookup, on every answer, so a
 * name that changes its mind in between gets nowhere; redirects are not followed.
 */
export type PostOptions = {
  /** Receivers on private and loopback addresses, and plain http, are allowed. */
  allowPrivate: boolean;
};

export type PostResult =
  | { kind: "answered"; status: number; body: string; retryAfterMs: number | null }
  | { kind: "failed"; error: string; retryable: boolean };

const TIMEOUT_MS = 10_000;
const BODY_CHARS = 4096;
const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 5 * 60_000;

export class Poster {
  readonly #options: PostOptions;
  readonly #agent: Agent;

  constructor(options: PostOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connect: { timeout: TIMEOUT_MS, lookup: options.allowPrivate ? (lookup as LookupFunction) : lookupPublic },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      keepAliveTimeout: 1000,
      maxResponseSize: 64 * 1024,
    });
  }

  /**
   * The address as it may be used.
   *
   * @throws CurvewatchError `bad_request` that says what is wrong with it, without repeating it
   */
  check(address: string): URL {
    const url = URL.canParse(address) ? new URL(address) : null;
    const say = (what: string, hint?: string): never => {
      throw new CurvewatchError("bad_request", `the webhook's address ${what}`, hint === undefined ? {} : { hint });
    };
    if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) return say("is not an https address");
    if (url.username || url.password) return say("has a user name in it");
    if (this.#options.allowPrivate) return url;
    const hint = "for a receiver on this machine or network, start with --allow-private-webhooks";
    if (url.protocol !== "https:" || url.port !== "") return say("must be https on its usual port", hint);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (host === "localhost" || host.endsWith(".localhost") || (isIP(host) !== 0 && !isPublicAddress(host))) {
      return say("is on a private network", hint);
    }
    return url;
  }

  async post(address: string, body: string): Promise<PostResult> {
    let url: URL;
    try {
      url = this.check(address);
    } catch (error) {
      return { kind: "failed", error: (error as Error).message, retryable: false };
    }
    try {
      const answer = await request(url, {
        method: "POST",
        dispatcher: this.#agent,
        headers: { "content-type": "application/json; charset=utf-8", "user-agent": "curvewatch" },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await answer.body.text();
      return {
        kind: "answered",
        status: answer.statusCode,
        body: text.slice(0, BODY_CHARS),
        retryAfterMs: retryAfter(answer.headers["retry-after"]),
      };
    } catch (error) {
      // The message of a network error may hold the address; its code does not.
      const { code, name } = error as NodeJS.ErrnoException;
      const refused = code === PRIVATE_ANSWER;
      return {
        kind: "failed",
        error: refused ? "its name leads to a private network" : `could not be reached (${code ?? name})`,
        retryable: !refused,
      };
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** Milliseconds to wait before try number `tries` + 1, growing from 1 s to 5 min; `random` in [0, 1) spreads them. */
export function retryDelayMs(tries: number, retryAfterMs: number | null, random: number): number {
  const grown = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.max(0, tries - 1));
  return Math.max(retryAfterMs ?? 0, grown * (0.75 + 0.5 * random));
}

const PRIVATE_ANSWER = "ECURVEWATCHPRIVATE";

const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 0);
    if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address))) {
      return callback(Object.assign(new Error("private address"), { code: PRIVATE_ANSWER }), "", 0);
    }
    if (options.all) return callback(null, addresses);
    const [first] = addresses;
    callback(null, first?.address ?? "", first?.family ?? 0);
  });
};

function retryAfter(header: string | string[] | undefined): number | null {
  const seconds = Number(Array.isArray(header) ? header[0] : header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
