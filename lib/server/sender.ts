import {
  channelFor,
  digestOf,
  type Links,
  type Notice,
  noticeSchema,
  type Poster,
  retryDelayMs,
} from "#lib/alerts/index.ts";
import type { OutboxRow, Settled } from "#lib/store/index.ts";
import type { Channel, ChannelBook } from "./channels.ts";
import { Pace } from "./pace.ts";
import type { Remote } from "./workers/rpc.ts";
import type { Writer } from "./workers/writer.ts";

/**
 * Empties the outbox: leases what is due, posts it at the pace each channel takes, marks it. Channels do not wait for each other. What does not fit a channel's pace
 * is told in one digest. Sending is at least once; a duplicate needs a crash between the receiver's yes and the mark, and
 * carries the same alert and number.
 */
export type SenderOptions = {
  writer: Pick<Remote<Writer>, "leaseOutbox" | "settleOutbox" | "nextDue" | "undelivered">;
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

/** Longer than a channel's turn can take, so that a row is never with two senders. */
const LEASE_MS = 60_000;
/** A channel whose receiver is slow gives back what it did not come to. */
const TURN_MS = 40_000;
const AT_ONCE = 2000;
const GIVE_UP_MS = 24 * 3600_000;
const IDLE_MS = 60_000;
/** Fewer than this do not make a digest: they wait their turn. */
const DIGEST_FROM = 3;

type Due = { row: OutboxRow; notice: Notice };

export class Sender {
  readonly #options: SenderOptions;
  readonly #paces = new Map<string, Pace>();
  /** Channels whose turn it is: they are given no more meanwhile. */
  readonly #turns = new Map<string, Promise<void>>();
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
    await Promise.all(this.#turns.values());
  }

  async #work(): Promise<void> {
    const { writer, now } = this.#options;
    do {
      this.#again = false;
      while (!this.#closed) {
        const rows = await writer.leaseOutbox(now(), LEASE_MS, AT_ONCE, [...this.#turns.keys()]);
        if (rows.length === 0) break;
        const due = rows.map((row) => ({ row, notice: noticeSchema.parse(JSON.parse(row.notice)) }));
        for (const [channel, own] of Map.groupBy(due, ({ row }) => row.channel)) this.#begin(channel, own);
      }
    } while (this.#again && !this.#closed);
  }

  #begin(channel: string, due: Due[]): void {
    const turn = this.#take(channel, due)
      .catch((error: unknown) => this.#options.failed(error))
      .then(() => {
        this.#turns.delete(channel);
        this.wake();
      });
    this.#turns.set(channel, turn);
  }

  async #schedule(): Promise<void> {
    if (this.#closed) return;
    if (this.#again) return this.wake();
    const due = await this.#options.writer.nextDue([...this.#turns.keys()]).catch(() => null);
    // Whoever has woken it meanwhile sets the next timer.
    if (this.#closed || this.#working) return;
    if (this.#timer) clearTimeout(this.#timer);
    const wait = due === null ? IDLE_MS : Math.min(IDLE_MS, Math.max(50, due - this.#options.now()));
    this.#timer = setTimeout(() => this.wake(), wait);
  }

  /** One channel's turn: one message after the other, so that they arrive in their order. */
  async #take(id: string, due: Due[]): Promise<void> {
    const { channels, now } = this.#options;
    const channel = channels.find(id);
    if (!channel?.enabled) {
      // A person's own doing: nobody needs to hear that it did not arrive.
      return this.#mark(due, { state: "dead", error: channel ? "the channel is switched off" : "the channel is gone" });
    }
    const pace = this.#paceOf(channel);
    const until = now() + TURN_MS;
    for (let i = 0; i < due.length; i++) {
      const rest = due.slice(i);
      if (this.#closed || now() > until) return this.#settle(rest, later(now()));
      const isCrowded = rest.length >= DIGEST_FROM && pace.isLast(now());
      if (!pace.take(now())) return this.#settle(rest, later(pace.freeAt(now())));
      if (isCrowded) return this.#sendDigest(channel, rest);
      await this.#settle([due[i]!], await this.#send(channel, due[i]!.notice, due[i]!.row));
    }
  }

  /** One message for all of them; while it is refused they wait, and become part of the next. */
  async #sendDigest(channel: Channel, due: readonly Due[]): Promise<void> {
    const outcome = await this.#send(channel, digestOf(due.map(({ notice }) => notice)), due[0]!.row);
    await this.#settle(due, outcome.state === "sent" ? { state: "digested" } : outcome);
  }

  #paceOf({ id, kind }: Channel): Pace {
    const pace = this.#paces.get(id) ?? new Pace(channelFor(kind).limits, this.#options.now());
    this.#paces.set(id, pace);
    return pace;
  }

  async #send(channel: Channel, notice: Notice, row: OutboxRow): Promise<Settled> {
    const { poster, links, now } = this.#options;
    const outgoing = { notice, links: links(notice), lang: channel.lang, receipt: row.receipt };
    const delivered = await channelFor(channel.kind).deliver(outgoing, channel.settings, { poster, now });
    if (delivered.kind === "sent") return { state: "sent", receipt: delivered.receipt };
    return this.#refused(row, delivered, delivered.retryAfterMs);
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

  async #settle(due: readonly Due[], settled: Settled): Promise<void> {
    await this.#mark(due, settled);
    const [first] = due;
    if (settled.state !== "dead" || !first) return;
    const { writer, channels } = this.#options;
    const id = first.row.channel;
    await writer.undelivered({ id, name: channels.find(id)?.name ?? id }, settled.error, first.notice.run);
    this.#again = true;
  }

  async #mark(due: readonly Due[], settled: Settled): Promise<void> {
    const { writer, now } = this.#options;
    await writer.settleOutbox(
      due.map(({ row: { id, tries } }) => ({ id, tries })),
      settled,
      now(),
    );
    for (const run of new Set(due.map(({ notice }) => notice.run.id))) this.#options.settled(run);
  }
}

const later = (notBefore: number): Settled => ({ state: "waiting", notBefore, error: "waits for its turn" });
