import { writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "./fixtures/watch.ts";

/** Who gets in: the promises of the threat model that a laptop needs, tried from outside. */
type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

function ask(
  origin: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port, path, method: options.method ?? "GET", headers: options.headers ?? {} },
      (response) => {
        let body = "";
        response.on("data", (data) => (body += data));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    request.on("error", reject);
    request.end(options.body);
  });
}

function upgrade(origin: string, path: string, headers: Record<string, string>): Promise<string> {
  const { port, host } = new URL(origin);
  const lines = {
    host,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  return new Promise((resolve) => {
    const socket = connect(Number(port), "127.0.0.1", () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\n${Object.entries(lines)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join("")}\r\n`,
      );
    });
    let text = "";
    socket.on("data", (data) => {
      text += data;
      socket.destroy();
    });
    socket.on("close", () => resolve(text.split("\r\n")[0] ?? ""));
    socket.on("error", () => {});
  });
}

test("only our own pages and programs of this machine are answered", async ({ folder, watch }) => {
  const log = join(folder, "train.log");
  writeFileSync(log, "step=1 loss=2.0\n");
  const { origin } = await watch([log]);
  const json = { "content-type": "application/json" };

  // Another name for this address: a rebinding page.
  expect((await ask(origin, "/api/v1/runs", { headers: { host: "evil.example" } })).status).toBe(421);
  // A page of another site that posts here.
  expect(
    (
      await ask(origin, "/api/v1/watch", {
        method: "POST",
        headers: { ...json, origin: "https://evil.example" },
        body: "{}",
      })
    ).status,
  ).toBe(403);
  expect(
    (
      await ask(origin, "/api/v1/watch", {
        method: "POST",
        headers: { ...json, "sec-fetch-site": "cross-site" },
        body: "{}",
      })
    ).status,
  ).toBe(403);
  // Without the folder's secret.
  expect(
    (await ask(origin, "/api/v1/watch", { method: "POST", headers: json, body: '{"paths":["/etc/passwd"]}' })).status,
  ).toBe(401);
  // What is not registered does not exist; what exists has its methods.
  expect((await ask(origin, "/api/v1/secret")).status).toBe(404);
  expect((await ask(origin, "/api/v1/runs", { method: "DELETE", headers: { origin } })).status).toBe(405);
  expect((await ask(origin, "/api/v1/runs/..%2f..%2fetc")).status).toBe(400);

  // Pages are read with GET, and no header steers Next's insides.
  expect((await ask(origin, "/", { method: "POST" })).status).toBe(405);
  expect((await ask(origin, "/", { headers: { "next-action": "x" } })).status).toBe(405);
  expect((await ask(origin, "/", { headers: { "x-middleware-subrequest": "middleware" } })).status).toBe(200);
  expect((await ask(origin, "/_next/image?url=%2Fx.png&w=64&q=75")).status).toBe(404);
  expect((await ask(origin, "//evil.example/")).status).toBe(400);

  const page = await ask(origin, "/");
  expect(page.headers["content-security-policy"]).toContain("object-src 'none'");
  expect(page.headers["x-content-type-options"]).toBe("nosniff");
  expect(page.headers["x-powered-by"]).toBeUndefined();
});

test("sockets open for our own page and for an agent with the token, and for nobody else", async ({
  folder,
  watch,
}) => {
  const log = join(folder, "train.log");
  writeFileSync(log, "step=1 loss=2.0\n");
  const { origin } = await watch([log]);
  const query = "?EIO=4&transport=websocket";
  expect(await upgrade(origin, `/live.io/${query}`, { origin })).toContain("101");
  expect(await upgrade(origin, `/live.io/${query}`, { origin: "https://evil.example" })).not.toContain("101");
  expect(await upgrade(origin, `/live.io/${query}`, {})).not.toContain("101");
  expect(await upgrade(origin, `/agent.io/${query}`, { origin })).not.toContain("101");
  expect(await upgrade(origin, "/_next/webpack-hmr", { origin })).not.toContain("101");
  expect(await upgrade(origin, `http://evil.example/live.io/${query}`, { origin })).not.toContain("101");
});
