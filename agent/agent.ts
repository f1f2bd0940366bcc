import { createHash } from "node:crypto";
import { readFile, rename } from "node:fs/promises";
import { hostname, machine, platform } from "node:os";
import { setTimeout } from "node:timers/promises";
import { decodeRecord, errorCode, type Refusal } from "#lib/protocol/index.ts";
import { type FollowedLog, Follower, type FollowReport } from "./follower.ts";
import { GpuRecorder } from "./gpu-recorder.ts";
import { anew, type Place, placeOf, toPlace } from "./place.ts";
import { continuesAt, identify } from "./sources/index.ts";
import { Spool } from "./spool/index.ts";
import { Uplink } from "./uplink/index.ts";

/**
 * The agent: logs in, a spool in the middle, one socket out. It never slows the training it watches, goes on reading with the
 * server away, and reports through `AgentEvents` instead of a log of its own.
 */
export type AgentEvents = {
  connected(): void;
  disconnected(reason: string): void;
  refused(refusal: Refusal): void;
  read(report: FollowReport): void;
  /** One log cannot be read any more; the others go on. */
  failed(path: string, error: unknown): void;
  gap(from: number, to: number, reason: string): void;
};

export type AgentOptions = {
  /** Where the spool lies. */
  folder: string;
  url: string;
  token: string;
  version: string;
  /** Name or path of the tool that the host's GPUs are read with; null when nobody asks for them. */
  nvidiaSmi: string | null;
  events: AgentEvents;
  now: () => number;
};

/** How long a stopping agent waits for the server to commit what it has; the rest stays in the spool. */
const DRAIN_MS = 5000;
const SPOOL_RETRY_MS = 1000;

