import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiBench, openApiBench } from "../api-fixture.ts";

type Parameter = { name: string; in: string; required: boolean; schema: object };
type Operation = {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: { "application/json": { schema: { properties: Record<string, object> } } } };
  responses: Record<string, object>;
};
type Description = {
  openapi: string;
  webhooks: { notice: { post: Operation } };
  paths: Record<string, Record<string, Operation>>;
  components: object;
};

let bench: ApiBench;
let described: Description;
beforeAll(async () => {
  bench = await openApiBench();
  const { status, answer } = await bench.call("/api/v1/openapi.json");
  expect(status).toBe(200);
  described = answer;
});
afterAll(() => bench.close());

const operations = (): [path: string, method: string, Operation][] =>
  Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [path, method, operation]),
  );

test("every route is described, and nothing else", () => {
  const routes = bench.routes.map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`);
  expect(operations().map(([path, method]) => `${method} ${path}`)).toEqual(expect.arrayContaining(routes));
  expect(operations()).toHaveLength(routes.length);
  expect(routes).toEqual(expect.arrayContaining(["post /api/v1/runs", "post /api/v1/runs/{id}/points"]));
});

test("it is OpenAPI 3.1: each parameter of a path is declared, ids are unique, every reference leads somewhere", () => {
  expect(described.openapi).toBe("3.1.0");
  const ids = operations().map(([, , { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [path, , { parameters = [], responses }] of operations()) {
    const inPath = parameters.filter((parameter) => parameter.in === "path");
    expect(inPath.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(inPath.every(({ required }) => required)).toBe(true);
    expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length);
    expect(Object.keys(responses)).toEqual(["2XX", "4XX", "5XX"]);
  }
  const references = [...JSON.stringify(described).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, to]) => to as string);
  expect(references.length).toBeGreaterThan(0);
  for (const reference of references) {
    const found = reference.split("/").reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], described);
    expect(found, reference).toBeTypeOf("object");
  }
});

test("what a webhook is sent is described, as it is sent", () => {
  const { schema } = described.webhooks.notice.post.requestBody!.content["application/json"];
  const sent = readFileSync(new URL("../../alerts/channels/testdata/webhook.en.txt", import.meta.url), "utf8");
  expect(Object.keys(schema.properties)).toEqual(Object.keys(JSON.parse(sent.slice(sent.indexOf("{")))));
});

test("every route that reads a body says which", () => {
  const posts = bench.routes.filter(({ method, path }) => method === "POST" && !/\/(?:remove|test)$/.test(path));
  for (const { path, body } of posts) expect(body, path).toBeDefined();
  const { requestBody } = described.paths["/api/v1/runs/{id}/points"]!.post!;
  expect(Object.keys(requestBody!.content["application/json"].schema.properties)).toEqual(["key", "points", "end"]);
  const { parameters } = described.paths["/api/v1/runs/{id}/series"]!.get!;
  expect(parameters!.map(({ name }) => name)).toEqual([
    "id",
    "metrics",
    "x",
    "from",
    "to",
    "buckets",
    "superseded",
    "format",
  ]);
});
