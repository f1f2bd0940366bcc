import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type Browser, type CDPSession, chromium, type Page } from "@playwright/test";
import { atLeast, atMost, type Figure } from "./figure.ts";
import { lossAt, openServed, type Point, type Served } from "./served.ts";

/**
 * What the pages cost the browser that shows them, in a real Chromium over a real server (DESIGN.md §9). Main thread is the
 * time of its tasks as the browser counts it; sizes are gzip's, whatever the server sends.
 */
export async function benchPage(): Promise<Figure[]> {
  const served = await openServed();
  const browser = await openBrowser();
  try {
    const wide = await newWideRun(served);
    const long = await newLongRun(served);
    await fillList(served);
    return [
      ...(await firstLoad(browser, `${served.url}/runs/${wide}`)),
      ...(await ticks(browser, served, wide)),
      ...(await interactions(browser, served, wide)),
      ...(await idleList(browser, served.url)),
      ...(await longRun(browser, served, long)),
      ...(await timeLapse(browser, served)),
    ];
  } finally {
    await browser.close();
    await served.close();
  }
}

const SYSTEM_BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

async function openBrowser(): Promise<Browser> {
  const executablePath = [chromium.executablePath(), ...SYSTEM_BROWSERS].find(existsSync);
  if (!executablePath) throw new Error("this bench needs a browser: run `npx playwright install chromium`");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--js-flags=--expose-gc"] });
}

const [CHARTS, LINES] = [24, 5];
const STATISTICS = ["mean", "min", "max", "std", "median"];

/** One point of 24 × 5 metrics, and of the strip's. */
function widePoint(step: number): Point {
  const values: Record<string, number> = { loss: lossAt(step), lr: 3e-4, grad_norm: 0.5 + 0.1 * Math.sin(step) };
  for (let chart = 0; chart < CHARTS; chart++)
    for (const [i, name] of STATISTICS.entries())
      values[`q${String(chart).padStart(2, "0")}_${name}`] = i + Math.sin(step / 20 + chart);
  return { step, values };
}

const points = (from: number, count: number, of: (step: number) => Point): Point[] =>
  Array.from({ length: count }, (_, i) => of(from + i));
const lossPoint = (step: number): Point => ({ step, values: { loss: lossAt(step), lr: 3e-4 } });

let wideStep = 2000;
async function newWideRun(served: Served): Promise<string> {
  const run = await served.newRun("wide", 20_000);
  for (let from = 1; from <= wideStep; from += 250) await served.push(run, points(from, 250, widePoint));
  return run;
}

const LONG = 1_000_000;
const SPIKES = Array.from({ length: 20 }, (_, i) => 25_013 + i * 48_611);
const SPIKE = 40;

async function newLongRun(served: Served): Promise<string> {
  const run = await served.newRun("long", LONG);
  const spikes = new Set(SPIKES);
  const point = (step: number): Point => ({ step, values: { loss: spikes.has(step) ? SPIKE : lossAt(step) } });
  for (let from = 1; from <= LONG; from += 20_000) await served.push(run, points(from, 20_000, point));
  return run;
}

const LISTED = 50;
async function fillList(served: Served): Promise<void> {
  for (let i = 2; i < LISTED; i++) {
    const run = await served.newRun(`run ${i}`, 2000);
    await served.push(run, points(1, 2000, lossPoint));
  }
}

async function opened(browser: Browser, url: string, height = 1000): Promise<{ page: Page; cdp: CDPSession }> {
  const page = await browser.newPage({ viewport: { width: 1600, height } });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  await page.goto(url, { waitUntil: "load" });
  await page.waitForSelector("canvas, table");
  return { page, cdp };
}

/** Seconds of main-thread tasks since the page began. */
async function taskSeconds(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")!.value;
}

/** What the page's own HTML asks for, which is what it needs before it can be used; and with what it asks for on its own afterwards. */
async function firstLoad(browser: Browser, url: string): Promise<Figure[]> {
  const page = await browser.newPage();
  const scripts: Promise<[url: string, bytes: number]>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === "script")
      scripts.push(response.body().then((body) => [response.url(), gzipSync(body).length]));
  });
  const html = await (await page.goto(url, { waitUntil: "networkidle" }))!.text();
  const sizes = await Promise.all(scripts);
  await page.close();
  const sum = (some: typeof sizes): number => some.reduce((total, [, size]) => total + size, 0) / 1000;
  const first = sizes.filter(([from]) => html.includes(`src="${new URL(from).pathname}"`));
  return [
    atMost("first load JS", "kB gzip", [sum(first)], 350),
    atMost("JS once quiet, charts and all", "kB gzip", [sum(sizes)], 560),
  ];
}