export class Agent {
  readonly #options: AgentOptions;
  /** By path. */
  readonly #logs = new Map<string, FollowedLog>();
  #life: Life;
  #restarting: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: AgentOptions) {
    this.#options = options;
    this.#life = new Life(options, () => this.#startOver());
  }

  /** @throws CurvewatchError `conflict` when another agent uses the folder, `E_SPOOL_IO` when it cannot be read or written */
  static async open(options: AgentOptions): Promise<Agent> {
    const agent = new Agent(options);
    await agent.#life.open();
    return agent;
  }

  /** Follows a log from where any earlier life of this agent left it; a log that is followed already is left alone. */
  follow(log: FollowedLog): void {
    if (this.#logs.has(log.path) || this.#closed) return;
    this.#logs.set(log.path, log);
    this.#life.follow(log);
  }

  /**
   * Reads a log that is followed again from its beginning, by another pattern; one that has given points is left alone. One that
   * is not followed is from now on.
   */
  readAgain(asked: FollowedLog): void {
    const { path, pattern } = asked;
    const was = this.#logs.get(path);
    if (!was) this.follow(asked);
    if (!was || this.#closed) return;
    const log = { ...was, pattern };
    this.#life.readAgain(was, log, () => this.#logs.set(path, log));
  }

  /**
   * Reads a file that will not grow from where any earlier life of this agent left it to its end; resolves when all of it is
   * in the spool.
   *
   * @throws CurvewatchError when it cannot be read, or the server cannot be asked where it is in the file
   */
  async readOnce(log: FollowedLog): Promise<void> {
    while (!this.#closed) {
      const life = this.#life;
      const failure = await life.readOnce(log).then(
        () => null,
        (error: unknown) => ({ error }),
      );
      await this.#restarting;
      // A new spool knows nothing of what was read into the one before.
      if (life !== this.#life) continue;
      if (failure) throw failure.error;
      return;
    }
  }

  /** Resolves when the server has committed all that has been read, or `signal` gives up. */
  async drained(signal: AbortSignal): Promise<void> {
    await this.#restarting;
    await this.#life.drained(signal);
  }

  /** Reads what is there, hands it over as far as the server takes it in time, and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#restarting;
    await this.#life.close(DRAIN_MS);
  }

  /** The spool has lost what the server has: it is set aside, and a new one goes on where the server is in each log. */
  #startOver(): void {
    this.#restarting = this.#restarting.then(async () => {
      if (this.#closed) return;
      await this.#life.close(0);
      const { folder, now } = this.#options;
      await rename(folder, `${folder}.outrun-${now()}`);
      this.#life = new Life(this.#options, () => this.#startOver());
      await this.#life.open();
      for (const log of this.#logs.values()) this.#life.follow(log);
    });
  }
}

/** A log that is followed: what reads it, once that is known, and its end. */
type Following = { stop: AbortController; follower: Follower | null; work: Promise<void> };

/** One spool with its socket and what feeds it: logs, and the host's GPUs. */
class Life {
  readonly #options: AgentOptions;
  readonly #outrun: () => void;
  readonly #stop = new AbortController();
  /** By path. */
  readonly #following = new Map<string, Following>();
  #spool!: Spool;
  #uplink!: Uplink;
  /** The newest place of every log in the spool, oldest first. */
  #places: Place[] = [];
  #recovering: Promise<void> | null = null;
  #recordingGpus: Promise<void> = Promise.resolve();

  constructor(options: AgentOptions, outrun: () => void) {
    this.#options = options;
    this.#outrun = outrun;
  }

  async open(): Promise<void> {
    const { folder, url, token, version, nvidiaSmi, events, now } = this.#options;
    this.#spool = await Spool.open({ folder, events: { gap: events.gap, segmentDropped: () => {} } });
    this.#places = await readPlaces(this.#spool);
    this.#uplink = new Uplink({
      url,
      token,
      host: hostname(),
      fingerprint: await hostFingerprint(),
      version,
      spool: this.#spool,
      events: { ...events, outrun: this.#outrun },
      now,
    });
    this.#uplink.start();
    if (nvidiaSmi === null) return;
    const recorder = new GpuRecorder({
      command: nvidiaSmi,
      host: hostname(),
      spool: this.#spool,
      wake: () => this.#uplink.wake(),
      now,
      failed: (error) => events.failed(nvidiaSmi, error),
    });
    this.#recordingGpus = recorder.run(this.#stop.signal);
  }

  follow(log: FollowedLog): void {
    const { path } = log;
    const stop = new AbortController();
    const following: Following = { stop, follower: null, work: Promise.resolve() };
    const opened = (follower: Follower): void => {
      following.follower = follower;
    };
    const work = this.#follow(log, AbortSignal.any([this.#stop.signal, stop.signal]), opened);
    following.work = work.catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.events.failed(path, error);
    });
    this.#following.set(path, following);
  }

  /** Follows a log as asked instead of as it was; `accepted` is called when that begins. */
  readAgain(was: FollowedLog, asked: FollowedLog, accepted: () => void): void {
    const before = this.#following.get(was.path);
    const reader = before?.follower;
    if (!reader || reader.hasRead || before.stop.signal.aborted) return;
    before.stop.abort();
    before.work = before.work.then(async () => {
      if (this.#stop.signal.aborted) return;
      this.#places = await readPlaces(this.#spool);
      // What it read while it stopped may have been a record after all.
      if (!reader.hasRead) accepted();
      this.follow(reader.hasRead ? was : asked);
    });
  }

  async readOnce(log: FollowedLog): Promise<void> {
    // It is told to end before it begins: then it reads what is there.
    await this.#follow(log, AbortSignal.abort());
  }

  async drained(signal: AbortSignal): Promise<void> {
    await this.#uplink.drained(signal);
  }

  async close(drainMs: number): Promise<void> {
    this.#stop.abort();
    await this.#recordingGpus;
    // A log that is read again is followed anew when its first reading has stopped.
    await Promise.all(Array.from(this.#following.values(), ({ work }) => work));
    await this.#uplink.drained(AbortSignal.timeout(drainMs));
    this.#uplink.close();
    await this.#spool.close();
  }

  /** A broken spool stands still until every log is read again from what was synced. */
  async #follow(log: FollowedLog, signal: AbortSignal, opened = (_follower: Follower): void => {}): Promise<void> {
    const { events, now } = this.#options;
    while (!this.#stop.signal.aborted) {
      const follower = new Follower(
        {
          log,
          host: hostname(),
          spool: this.#spool,
          wake: () => this.#uplink.wake(),
          events: { read: events.read },
          now,
        },
        await this.#resume(log),
      );
      opened(follower);
      try {
        return await follower.run(signal);
      } catch (error) {
        if (errorCode(error) !== "E_SPOOL_IO") throw error;
        events.failed(log.path, error);
        await setTimeout(SPOOL_RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => {}); // stopping
        this.#recovering ??= this.#recover().finally(() => {
          this.#recovering = null;
        });
        await this.#recovering.catch((cause: unknown) => events.failed(log.path, cause));
      }
    }
  }

  async #recover(): Promise<void> {
    await this.#spool.recover();
    this.#places = await readPlaces(this.#spool);
  }

  /**
   * The spool knows where reading was, or the server does, or the log is new to both. What was read for another run is of no
   * use: a log that belongs to a group now is read for that from its beginning, and so is one that is read by another pattern.
   */
  async #resume({ path, group, pattern }: FollowedLog): Promise<Place | null> {
    const ours = (place: Place): Place | null => {
      if (place.group !== group) return null;
      return !pattern || place.pattern === pattern ? place : anew(place, pattern);
    };
    const identity = await identify(path);
    const newestFirst = this.#places.flatMap((place) => ours(place) ?? []).reverse();
    for (const place of newestFirst)
      if (place.identity !== null && (await continuesAt(path, place.identity, place.offset))) return place;
    const samePath = newestFirst.find(
      (place) => place.path === path && (place.identity === null) === (identity === null),
    );
    if (samePath) return samePath;
    const waiting = newestFirst.find((place) => place.path === path && place.identity === null);
    if (waiting || identity === null) return waiting ?? null;
    const [answer] = await this.#uplink.cursors([{ path, identity }], this.#stop.signal);
    const place = answer && toPlace(answer.file, answer.end, answer.state);
    return place ? ours(place) : null;
  }
}

async function readPlaces(spool: Spool): Promise<Place[]> {
  const last = await spool.lastRecords((body) => {
    const record = decodeRecord(body);
    return record.kind === "chunk" ? record.file : null;
  });
  return [...last.values()].flatMap((body) => placeOf(body) ?? []);
}

/** What tells this host from a copy of its disk, so that a cloned spool is noticed. */
async function hostFingerprint(): Promise<string> {
  const id = await readFile("/etc/machine-id", "utf8").catch(() => "");
  return createHash("sha256")
    .update(`${id.trim()} ${hostname()} ${platform()} ${machine()}`)
    .digest("hex")
    .slice(0, 32);
}
