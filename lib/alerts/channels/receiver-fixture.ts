import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SMTPServer } from "smtp-server";
import type { Notice } from "../notice.ts";
import type { Links } from "./channel.ts";

/** What a receiver does with a message, as RELIABILITY.md T12 lists it. */
export type Script = "yes" | "no" | "broken" | "throttled" | "hang" | "reset" | "redirect" | "huge";

export type Received = { path: string; headers: IncomingHttpHeaders; body: string };
export type Receiver = {
  port: number;
  received: Received[];
  /** What the next message meets. */
  script: Script;
  /** Bytes of a huge answer that somebody took from us. */
  taken: number;
  close(): Promise<void>;
};

const HUGE_BYTES = 10 * 1024 * 1024;
export const RETRY_AFTER_S = 7;

/** A real HTTP server. `yes` is what the vendor answers to a message that it took, `no` to one it did not, each with 200. */
export async function openHttpReceiver(answers: { yes: string; no: string }): Promise<Receiver> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url = "", headers } = request;
      receiver.received.push({ path: url, headers, body: Buffer.concat(chunks).toString("utf8") });
      answer(receiver, response, answers);
    });
  });
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const receiver: Receiver = {
    port: (server.address() as AddressInfo).port,
    received: [],
    script: "yes",
    taken: 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}

function answer(receiver: Receiver, response: ServerResponse, { yes, no }: { yes: string; no: string }): void {
  const json = { "content-type": "application/json" };
  const acts: Record<Script, () => void> = {
    yes: () => response.writeHead(200, json).end(yes),
    no: () => response.writeHead(200, json).end(no),
    broken: () => response.writeHead(500).end("oops"),
    throttled: () => response.writeHead(429, { "retry-after": String(RETRY_AFTER_S) }).end("{}"),
    hang: () => {},
    reset: () => response.socket?.resetAndDestroy(),
    redirect: () => response.writeHead(302, { location: "/elsewhere" }).end(),
    huge: () => void pipeline(Readable.from(endless(receiver)), response.writeHead(200)).catch(() => {}), // cut off
  };
  acts[receiver.script]();
}

/** Made as it is taken, so that what is counted has left. */
function* endless(receiver: Receiver): Generator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024, "x");
  for (let bytes = 0; bytes < HUGE_BYTES; bytes += chunk.length) {
    receiver.taken += chunk.length;
    yield chunk;
  }
}

/** A real mail server, which does with a mail what comes nearest. */
export async function openMailReceiver(): Promise<Receiver> {
  const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: ({ username }, _, done) => done(null, { user: username ?? "" }),
    onRcptTo(_address, _session, done) {
      if (receiver.script === "throttled") return done(refusal(450, "too many mails"));
      if (receiver.script === "redirect")
        return done(refusal(551, "user not local; please try <elsewhere@example.org>"));
      done();
    },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        receiver.received.push({ path: "", headers: {}, body: Buffer.concat(chunks).toString("utf8") });
        if (receiver.script === "hang") return;
        if (receiver.script === "reset") return reset();
        if (receiver.script === "broken") return done(refusal(451, "try again later"));
        if (receiver.script === "no") return done(refusal(550, "no such mailbox"));
        if (receiver.script === "huge") return done(refusal(451, "x".repeat(HUGE_BYTES)));
        done();
      });
    },
  });
  const sockets = new Set<Socket>();
  server.server.on("connection", (socket) => {
    sockets.add(socket);
  });
  server.on("error", () => {}); // sockets that we cut
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    port: (server.server.address() as AddressInfo).port,
    received: [],
    script: "yes",
    taken: 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}

/** The example of design/slack-alert.blocks.json. */
export const NOTICE: Notice = {
  alert: "7f3c-1-oscillating-31700",
  number: 0,
  kind: "firing",
  subject: "oscillating",
  severity: "caution",
  step: 31_700,
  text: {
    en: "Since step 31\u2009700 the loss swings ±0.097 around its trend, 4.7× the level before. The learning rate is too high.",
    "zh-CN": "自第 31\u2009700 步起，损失围绕趋势摆动 ±0.097，是此前的 4.7 倍。学习率偏高。",
  },
  advice: {
    en: "Set LR to 2.98e-4. Half of now; change nothing else.",
    "zh-CN": "把学习率设为 2.98e-4。为当前的一半，其他不变。",
  },
  confidence: 0.84,
  at: 1_700_000_000_000,
  run: {
    id: "7f3c",
    name: "lr6e4-bs512-r2",
    project: "atlas-lm",
    host: "gpu-07",
    step: 33_200,
    maxSteps: 60_000,
    loss: 2.6,
    learningRate: 5.96e-4,
    msLeft: 70_200_000,
  },
  incident: "7f3c-3",
  curve: [2.9, 2.85, 2.8, 2.76, 2.72, 2.69, 2.66, 2.64, 2.7, 2.55, 2.69, 2.56],
  more: 0,
};

export const LINKS: Links = {
  run: "https://curvewatch.example/runs/7f3c",
  report: "https://curvewatch.example/runs/7f3c/report",
  mute: "https://curvewatch.example/runs/7f3c?act=mute&for=1h",
  ack: "https://curvewatch.example/runs/7f3c/incidents/3?act=ack",
  image: "https://curvewatch.example/runs/7f3c/alerts/3.png",
};
