import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { type Config, NotFoundError } from "#lib/protocol/index.ts";
import type { Views } from "../views.ts";
import type { Remote } from "../workers/rpc.ts";
import type { Writer } from "../workers/writer.ts";
import { configRoute } from "./config.ts";
import { Registry } from "./registry.ts";

const RUN = "0123456789abcdef";
const SHOWN = { lr: { value: 0.1, source: "hand" } };

/** Posts to the route as the registry answers it. */
async function post(run: string, body: string): Promise<{ status: number; answer: unknown; entered: Config[] }> {
  const entered: Config[] = [];
  const enterConfig = async (id: string, values: Config): Promise<void> => {
    if (id !== RUN) throw new NotFoundError("run", id);
    entered.push(values);
  };
  const route = configRoute({ config: async () => SHOWN } as unknown as Views, { enterConfig } as Remote<Writer>);
  const registry = new Registry([route], { isOwner: () => false, failed: (error) => expect.fail(String(error)) });
  const request = Object.assign(Readable.from([Buffer.from(body)]), { method: "POST", headers: {} });
  let status = 0;
  let text = "";
  const response = {
    headersSent: false,
    writeHead: (code: number) => {
      status = code;
    },
    end: (sent: string) => {
      text = sent;
    },
  };
  await registry.answer(
    request as unknown as IncomingMessage,
    response as unknown as ServerResponse,
    new URL(`http://localhost/api/v1/runs/${run}/config`),
  );
  return { status, answer: JSON.parse(text), entered };
}

test("settings of every kind are taken, and answered with all that is known then", async () => {
  const values = { optim: "adamw", lr: 0.1, bf16: true, wd: null };
  expect(await post(RUN, JSON.stringify({ values }))).toEqual({
    status: 200,
    answer: { config: SHOWN },
    entered: [values],
  });
});

const key = (length: number): string => "k".repeat(length);
test.each([
  ["no JSON", "lr=0.1", "not JSON"],
  ["no values", "{}", "values"],
  ["a list as a value", '{"values":{"betas":[0.9,0.95]}}', "values.betas"],
  ["a number that is none", '{"values":{"lr":1e999}}', "values.lr"],
  ["a long name", JSON.stringify({ values: { [key(121)]: 1 } }), "values"],
  ["no name", '{"values":{"":1}}', "values"],
  ["a long text", JSON.stringify({ values: { note: key(201) } }), "values.note"],
  ["too many", JSON.stringify({ values: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [i, i])) }), "100"],
])("%s is refused with a sentence, and nothing is stored", async (_, body, told) => {
  const { status, answer, entered } = await post(RUN, body);
  expect([status, entered]).toEqual([400, []]);
  expect(answer).toMatchObject({ error: { code: "bad_request", message: expect.stringContaining(told) } });
});

test("a run that is not there is said so", async () => {
  const body = '{"values":{"lr":0.1}}';
  expect(await post("fedcba9876543210", body)).toMatchObject({ status: 404, answer: { error: { code: "not_found" } } });
  expect(await post("no-run-id", body)).toMatchObject({ status: 400, answer: { error: { code: "bad_request" } } });
});
