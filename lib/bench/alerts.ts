import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { atMost, type Figure } from "./figure.ts";
import { lossAt, openServed, type Point } from "./served.ts";

/**
 * How soon a person hears of a loss that became NaN: from before the point is pushed over HTTP until a receiver has the whole
 * message, through commit, diagnosis, outbox and sender, in a server as a person starts it.
 */
const SERVERS = 6;
/** As many as a channel takes without a pause; more of one server would measure its pace. */
const EVENTS = 10;
const HEALTHY_POINTS = 100;
const GIVE_UP_MS = 30_000;

export async function benchAlerts(): Promise<Figure[]> {
  const receiver = await openReceiver();
  try {
    const delays: number[] = [];
    for (let i = 0; i < SERVERS; i++) delays.push(...(await delaysOf(receiver)));
    const sorted = delays.toSorted((a, b) => a - b);
    const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1]!;
    return [
      atMost("NaN pushed to told: p50", "ms", delays, 1000),
      atMost(`NaN pushed to told: p95 of ${delays.length}`, "ms", [p95], 1000),
    ];
  } finally {
    receiver.close();
  }
}

async function delaysOf(receiver: Receiver): Promise<number[]> {
  const served = await openServed(["--webhook", receiver.url, "--allow-private-webhooks"]);
  try {
    const delays: number[] = [];
    for (let i = 0; i < EVENTS; i++) {
      const run = await served.newRun(`run ${i}`, 1000);
      const healthy = Array.from(
        { length: HEALTHY_POINTS },
        (_, k): Point => ({ step: k, values: { loss: lossAt(k) } }),
      );
      await served.push(run, healthy);
      const told = receiver.heard(run);
      const began = performance.now();
      await served.push(run, [{ step: HEALTHY_POINTS, values: { loss: "NaN" } }]);
      delays.push((await told) - began);
    }
    return delays;
  } finally {
    await served.close();
  }
}

type Receiver = {
  url: string;
  /** When the next message about that run was here, on the clock of `performance.now()`. */
  heard(run: string): Promise<number>;
  close(): void;
};

async function openReceiver(): Promise<Receiver> {
  let hear = (_body: string, _at: number): void => {};
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      hear(body, performance.now());
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    heard: (run) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no word of ${run} within ${GIVE_UP_MS} ms`)), GIVE_UP_MS);
        hear = (body, at) => {
          if (!body.includes(run)) return;
          clearTimeout(late);
          resolve(at);
        };
      }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
