import { fileURLToPath } from "node:url";
import { type Notice, Poster } from "#lib/alerts/index.ts";
import type { Alert } from "#lib/protocol/index.ts";
import { type AlertWrite, openSqliteIngest } from "#lib/store/index.ts";
import { ChannelBook } from "../channels.ts";
import { linksOf } from "../links.ts";
import { Sender } from "../sender.ts";

/**
 * A process that writes alerts and sends them, two at a time, until it dies at a place of the outbox; `none` sends what is
 * left and ends. It takes up what the process before left, as the server does. Its clock runs to whatever is due next.
 *
 * Arguments: data folder, address of the receiver, place, at which pass of it to die.
 */
export const CRASH_PLACES = ["before-commit", "after-commit", "after-answer", "after-mark"] as const;
export type CrashPlace = (typeof CRASH_PLACES)[number];

const CHANNEL = "webhook-flag";
const AT_ONCE = 2;
const [script, folder, address, place, passes] = process.argv.slice(1);

/** Dies, uncatchably, at the pass of that place that was asked for. */
let passesLeft = Number(passes);
function pass(here: CrashPlace): void {
  if (here === place && --passesLeft === 0) process.kill(process.pid, "SIGKILL");
}

async function live(data: string, webhook: string): Promise<void> {
  const store = await openSqliteIngest({ folder: data });
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  await store.releaseOutbox(now());
  const poster = new Poster({ allowPrivate: true });
  let [underWay, wakes] = [0, () => {}];
  const sender = new Sender({
    writer: {
      async leaseOutbox(...args) {
        const rows = await store.leaseOutbox(...args);
        underWay += rows.length;
        return rows;
      },
      async settleOutbox(rows, settled, at) {
        if (settled.state === "sent") pass("after-answer");
        await store.settleOutbox(rows, settled, at);
        if (settled.state === "sent") pass("after-mark");
        underWay -= rows.length;
      },
      nextDue: (...args) => store.nextDue(...args),
      undelivered: async () => {},
    },
    channels: await ChannelBook.open(data, "s".repeat(43), { webhook }, "en"),
    ...{ poster, now, links: (notice: Notice) => linksOf("http://127.0.0.1", notice), random: () => 0.5 },
    settled: () => wakes(),
    failed(error) {
      throw error;
    },
  });
  const drained = async (): Promise<void> => {
    for (;;) {
      const due = await store.nextDue();
      if (due === null) return;
      if (underWay === 0) ahead += Math.max(0, due - now());
      const settled = new Promise<void>((resolve) => {
        wakes = resolve;
      });
      sender.wake();
      await settled;
    }
  };
  await drained();
  while (place !== "none") {
    const first = await store.alertsSince("r", "nan", 0);
    const writes = Array.from({ length: AT_ONCE }, (_, i) => alertWrite(first + i, now()));
    await store.saveAlerts(writes, new Channels(), now());
    pass("after-commit");
    await drained();
  }
  await sender.close();
  await poster.close();
  await store.close();
}

/** The channels told, read inside the transaction that writes to each: where it can still come to nothing. */
class Channels extends Array<string> {
  constructor() {
    super();
    this.push(CHANNEL);
  }

  override *[Symbol.iterator](): ArrayIterator<string> {
    yield CHANNEL;
    pass("before-commit");
  }
}

function alertWrite(n: number, at: number): AlertWrite {
  const words = { text: { en: `alert ${n}`, "zh-CN": "" }, advice: { en: "", "zh-CN": "" } };
  const about = { subject: "nan", severity: "critical" as const, step: n, confidence: null, ...words };
  const alert: Alert = {
    ...{ ...about, id: `a${n}`, run: "r", incident: "", state: "firing", since: at, firedAt: at, resolvedAt: null },
    ...{ notices: 1, untold: null },
  };
  const run = { id: "r", name: "r", project: null, host: "h", step: n, maxSteps: null, loss: null };
  const notice: Notice = {
    ...{ ...about, alert: alert.id, number: 0, kind: "firing", incident: "", at, curve: [], more: 0 },
    run: { ...run, learningRate: null, msLeft: null },
  };
  return {
    ...{ alert, isNew: true, passed: false, incident: null, stages: [] },
    notice: { number: 0, kind: "firing", body: JSON.stringify(notice), urgent: true },
  };
}

if (folder && address && script === fileURLToPath(import.meta.url)) await live(folder, address);
