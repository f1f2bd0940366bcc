import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { isPublicAddress } from "./address.ts";
import { Poster, retryAfterMs, retryDelayMs } from "./post.ts";

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "255.255.255.255",
  "224.0.0.1",
  "::1",
  "::",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "64:ff9b::7f00:1",
  "fe80::1",
  "fc00::1",
  "2002:7f00:1::",
  "2001:db8::1",
  "not an address",
])("%s is not the public internet", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(["1.1.1.1", "172.32.0.1", "2606:4700::1111"])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ["http://example.com/x", /https/],
  ["https://example.com:8443/x", /https/],
  ["https://127.0.0.1/x", /private/],
  ["https://[::1]/x", /private/],
  ["https://2130706433/x", /private/],
  ["https://0x7f.1/x", /private/],
  ["https://localhost/x", /private/],
  ["https://user:pw@example.com/x", /user name/],
  ["ftp://example.com/x", /https address/],
  ["nonsense", /https address/],
])("%s is refused before anything is sent, and not repeated", (address, reason) => {
  const poster = new Poster({ allowPrivate: false });
  expect(() => poster.check(address)).toThrow(reason);
  try {
    poster.check(address);
  } catch (error) {
    expect((error as Error).message).not.toContain(address);
  }
});

test("a name that leads into the network is refused at the moment of connecting, each time", async () => {
  const answers = [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::ffff:127.0.0.1"], []];
  const asked: string[] = [];
  const poster = new Poster({
    allowPrivate: false,
    timeoutMs: 200,
    resolve(host, _, done) {
      asked.push(host);
      const addresses = answers[asked.length - 1] ?? [];
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    },
  });
  const isPrivate = { kind: "failed", error: "its name leads to a private network", retryable: false };
  for (const _ of [...answers]) expect(await poster.post("https://rebinding.example/x", "{}")).toEqual(isPrivate);
  answers.push(["192.168.1.1"]);
  await expect(poster.connect("mail.example", 587, false)).rejects.toThrow("private address");
  expect(asked).toEqual([...Array.from({ length: 4 }, () => "rebinding.example"), "mail.example"]);
  await poster.close();
});

test("an answer that never ends is given up when its time is over", async () => {
  const server = createServer((_, response) => {
    response.writeHead(200);
    const dripping = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(dripping));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const poster = new Poster({ allowPrivate: true, timeoutMs: 200 });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  expect(await poster.post(url, "{}")).toMatchObject({ kind: "failed", retryable: true });
  await poster.close();
  await new Promise((resolve) => server.close(resolve));
});

test("redirects are not followed, and Retry-After is told", async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.writeHead(requests === 1 ? 302 : 429, { location: "/elsewhere", "retry-after": "7" }).end("later");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const poster = new Poster({ allowPrivate: true });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  expect(await poster.post(url, "{}")).toMatchObject({ kind: "answered", status: 302 });
  expect(await poster.post(url, "{}")).toMatchObject({ status: 429, body: "later", retryAfterMs: 7000 });
  expect(requests).toBe(2);
  await poster.close();
  await new Promise((resolve) => server.close(resolve));
});

test("waiting grows from a second to five minutes, and never undercuts what the receiver asked", () => {
  expect(retryDelayMs(1, null, 0.5)).toBe(1000);
  expect(retryDelayMs(4, null, 0.5)).toBe(8000);
  expect(retryDelayMs(50, null, 0.5)).toBe(300_000);
  expect(retryDelayMs(1, 7000, 0.5)).toBe(7000);
  expect(retryDelayMs(1, 300.5, 0.123_456)).toBe(812);
});

test("Retry-After is read in seconds and as a date, and an hour is the most", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(retryAfterMs("1.5", now)).toBe(1500);
  expect(retryAfterMs("Thu, 01 Jan 2026 00:00:30 GMT", now)).toBe(30_000);
  expect(retryAfterMs("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
  expect(retryAfterMs("86400", now)).toBe(3600_000);
  for (const none of [undefined, "", "soon"]) expect(retryAfterMs(none, now)).toBeNull();
});

test("the operator's list opens its hosts, and no other", async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const poster = new Poster({ allowPrivate: false, allowHosts: ["localhost", "::1"] });
  expect(await poster.post(`http://localhost:${port}/x`, "{}")).toMatchObject({ kind: "answered", status: 200 });
  expect(() => poster.check("http://[::1]:8080/x")).not.toThrow();
  for (const other of [
    `http://127.0.0.1:${port}/x`,
    "http://ntfy.lan/x",
    "https://10.0.0.1/x",
    "http://localhost.evil.example/x",
  ])
    expect(await poster.post(other, "{}")).toMatchObject({ kind: "failed", retryable: false });
  expect(requests).toBe(1);
  await poster.close();
  await new Promise((resolve) => server.close(resolve));
});
