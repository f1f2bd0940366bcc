import { timingSafeEqual } from "node:crypto";
import { createServer, Server as HttpServer, type IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";
import nextModule from "next";
import { channelFor, type Links, type Notice, Poster } from "#lib/alerts/index.ts";
import { AGENT_PATH, LIVE_PATH } from "#lib/protocol/index.ts";
import type { ToldAlert } from "#lib/report/index.ts";
import { Agents } from "./agents.ts";
import { channelViews } from "./channel-acts.ts";
import { ChannelBook } from "./channels.ts";
import type { Config } from "./config.ts";
import { DiskWatch } from "./disk-watch.ts";
import { Gate } from "./gate.ts";
import { closeHttp, listen, requestListener } from "./http.ts";
import { Hub } from "./hub.ts";
import { alertsView, incidentView } from "./incident-views.ts";
import { announceInstance, claimFolder, readSecret } from "./instance.ts";
import { linksOf } from "./links.ts";
import { isPushed } from "./push/pushes.ts";
import { apiRoutes } from "./routes/api.ts";
import { Registry } from "./routes/registry.ts";
import { Reports } from "./routes/report.ts";
import type { WatchedLog } from "./routes/watch.ts";
import { ruleViews } from "./rule-views.ts";
import { setRuntime } from "./runtime.ts";
import { Sender } from "./sender.ts";
import { StateWatch } from "./state-watch.ts";
import { tickRuns } from "./ticks.ts";
import { Views } from "./views.ts";
import type { Reader } from "./workers/reader.ts";
import { type Remote, startWorker } from "./workers/rpc.ts";
import type { Writer, WriterEvent } from "./workers/writer.ts";

/**
 * The composition root: one HTTP server with Next's pages, the API and two socket.io servers on it; the store in worker
 * threads behind. What is opened here is closed here, last first.
 */
export type RunningServer = { port: number; url: string; close(): Promise<void> };

export type ServerEvents = {
  /** Something that ends the process: a lost worker, a broken store. */
  fatal(error: Error): void;
  /** Something that one request or socket tripped over. */
  failed(error: unknown): void;
  /** Another `watch` of this person asks that these logs be followed too; null when nobody here follows any. */
  watchRequested: ((logs: WatchedLog[]) => void) | null;
};

/** Next's types describe an ES module; Node loads the CommonJS one, whose export is the function itself. */
const createNext = nextModule as unknown as typeof nextModule.default;

/** The agent that may speak with the data folder's own secret. */
const LOCAL_AGENT = "local";

/** How often it is looked whether something that was kept quiet may be told by now. */
const ATTEND_EVERY_MS = 5000;
/** Runs among which one that goes on is looked for. */
const RUNS_ASKED = 20;

const root = fileURLToPath(new URL("../../", import.meta.url));

/** @throws CurvewatchError with a sentence for the person who started it: port taken, folder in use, disk unsuitable */
export async function openServer(config: Config, version: string, events: ServerEvents): Promise<RunningServer> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const claim = await claimFolder(config.data);
    closers.push(() => claim.release());
    const secret = await readSecret(config.data);
    const { slack, webhook } = config;
    const channels = await ChannelBook.open(config.data, secret, { slack, webhook }, config.lang ?? "en");
    const { allowPrivateWebhooks: allowPrivate, allowHosts } = config;
    const poster = new Poster({ allowPrivate, allowHosts });
    closers.push(() => poster.close());
    for (const { kind, settings, fixed } of channels.all) if (fixed) channelFor(kind).check(settings, poster);
    const channelIds = (): string[] => channels.all.filter(({ enabled }) => enabled).map(({ id }) => id);

    // The writer may speak before there is anyone to hear it, of runs that nobody can look at yet.
    let onWriterEvent = (_event: WriterEvent): void => {};
    const writer = startWorker<Writer, WriterEvent>({
      url: new URL("./workers/writer.ts", import.meta.url),
      data: { folder: config.data, channels: channelIds() },
      onEvent: (event) => onWriterEvent(event),
      onDeath: events.fatal,
    });
    closers.push(() => writer.terminate());
    await writer.call.ready();
    closers.push(() => writer.call.close());
    const reader = startWorker<Reader>({
      url: new URL("./workers/reader.ts", import.meta.url),
      data: { folder: config.data },
      onDeath: events.fatal,
    });
    closers.push(() => reader.terminate());
    await reader.call.ready();

    // Next would attach an upgrade listener of its own; it gets a server that never listens.
    const pages = createNext({ dev: false, dir: root, httpServer: new HttpServer() });
    await pages.prepare();
    closers.push(() => pages.close());

    const http = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 });
    const port = await listen(http, config);
    closers.push(() => closeHttp(http));

    const url = `http://${config.host === "::1" ? "[::1]" : config.host}:${port}`;
    const links = (notice: Notice): Links => linksOf(config.publicUrl ?? url, notice);
    const gate = new Gate(port);
    const views = new Views(
      reader.call,
      (agent) => (isPushed(agent) ? null : agents.goneSince(agent)),
      Date.now,
      (agent) => agent === LOCAL_AGENT && events.watchRequested !== null,
    );
    const isOwner = (request: IncomingMessage): boolean =>
      sameSecret(request.headers.authorization?.replace(/^Bearer /, "") ?? "", secret);
    const reports = new Reports({
      views,
      reader: reader.call,
      told: (run) => toldOf(reader.call, channels, run),
      version,
      lang: config.lang ?? null,
      now: Date.now,
    });
    const registry = new Registry(
      apiRoutes({
        version,
        agents: () => agents.connected,
        views,
        reader: reader.call,
        writer: writer.call,
        reports,
        channels,
        poster,
        channelsChanged: () => writer.call.tell(channelIds()),
        links,
        touched: (run) => hub.touched(run),
        wake: () => sender.wake(),
        watchRequested: events.watchRequested ?? (() => {}),
        now: Date.now,
      }),
      { isOwner, failed: events.failed },
    );
    http.on(
      "request",
      requestListener({ gate, registry, ownPage: reports.answerPage.bind(reports), page: pages.getRequestHandler() }),
    );
    http.on("upgrade", (request, socket) => {
      const known = [AGENT_PATH, LIVE_PATH].some((path) => request.url?.startsWith(`${path}?`));
      if (!known || gate.check(request) !== null) socket.destroy();
    });
    const agents = new Agents({
      http,
      gate,
      writer: writer.call,
      agentOf: (token) => (sameSecret(token, secret) ? LOCAL_AGENT : null),
      events: { connected: () => hub.agentsChanged(), gone: () => hub.agentsChanged(), failed: events.failed },
      now: Date.now,
    });
    closers.push(() => agents.close());
    const hub = new Hub({
      http,
      gate,
      views,
      events: { lookedAt: (runs) => void writer.call.look(runs).catch(events.failed), failed: events.failed },
    });
    closers.push(() => hub.close());
    const sender = new Sender({
      writer: writer.call,
      channels,
      poster,
      links,
      settled: (run) => hub.touched(run),
      failed: events.failed,
      now: Date.now,
      random: Math.random,
    });
    closers.push(() => sender.close());
    const states = new StateWatch({
      states: async (runs) => {
        const summaries = await Promise.all(runs.map((run) => views.summary(run)));
        return summaries.filter((summary) => summary !== null);
      },
      changed: (run, from, to) => {
        hub.touched(run);
        writer.call.changeState(run, from, to).then(() => sender.wake(), events.failed);
      },
      tick: (runs) =>
        tickRuns(runs, {
          run: (id) => reader.call.run(id),
          gpus: (id, range) => reader.call.gpus(id, range),
          clockOf: (agent) => (isPushed(agent) ? Date.now() : agents.clockOf(agent)),
          tick: (id, now, glance) => writer.call.tick(id, now, glance),
        }),
      failed: events.failed,
    });
    closers.push(() => states.close());
    const attending = setInterval(() => {
      writer.call.revisitAlerts().then((runs) => {
        for (const run of runs) hub.touched(run);
        if (runs.length > 0) sender.wake();
      }, events.failed);
    }, ATTEND_EVERY_MS);
    closers.push(() => clearInterval(attending));
    const disk = new DiskWatch({
      folder: config.data,
      newestRun: async () => {
        const runs = await views.summaries({ limit: RUNS_ASKED, before: null });
        return runs.find(({ state }) => state === "running" || state === "quiet")?.id ?? null;
      },
      heard: (condition, run) => writer.call.heard(condition, run),
      failed: events.failed,
    });
    closers.push(() => disk.close());
    onWriterEvent = (event) => {
      if (event.kind === "committed") {
        hub.committed(event.runs);
        for (const { run } of event.runs) states.seen(run);
        return;
      }
      views.remember(event.run, event.view);
      hub.touched(event.run);
      if (event.isNews) sender.wake();
    };
    sender.wake();

    setRuntime({
      version,
      port,
      lang: config.lang ?? null,
      views: {
        runs: () => views.runs(),
        summaries: (page) => views.summaries(page),
        run: (id) => views.run(id),
        alerts: () => alertsView(reader.call, channels.all, Date.now()),
        openIncidents: async () =>
          (await reader.call.incidents({ state: "open", run: null, limit: 200, before: null })).length,
        incident: (id) => incidentView(reader.call, id, Date.now()),
        story: (alert) => reader.call.alertStory(alert),
        channels: () => channelViews(channels, reader.call),
        rules: () => ruleViews(reader.call),
      },
    });
    await announceInstance(config.data, { pid: process.pid, port, host: config.host, secret });
    return { port, url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whom the alerts of a run were told, as its report says it. */
async function toldOf(reader: Remote<Reader>, channels: ChannelBook, run: string): Promise<ToldAlert[]> {
  const alerts = await reader.alerts(run);
  return alerts.flatMap(({ subject, step, severity, text, resolvedAt, told }) =>
    told
      .filter(({ state }) => state === "sent")
      .map(({ channel, at }) => ({
        subject,
        step,
        severity,
        text,
        channel: channels.find(channel)?.name ?? channel,
        toldAt: at,
        endedAt: resolvedAt,
      })),
  );
}

function sameSecret(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
