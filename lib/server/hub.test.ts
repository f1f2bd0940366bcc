import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { io } from "socket.io-client";
import { expect, test } from "vitest";
import { decodeDelta, LIVE_EVENT, LIVE_PATH } from "#lib/protocol/index.ts";
import type { ObservationGroup } from "#lib/store/index.ts";
import { Gate } from "./gate.ts";
import { Hub } from "./hub.ts";
import type { Views } from "./views.ts";
import type { Committed } from "./workers/writer.ts";

/** Fan-out through a real socket; what the store would answer is not what is tested here. */
async function openHub() {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const views = { run: async () => null, summary: async () => ({ cursor: 1 }) } as unknown as Views;
  const hub = new Hub({
    http,
    gate: new Gate(port),
    views,
    events: { lookedAt: () => {}, failed: (error) => expect.fail(String(error)) },
  });
  const socket = io(`http://127.0.0.1:${port}`, {
    path: LIVE_PATH,
    transports: ["websocket"],
    extraHeaders: { origin: `http://127.0.0.1:${port}` },
  });
  await new Promise<void>((resolve) => socket.on("connect", resolve));
  return {
    hub,
    watch: (run: string, metrics: string[]) => socket.emitWithAck(LIVE_EVENT.watch, { run, metrics }),
    say: (event: string, message: object) => socket.emitWithAck(event, message),
    delta: () => new Promise<Uint8Array>((resolve) => socket.once(LIVE_EVENT.delta, resolve)),
    async close() {
      socket.close();
      hub.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

const RUN = "00112233aabbccdd";

function commit(from: number, firstOrd: number, count: number, more: Partial<Committed> = {}): Committed {
  const column = (base: number): Float64Array => Float64Array.from({ length: count }, (_, i) => base + i);
  const group: ObservationGroup = {
    names: ["train/loss", "other"],
    ord: column(firstOrd),
    step: column(firstOrd),
    at: column(0),
    line: column(firstOrd),
    values: [column(0), column(1)],
    attempt: 1,
  };
  return {
    run: RUN,
    fromCursor: from,
    toCursor: from + 1,
    fromOrd: firstOrd,
    toOrd: firstOrd + count,
    attempt: 1,
    newAttempt: false,
    rejudge: false,
    facts: null,
    groups: [group],
    withPoints: true,
    ...more,
  };
}

test("a tick carries what came and what is looked at; its bytes do not grow with the run", async () => {
  const { hub, watch, delta, close } = await openHub();
  expect(await watch(RUN, ["train/loss"])).toEqual({ cursor: 1 });
  const sizes: number[] = [];
  for (const [from, firstOrd] of [
    [1, 0],
    [2, 1_000_000],
    [3, 900_000_000],
  ] as const) {
    const next = delta();
    hub.committed([commit(from, firstOrd, 5)]);
    const bytes = new Uint8Array(await next);
    sizes.push(bytes.length);
    const { groups, reload, to } = decodeDelta(bytes);
    expect({ reload, to, names: groups[0]?.names, first: groups[0]?.step[0] }).toEqual({
      reload: false,
      to: from + 1,
      names: ["train/loss"],
      first: firstOrd,
    });
  }
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(16);
  await close();
});

test("commits of one tick become one delta, from the first one's cursor to the last one's", async () => {
  const { hub, watch, delta, close } = await openHub();
  await watch(RUN, ["train/loss"]);
  const next = delta();
  hub.committed([commit(4, 0, 3)]);
  hub.committed([commit(5, 3, 2)]);
  const { from, to, groups } = decodeDelta(new Uint8Array(await next));
  expect([from, to, groups.flatMap((group) => [...group.step])]).toEqual([4, 6, [0, 1, 2, 3, 4]]);
  await close();
});

test.each([
  ["more points than are worth sending", commit(1, 0, 5000)],
  ["a new attempt", commit(1, 0, 1, { newAttempt: true })],
  ["a metric that another file gives from now on", commit(1, 0, 1, { rejudge: true })],
  ["points that were committed before anybody looked", commit(1, 0, 1, { withPoints: false, groups: [] })],
])("%s: the page is told to read the store", async (_, committed) => {
  const { hub, watch, delta, close } = await openHub();
  await watch(RUN, ["train/loss"]);
  const next = delta();
  hub.committed([committed]);
  const { reload, groups } = decodeDelta(new Uint8Array(await next));
  expect({ reload, groups }).toEqual({ reload: true, groups: [] });
  await close();
});

test("an event that is not registered, or does not fit its shape, is refused in words", async () => {
  const { say, close } = await openHub();
  expect(await say("exec", { command: "ls" })).toMatchObject({ err: "not_found" });
  expect(await say("constructor", {})).toMatchObject({ err: "not_found" });
  expect(await say(LIVE_EVENT.watch, { run: "../etc" })).toMatchObject({ err: "bad_request" });
  await close();
});
