import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { atMost, type Figure } from "./figure.ts";
import { lossAt, openServed } from "./served.ts";

/** How long it takes from a NaN that is pushed to a running server until its alert is at a receiver on this machine. */
const EVENTS = 60;
const STEPS = 200;
const WAIT_MS = 20_000;

export async function benchAlerts(): Promise<Figure[]> {
  const arrived = new Map<string, (at: number) => void>();
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
      const { rule, run } = JSON.parse(body) as { rule: string; run: { id: string } };
      if (rule === "nan") arrived.get(run.id)?.(performance.now());
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const served = await openServed("--webhook", address, "--allow-private-webhooks");
  const took: number[] = [];
  try {
    for (let i = 0; i < EVENTS; i++) {
      const run = await served.newRun(`run ${i}`, 2000);
      const healthy = Array.from({ length: STEPS }, (_, k) => ({ step: k + 1, values: { loss: lossAt(k + 1) } }));
      await served.push(run, healthy);
      const told = new Promise<number>((resolve, reject) => {
        arrived.set(run, resolve);
        setTimeout(reject, WAIT_MS, new Error(`run ${i}: nothing came in ${WAIT_MS} ms`)).unref();
      });
      const before = performance.now();
      await served.push(run, [{ step: STEPS + 1, values: { loss: "NaN" } }]);
      took.push((await told) - before);
    }
  } finally {
    await served.close();
    receiver.close();
  }
  const sorted = took.toSorted((a, b) => a - b);
  return [
    atMost("NaN pushed → delivered, median", "ms", sorted, 500),
    atMost("… 95th percentile", "ms", [sorted[Math.floor(0.95 * sorted.length)]!], 1000),
  ];
}
