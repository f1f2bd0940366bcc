import { appendFileSync } from "node:fs";
import { Poster } from "#lib/alerts/index.ts";
import type { Alert } from "#lib/protocol/index.ts";
import { type AlertWrite, openSqliteIngest, openSqliteReader } from "#lib/store/index.ts";
import { ChannelBook } from "../channels.ts";
import { linksOf } from "../links.ts";
import { Sender, type SenderOptions } from "../sender.ts";

/**
 * A process that commits alerts one after the other, each once, and sends them, until it is killed at one of the steps between
 * a finding and a notice that is told and marked. `node outbox-writer.ts FOLDER URL STEP COUNT TOTAL`: dies when it comes to the
 * step for the COUNT-th time; ends by itself when TOTAL alerts are told and marked.
 */
export const STEPS = ["before-commit", "after-commit", "after-answer", "after-mark"] as const;
export type Step = (typeof STEPS)[number];

const MINUTE_MS = 60_000;

if (process.argv[2] !== undefined) await main(process.argv.slice(2) as [string, string, Step, string, string]);

async function main([folder, url, step, count, total]: [string, string, Step, string, string]): Promise<void> {
  let left = Number(count);
  const reach = (here: Step, alert: string): void => {
    if (here !== step || --left > 0) return;
    appendFileSync(`${folder}/killed`, `${here} ${alert}\n`);
    process.kill(process.pid, "SIGKILL");
  };
  const ingest = await openSqliteIngest({ folder });
  const reader = await openSqliteReader({ folder });
  await ingest.releaseOutbox(0);
  const known = (await reader.deliveries({ channel: null, state: null, limit: 10_000, before: null })).length;
  // A channel takes so many in a minute; here every alert is a minute after the one before it.
  let minutes = known;
  const now = (): number => minutes * MINUTE_MS;
  let current = "";
  const settled: (() => void)[] = [];
  const poster = new Poster({ allowPrivate: true });
  const post = poster.post.bind(poster);
  poster.post = async (...request) => {
    const answer = await post(...request);
    reach("after-answer", current);
    return answer;
  };
  const writer = {
    leaseOutbox: ingest.leaseOutbox.bind(ingest),
    nextDue: ingest.nextDue.bind(ingest),
    async settleOutbox(...request: Parameters<typeof ingest.settleOutbox>) {
      await ingest.settleOutbox(...request);
      reach("after-mark", current);
      for (const tell of settled.splice(0)) tell();
    },
  } as unknown as SenderOptions["writer"];
  const sender = new Sender({
    writer,
    channels: await ChannelBook.open(folder, "s".repeat(43), { webhook: url }, "en"),
    poster,
    links: (notice) => linksOf("http://127.0.0.1", notice),
    settled: () => {},
    failed: (error) => {
      throw error;
    },
    now,
    random: () => 0.5,
  });
  const send = async (): Promise<void> => {
    const done = new Promise<void>((resolve) => settled.push(resolve));
    sender.wake();
    await done;
  };
  if ((await ingest.nextDue()) !== null) {
    minutes += 1;
    current = `a-${known - 1}`;
    await send();
  }
  for (let i = known; i < Number(total); i++) {
    minutes += 1;
    current = `a-${i}`;
    reach("before-commit", current);
    await ingest.saveAlerts([writeOf(current)], ["webhook-flag"], now());
    reach("after-commit", current);
    await send();
  }
  await sender.close();
  process.exit(0);
}

/** A critical alert of this id, with its notice. */
export function writeOf(id: string, runName = "r"): AlertWrite {
  const run = { id: "r", name: runName, project: null, host: "h", step: 1, maxSteps: null, loss: null };
  const about = { subject: "nan", severity: "critical", step: 1, confidence: null } as const;
  const words = { text: { en: "a", "zh-CN": "b" }, advice: { en: "", "zh-CN": "" } };
  const alert: Alert = {
    ...{ id, run: "r", incident: "", ...about, ...words, state: "firing" },
    ...{ since: 0, firedAt: 0, resolvedAt: null, notices: 1, untold: null },
  };
  const notice = {
    ...{ alert: id, number: 0, kind: "firing", incident: "", ...about, ...words, at: 0 },
    ...{ run: { ...run, learningRate: null, msLeft: null }, curve: [], more: 0 },
  };
  return {
    ...{ alert, isNew: true, passed: false, incident: null, stages: [] },
    notice: { number: 0, kind: "firing" as const, body: JSON.stringify(notice), urgent: true },
  };
}
