import { z } from "zod";
import { webhookBodySchema } from "#lib/alerts/index.ts";
import { ERROR_CODES } from "#lib/protocol/index.ts";
import { type Route, sendJson } from "./registry.ts";

const PATH = "/api/v1/openapi.json";

/** A shape as JSON Schema says it; a rule that only code can check is left out. */
type Json = { [key: string]: unknown };

/** The API's own description. It is made of the routes and of the schemas that they read with, so it cannot fall behind. */
export function openApiRoute(routes: readonly Route[], version: string): Route {
  const route: Route = {
    method: "GET",
    path: PATH,
    policy: "viewer",
    summary: "This description",
    handle: ({ response }) => sendJson(response, described),
  };
  const described = openApi([...routes, route], version);
  return route;
}

/** OpenAPI 3.1 of these routes. */
export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Curvewatch",
      version,
      description: "Runs, their series and what is said of them. Answers to this machine alone. Times are epoch ms.",
    },
    paths,
    webhooks: { notice: { post: WEBHOOK } },
    components: {
      schemas: { Error: ERROR },
      responses: {
        Error: {
          description: "What is wrong, where, and what to do about it",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      },
      securitySchemes: {
        owner: { type: "http", scheme: "bearer", description: "The secret in `server.json` of the data folder" },
      },
    },
  };
}

const ERROR: Json = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "hint"],
      properties: {
        code: { type: "string", enum: ERROR_CODES },
        message: { type: "string" },
        hint: { type: ["string", "null"] },
      },
    },
  },
};

/** What a channel of kind `webhook` is posted. */
const WEBHOOK: Json = {
  summary: "A notice, to a channel of kind webhook",
  description:
    "Sent at least once, at most a few times: `X-Curvewatch-Id` and `id` are the same for each try. Any 2xx is a yes; 408, 425, 429 (with Retry-After) and 5xx are tried again. With a secret, `X-Curvewatch-Signature: t=SECONDS,v1=HEX` is the HMAC-SHA256 of `SECONDS.BODY`.",
  requestBody: { required: true, content: { "application/json": { schema: schemaOf(webhookBodySchema) } } },
  responses: { "2XX": { description: "It arrived" } },
};

function operation({ method, path, policy, summary, query, body, answers = ["application/json"] }: Route): Json {
  const parameters = [...pathParameters(path), ...queryParameters(query)];
  return {
    operationId: [method.toLowerCase(), ...path.split(/[/:.]+/).slice(3)].join("_"),
    ...(summary && { summary }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body) } } } }),
    ...(policy === "owner" && { security: [{ owner: [] }] }),
    responses: {
      "2XX": { description: "Done", content: Object.fromEntries(answers.map((type) => [type, {}])) },
      "4XX": { $ref: "#/components/responses/Error" },
      "5XX": { $ref: "#/components/responses/Error" },
    },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return json;
}
