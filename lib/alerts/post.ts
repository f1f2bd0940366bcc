import { type LookupAddress, type LookupAllOptions, lookup } from "node:dns";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { Agent, request } from "undici";
import { CurvewatchError } from "#lib/protocol/index.ts";
import { isPublicAddress } from "./address.ts";

/**
 * Reaches an address that a person gave, by HTTP or, for mail, by a socket. The check is made inside the connection's own
 * name lookup, on every answer, so a name that changes its mind in between gets nowhere; redirects are not followed, and
 * of an answer no more is read than anybody needs.
 */
export type PostOptions = {
  /** Every receiver on private and loopback addresses, and without TLS, is allowed. */
  allowPrivate: boolean;
  /** Hosts, as `hostOf` writes them, of which the operator allows the same. */
  allowHosts?: readonly string[];
  /** How long one delivery may take in all. */
  timeoutMs?: number;
  now?: () => number;
  /** Where names lead, each time that a connection is made. */
  resolve?: Resolve;
};
type Resolve = (hostname: string, options: LookupAllOptions, done: AnswerAll) => void;
type AnswerAll = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

export type PostResult =
  | { kind: "answered"; status: number; body: string; retryAfterMs: number | null }
  | { kind: "failed"; error: string; retryable: boolean };

const TIMEOUT_MS = 10_000;
const BODY_BYTES = 64 * 1024;
const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 5 * 60_000;
/** A receiver that asks for more waits in vain: what is told after that is no news. */
const RETRY_AFTER_MOST_MS = 3600_000;
const MAIL_PORTS: readonly number[] = [25, 465, 587, 2525];
const HINT =
  "for a receiver on this machine or network, start with --allow-hosts HOST (CURVEWATCH_ALLOW_HOSTS) or --allow-private-webhooks";

export class Poster {
  readonly timeoutMs: number;
  readonly #options: PostOptions;
  readonly #now: () => number;
  readonly #agent: Agent;
  readonly #lookup: LookupFunction;

  constructor(options: PostOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#lookup = checkedLookup(options.resolve ?? lookup, (host) => this.#isAllowed(host));
    this.#agent = new Agent({
      connect: { timeout: this.timeoutMs, lookup: this.#lookup },
      headersTimeout: this.timeoutMs,
      bodyTimeout: this.timeoutMs,
      keepAliveTimeout: 1000,
    });
  }

  /**
   * The address as it may be used; `hosts` are those of its vendor, when only they make sense.
   *
   * @throws CurvewatchError `bad_request` that says what is wrong with it, without repeating it
   */
  check(address: string, hosts?: readonly string[]): URL {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) throw wrong("is not an https address");
    if (url.username || url.password) throw wrong("has a user name in it");
    const host = hostOf(url);
    if (this.#isAllowed(host)) return url;
    if (url.protocol !== "https:" || url.port !== "") throw wrong("must be https on its usual port", HINT);
    if (isOurs(host)) throw wrong("is on a private network", HINT);
    if (hosts && !hosts.includes(host)) {
      throw wrong(
        `is none of ${hosts.slice(0, 2).join(" or ")}`,
        `for a gateway of your own, start with --allow-hosts ${host}`,
      );
    }
    return url;
  }

  /**
   * The same for a mail server; `isPlain`: nothing encrypts what is sent.
   *
   * @throws CurvewatchError `bad_request` that says what is wrong with it
   */
  checkMail(host: string, port: number, isPlain: boolean): void {
    if (this.#isAllowed(host)) return;
    if (isOurs(host)) throw wrong("is on a private network", HINT);
    if (!MAIL_PORTS.includes(port)) throw wrong(`must have one of the ports ${MAIL_PORTS.join(", ")}`, HINT);
    if (isPlain) throw wrong("must be reached by TLS or STARTTLS", HINT);
  }

  async post(address: string, body: string, headers: Record<string, string> = {}): Promise<PostResult> {
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
        headers: { "content-type": "application/json; charset=utf-8", "user-agent": "curvewatch", ...headers },
        body,
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      return {
        kind: "answered",
        status: answer.statusCode,
        body: await beginning(answer.body),
        retryAfterMs: retryAfterMs(answer.headers["retry-after"], this.#now()),
      };
    } catch (error) {
      return unreached(error);
    }
  }

  /**
   * A socket to a mail server. It fails as a connection fails; `unreached` says of what.
   *
   * @throws CurvewatchError as `checkMail` does
   */
  async connect(host: string, port: number, isPlain: boolean): Promise<Socket> {
    this.checkMail(host, port, isPlain);
    const socket = connect({ host, port, lookup: this.#lookup, timeout: this.timeoutMs });
    return new Promise((resolve, reject) => {
      socket.once("connect", () => resolve(socket));
      socket.once("error", reject);
      socket.once("timeout", () => socket.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #isAllowed(host: string): boolean {
    return this.#options.allowPrivate || (this.#options.allowHosts?.includes(host) ?? false);
  }
}

/** A connection's failure, as it may be said: the message of a network error may hold the address, its code does not. */
export function unreached(error: unknown): { kind: "failed"; error: string; retryable: boolean } {
  const { code, name } = error as NodeJS.ErrnoException;
  const isPrivate = code === PRIVATE_ANSWER;
  return {
    kind: "failed",
    error: isPrivate ? "its name leads to a private network" : `could not be reached (${code ?? name})`,
    retryable: !isPrivate,
  };
}

/** Whole milliseconds to wait before try number `tries` + 1, growing from 1 s to 5 min; `random` in [0, 1) spreads them. */
export function retryDelayMs(tries: number, retryAfterMs: number | null, random: number): number {
  const grown = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.max(0, tries - 1));
  return Math.ceil(Math.max(retryAfterMs ?? 0, grown * (0.75 + 0.5 * random)));
}

/** The host of an address as the operator's list has it: small letters, no brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

const isOurs = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || (isIP(host) !== 0 && !isPublicAddress(host));

const wrong = (what: string, hint?: string): CurvewatchError =>
  new CurvewatchError("bad_request", `the address ${what}`, hint === undefined ? {} : { hint });

const PRIVATE_ANSWER = "ECURVEWATCHPRIVATE";

/** A connection's own name lookup. Every answer must be public, since any of them may be taken. */
function checkedLookup(resolve: Resolve, isAllowed: (host: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "", 0);
      const [first] = addresses;
      if (!first || !(isAllowed(hostname) || addresses.every(({ address }) => isPublicAddress(address)))) {
        return callback(Object.assign(new Error("private address"), { code: PRIVATE_ANSWER }), "", 0);
      }
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

/** As much of a body as a receiver's answer needs; the rest is not read. */
async function beginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, BODY_BYTES).toString("utf8");
}

/** Of a header in seconds or as a date; null when there is none that can be read. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined || text.trim() === "") return null;
  const seconds = Number(text);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - now;
  if (Number.isNaN(wait)) return null;
  return Math.min(RETRY_AFTER_MOST_MS, Math.max(0, wait));
}