const RUNS = 5;
const TICKS = 30;
const TICK_MS = 100;

async function ticks(browser: Browser, served: Served, run: string): Promise<Figure[]> {
  const chosen = Array.from({ length: CHARTS }, (_, i) => `q${String(i).padStart(2, "0")}_mean`).join(",");
  // High enough for all charts to be on the screen: those that are not, are not drawn.
  const { page, cdp } = await opened(browser, `${served.url}/runs/${run}?m=${chosen}`, 4000);
  await page.waitForFunction((count) => document.querySelectorAll("li figure canvas").length === count, CHARTS);
  await setTimeout(2000);
  const medians: number[] = [];
  const means: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const each: number[] = [];
    for (let k = 0; k < TICKS; k++) {
      const before = await taskSeconds(cdp);
      const due = setTimeout(TICK_MS);
      await served.push(run, [widePoint(++wideStep)]);
      await due;
      each.push(((await taskSeconds(cdp)) - before) * 1000);
    }
    medians.push(each.toSorted((a, b) => a - b)[TICKS >> 1]!);
    means.push(each.reduce((sum, value) => sum + value, 0) / TICKS);
  }
  await page.close();
  const name = `live tick, ${CHARTS} × ${LINES}, 10 a second`;
  // The median is that of a tick, the mean has its share of what is told once a second.
  return [atMost(name, "ms main thread", medians, 4), atMost(`${name}: mean`, "ms main thread", means, 30)];
}

/** What a person does while lines come; the browser itself times each act until its next frame is there. */
async function interactions(browser: Browser, served: Served, run: string): Promise<Figure[]> {
  const { page } = await opened(browser, `${served.url}/runs/${run}`);
  await page.evaluate(() => {
    const slow: Record<number, number> = {};
    (globalThis as unknown as { slow: typeof slow }).slow = slow;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { interactionId?: number })[])
        if (entry.interactionId) slow[entry.interactionId] = Math.max(slow[entry.interactionId] ?? 0, entry.duration);
    }).observe({ type: "event", durationThreshold: 16, buffered: true } as PerformanceObserverInit);
  });
  const feeding = new AbortController();
  const feed = (async () => {
    while (!feeding.signal.aborted) {
      const due = setTimeout(50);
      await served.push(run, [widePoint(++wideStep)]);
      await due;
    }
  })();
  const canvas = page.getByRole("slider", { name: "Crosshair" });
  const box = (await canvas.boundingBox())!;
  let acts = 0;
  for (let round = 0; round < 6; round++) {
    for (const key of ["l", "x", "f", "w", "n", "e", "w"]) {
      await page.keyboard.press(key);
      acts++;
    }
    await page.mouse.click(box.x + 300 + round * 40, box.y + 120);
    await canvas.press("ArrowLeft");
    acts += 2;
  }
  await setTimeout(500);
  feeding.abort();
  await feed;
  const slow = await page.evaluate(() => Object.values((globalThis as unknown as { slow: object }).slow) as number[]);
  await page.close();
  // What took less than a frame is not reported by the browser.
  const all = [...slow, ...Array.from({ length: Math.max(0, acts - slow.length) }, () => 16)].sort((a, b) => a - b);
  return [atMost("interaction, 95th percentile", "ms", [all[Math.floor(0.95 * all.length)]!], 100)];
}

const IDLE_SECONDS = 20;
const [SETTLE_MS, SETTLE_TRIES] = [30_000, 10];

