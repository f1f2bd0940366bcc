import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "./beside.ts";
import { readConfigBeside } from "./index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "curvewatch-config-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function lay(files: Record<string, string>): Promise<string> {
  const own = await mkdtemp(join(folder, "run-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(own, name)), { recursive: true });
    await writeFile(join(own, name), text);
  }
  return join(own, "train.log");
}

test("configs beside a log are found, the most telling last; others are not opened", async () => {
  const log = await lay({
    "train.log": "step=1 loss=2",
    "training_args.json": '{"learning_rate": 5e-5, "hub_token": "x"}',
    "config.json": '{"hidden_size": 768, "torch_dtype": "bfloat16"}',
    ".hydra/config.yaml": "optimizer:\n  lr: 1e-3\n",
    "training_args.bin": "PK",
    "other.json": '{"a": 1}',
  });
  const found = await readConfigBeside(log);
  expect(found.map(({ config }) => config)).toEqual([
    { hidden_size: 768, torch_dtype: "bfloat16" },
    { "optimizer.lr": 1e-3 },
    { learning_rate: 5e-5 },
  ]);
  expect(found.at(-1)?.file).toBe(join(dirname(log), "training_args.json"));
});

test("what is no config, too large, half-written or a folder is passed over", async () => {
  const log = await lay({
    "config.json": '{"hidden_size": 7',
    "args.json": "[1, 2]",
    "config.yaml": `a: ${"x".repeat(300_000)}`,
    "hparams.yaml/inside": "",
  });
  expect(await readConfigBeside(log)).toEqual([]);
  expect(await readConfigBeside(join(folder, "nowhere", "train.log"))).toEqual([]);
});

test("the log itself is not taken for its config", async () => {
  const log = await lay({ "args.json": '{"lr": 1}' });
  expect(await readConfigBeside(join(dirname(log), "args.json"))).toEqual([]);
});

test("nested JSON is flattened, with the first items of its lists", () => {
  expect(parseConfig("a.json", '{"a": {"b": [1, 2, {"c": 3}, 4, 5]}, "d": null, "e": "x"}')).toEqual({
    "a.b[0]": 1,
    "a.b[1]": 2,
    "a.b[2].c": 3,
    "a.b[3]": 4,
    d: null,
    e: "x",
  });
});

test("of YAML the block style is read: maps, lists, flow lists, quotes and comments", () => {
  const text = `
# written by hand
a: 1 # one
b:
  c: [0.9, 0.95]
  d:
  - x
  - y: 1
    z: 2
  e: {f: true}
g: 'a # b'
h: ~
learning_rate: 5e-05
`;
  expect(parseConfig("config.yaml", text)).toEqual({
    a: 1,
    "b.c[0]": 0.9,
    "b.c[1]": 0.95,
    "b.d[0]": "x",
    "b.d[1].y": 1,
    "b.d[1].z": 2,
    "b.e.f": true,
    g: "a # b",
    h: null,
    learning_rate: 5e-5,
  });
});
