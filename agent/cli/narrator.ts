import { dirname } from "node:path";
import type { Language } from "#lib/protocol/index.ts";
import type { FollowedLog, FollowReport } from "../follower.ts";
import type { Context } from "./context.ts";
import { nothingRecognised } from "./unrecognised.ts";

/**
 * What `watch` says in the terminal: the address first, then what was found in each log, and each change of verdict or
 * state. It reads the same API as anybody.
 */
type Told = { id: string; startedAt: number; state: string; verdict: { name: string; reason: string } };

/** What is to become one run: a log, or a folder's. */
type Target = { name: string; paths: string[] };

const POLL_MS = 1000;
/** The address of the run's page is worth this wait; after it the list's will do. */
const ADDRESS_WAIT_MS = 15_000;

export class Narrator {
  readonly #context: Context;
  readonly #targets: readonly Target[];
  readonly #open: ((url: string) => void) | null;
  readonly #lang: Language;
  readonly #said = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;
  #startedAt = 0;
  #addressSaid = false;

  constructor(context: Context, logs: readonly FollowedLog[], open: ((url: string) => void) | null, lang: Language) {
    this.#context = context;
    this.#targets = targetsOf(logs);
    this.#open = open;
    this.#lang = lang;
  }

  start(url: string): void {
    this.#startedAt = Date.now();
    const tick = async (): Promise<void> => {
      // The server may be away for a moment, and the next look finds it; a person waits no longer for the address.
      await this.#look(url).catch(() => {
        if (!this.#addressSaid) this.#sayAddress(url, [null]);
      });
      if (this.#timer !== null) this.#timer = setTimeout(tick, POLL_MS);
    };
    this.#timer = setTimeout(tick, 0);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The agent's word on one log: said when it changes. */
  read({ path, found, eof, facts, lines }: FollowReport): void {
    if (!found) this.#say(path, "file", `${path} does not exist yet; waiting for it`);
    else if (facts.linesParsed > 0)
      this.#say(path, "file", `${path} is read as ${facts.format}: ${facts.formatReason}`);
    else if (eof && facts.linesRead > 0)
      this.#say(path, "file", [`${path}:`, ...nothingRecognised(facts.linesRead, lines)].join("\n"), "nothing");
  }

  async #look(url: string): Promise<void> {
    const runs = await Promise.all(this.#targets.map(({ paths }) => this.#find(url, paths)));
    if (!this.#addressSaid) this.#sayAddress(url, runs);
    for (const [i, run] of runs.entries()) {
      const target = (this.#targets[i] as Target).name;
      if (!run) continue;
      const { name, reason } = run.verdict;
      if (name !== "reading") this.#say(target, "verdict", `${target}: ${name}. ${reason}`, name);
      if (run.state !== "running" && run.state !== "waiting")
        this.#say(target, "state", `${target}: ${run.state}${run.state === "quiet" ? ", no end seen" : ""}`, run.state);
    }
  }

  #sayAddress(url: string, runs: readonly (Told | null)[]): void {
    const single = runs.length === 1 ? runs[0] : null;
    if (runs.length === 1 && !single && Date.now() - this.#startedAt < ADDRESS_WAIT_MS) return;
    const address = single ? `${url}/runs/${single.id}` : url;
    this.#addressSaid = true;
    this.#context.out(`Curvewatch is at ${address}`);
    this.#open?.(address);
  }

  /** A run is shown with the path of one of its logs; an older run may have been of that log alone. */
  async #find(url: string, paths: readonly string[]): Promise<Told | null> {
    const found: Told[] = [];
    for (const path of paths) {
      const query = new URLSearchParams({ path, limit: "200", lang: this.#lang });
      const response = await fetch(`${url}/api/v1/runs?${query}`, { signal: AbortSignal.timeout(5000) });
      const { runs } = (await response.json()) as { runs: Told[] };
      found.push(...runs.slice(0, 1));
    }
    return found.sort((a, b) => b.startedAt - a.startedAt)[0] ?? null;
  }

  /** Says a line about a log or a folder of them once for each `key` of its topic. */
  #say(target: string, topic: string, line: string, key = line): void {
    const slot = `${topic} ${target}`;
    if (this.#said.get(slot) === key) return;
    this.#said.set(slot, key);
    this.#context.err(line);
  }
}

function targetsOf(logs: readonly FollowedLog[]): Target[] {
  const together = Map.groupBy(logs, ({ path, group }) => group ?? path);
  return [...together.values()].map((members) => {
    const [{ path, group }] = members as [FollowedLog];
    return { name: group === null ? path : dirname(path), paths: members.map((log) => log.path) };
  });
}