async function idleList(browser: Browser, url: string): Promise<Figure[]> {
  const { page, cdp } = await opened(browser, url);
  await cdp.send("Network.enable");
  let bytes = 0;
  cdp.on("Network.dataReceived", ({ encodedDataLength, dataLength }) => {
    bytes += encodedDataLength || dataLength;
  });
  cdp.on("Network.webSocketFrameReceived", ({ response }) => {
    bytes += response.payloadData.length;
  });
  // Runs fed a moment ago fall silent one after the other: that is news, and over before it is idle.
  for (let i = 0, known = -1; i < SETTLE_TRIES && bytes !== known; i++) {
    known = bytes;
    await setTimeout(SETTLE_MS);
  }
  bytes = 0;
  const before = await taskSeconds(cdp);
  await setTimeout(IDLE_SECONDS * 1000);
  const busy = (await taskSeconds(cdp)) - before;
  const rows = await page.getByRole("row").count();
  if (rows < LISTED) throw new Error(`the list shows ${rows} rows, not ${LISTED} runs`);
  await page.close();
  return [
    atMost(`${LISTED} runs, ${IDLE_SECONDS} s idle: received`, "kB", [bytes / 1000], 20),
    atMost(`${LISTED} runs, ${IDLE_SECONDS} s idle: main thread`, "ms", [busy * 1000], 40),
  ];
}

async function longRun(browser: Browser, served: Served, run: string): Promise<Figure[]> {
  const quiet: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    await page.addInitScript(() => {
      const own = globalThis as unknown as { busyUntil: number };
      own.busyUntil = 0;
      new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries())
          own.busyUntil = Math.max(own.busyUntil, startTime + duration);
      }).observe({ type: "longtask", buffered: true });
    });
    await page.goto(`${served.url}/runs/${run}`, { waitUntil: "networkidle" });
    quiet.push(
      await page.evaluate(() => {
        const answers = performance
          .getEntriesByType("resource")
          .map((entry) => (entry as PerformanceResourceTiming).responseEnd);
        const [load] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
        const { busyUntil } = globalThis as unknown as { busyUntil: number };
        return Math.max(0, busyUntil - load!.loadEventEnd, Math.max(0, ...answers) - load!.loadEventEnd);
      }),
    );
    await page.close();
  }
  return [
    atMost("1 M points: quiet after load", "ms", quiet, 1000),
    atLeast("spikes shown at the worst zoom", "of 20", [await fewestSpikes(served.url, run)], SPIKES.length),
  ];
}

/** Of the planted one-point spikes, as a share of those in each stretch, how many the page's own question shows; of 20. */
async function fewestSpikes(url: string, run: string): Promise<number> {
  let least = 1;
  for (const parts of [1, 2, 5, 20, 100]) {
    for (let part = 0; part < parts; part++) {
      const [from, to] = [Math.floor((LONG * part) / parts), Math.floor((LONG * (part + 1)) / parts)];
      const planted = SPIKES.filter((step) => step >= from && step <= to);
      if (planted.length === 0) continue;
      const query = `metrics=train/loss&x=step&buckets=800&from=${from}&to=${to}`;
      const { series } = (await (await fetch(`${url}/api/v1/runs/${run}/series?${query}`)).json()) as {
        series: { x: number[]; xLast: number[]; max: number[] }[];
      };
      const { x, xLast, max } = series[0]!;
      const shown = planted.filter((step) => x.some((at, i) => at <= step && step <= xLast[i]! && max[i] === SPIKE));
      least = Math.min(least, shown.length / planted.length);
    }
  }
  return least * SPIKES.length;
}

/** Three hours of a line a second, as fast as the page takes them in. */
const LAPSE = { lines: 10_800, atOnce: 27 };

async function timeLapse(browser: Browser, served: Served): Promise<Figure[]> {
  const run = await served.newRun("time lapse", LAPSE.lines);
  await served.push(run, points(1, 300, lossPoint));
  const { page, cdp } = await opened(browser, `${served.url}/runs/${run}`);
  const heap = async (): Promise<number> => {
    await cdp.send("HeapProfiler.collectGarbage");
    const { metrics } = await cdp.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "JSHeapUsedSize")!.value / 1e6;
  };
  let early = 0;
  for (let step = 301; step < LAPSE.lines; step += LAPSE.atOnce) {
    await served.push(run, points(step, LAPSE.atOnce, lossPoint));
    await setTimeout(40);
    if (early === 0 && step > LAPSE.lines / 3) early = await heap();
  }
  const grown = (await heap()) - early;
  await page.close();
  return [atMost("3 h time-lapse: heap growth", "MB", [grown], Math.max(2, 0.1 * early))];
}
