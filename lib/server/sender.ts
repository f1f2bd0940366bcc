import { channelFor, type Links, type Notice, noticeSchema, type Poster, retryDelayMs } from "#lib/alerts/index.ts";
import type { OutboxRow, Settled } from "#lib/store/index.ts";
import type { ChannelBook } from "./channels.ts";
import type { Remote } from "./workers/rpc.ts";
import type { Writer } from "./workers/writer.ts";

/**
 * Empties the outbox: leases what is due, posts it, marks it. Sending is at least once; a duplicate needs a crash between
 * the receiver's yes and the mark, and carries the same alert and number.
 */
export type SenderOptions = {
  writer: Remote<Writer>;
  channels: ChannelBook;
  poster: Poster;
  /** Addresses of the pages a notice is about, as a person reaches them. */
  links: (notice: Notice) => Links;
  /** A row changed: the run's page may show it. */
  settled: (run: string) => void;
  failed: (error: unknown) => void;
  now: () => number;
  random: () => number;
};

/** Longer than a try can take, so that a row is never with two senders. */
const LEASE_MS = 30_000;
const AT_ONCE = 8;
const GIVE_UP_MS = 24 * 3600_000;
const IDLE_MS = 60_000;

export class Sender {
  readonly #options: SenderOptions;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> | null = null;
  #again = false;
  #closed = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Something may be due. */
  wake(): void {
    if (this.#closed) return;
    if (this.#working) {
      this.#again = true;
      return;
    }
    if (this.#timer) clearTimeout(this.#timer);
    this.#working = this.#work()
      .catch((error: unknown) => this.#options.failed(error))
      .then(async () => {
        this.#working = null;
        await this.#schedule();
      });
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#working;
  }

  async #work(): Promise<void> {
    const { writer, now } = this.#options;
    do {
      this.#again = false;
      for (;;) {
        const rows = await writer.leaseOutbox(now(), LEASE_MS, AT_ONCE);
        if (rows.length === 0) break;
        await Promise.all(rows.map((row) => this.#deliver(row)));
      }
    } while (this.#again && !this.#closed);
  }

  async #schedule(): Promise<void> {
    if (this.#closed) return;
    if (this.#again) return this.wake();
    const due = await this.#options.writer.nextDue().catch(() => null);
    const wait = due === null ? IDLE_MS : Math.min(IDLE_MS, Math.max(50, due - this.#options.now()));
    if (!this.#closed) this.#timer = setTimeout(() => this.wake(), wait);
  }

  async #deliver(row: OutboxRow): Promise<void> {
    const { writer, channels, poster, links, settled, now } = this.#options;
    const channel = channels.find(row.channel);
    const notice = noticeSchema.parse(JSON.parse(row.notice));
    let outcome: Settled = { state: "dead", error: channel ? "the channel is switched off" : "the channel is gone" };
    if (channel?.enabled) {
      const { kind, settings, lang } = channel;
      const outgoing = { notice, links: links(notice), lang, receipt: null };
      const delivered = await channelFor(kind).deliver(outgoing, settings, { poster, now });
      outcome = delivered.kind === "sent" ? { state: "sent" } : this.#refused(row, delivered, delivered.retryAfterMs);
    }
    await writer.settleOutbox({ id: row.id, tries: row.tries }, outcome, now());
    settled(notice.run.id);
  }

  #refused(
    row: OutboxRow,
    { error, retryable }: { error: string; retryable: boolean },
    retryAfterMs: number | null,
  ): Settled {
    const { now, random } = this.#options;
    if (!retryable || now() - row.createdAt > GIVE_UP_MS) return { state: "dead", error };
    return { state: "queued", notBefore: now() + retryDelayMs(row.tries, retryAfterMs, random()), error };
  }
}
