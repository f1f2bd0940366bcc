import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, root, run, test } from "./fixtures/watch.ts";

const EXAMPLE = join(root, "public/examples/tiny-gpt2.log");

test("diagnose prints one line of JSON for each file, in order", async ({ folder }) => {
  const other = join(folder, "other.log");
  writeFileSync(other, "step=1 loss=nan lr=1e-4\n");
  const { code, stdout } = await run(["diagnose", EXAMPLE, other, "--json"]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(lines.map(({ path }) => path)).toEqual([EXAMPLE, other]);
  expect(lines[1].verdict.name).toBe("nan");
  expect(Object.keys(lines[0])).toEqual(
    expect.arrayContaining([
      "format",
      "points",
      "lines",
      "stepSource",
      "verdict",
      "lr",
      "findings",
      "timeline",
      "schedule",
      "earlyStopping",
      "forecast",
      "review",
      "end",
    ]),
  );
});

test("diagnose --group compares runs at different rates, and says which one won and which failed", async ({
  folder,
}) => {
  const ladder = { "1e-4": 3.8, "1e-3": 2, "1e-2": 3 };
  const paths = Object.entries({ ...ladder, "1e-1": Number.NaN }).map(([rate, floor]) => {
    const lines = Array.from({ length: 400 }, (_, i) => {
      const loss = Number.isNaN(floor) ? (i < 30 ? "5.0" : "NaN") : floor + (5 - floor) / Math.sqrt(i + 1);
      return `{"step": ${i + 1}, "loss": ${loss}, "learning_rate": ${rate}, "grad_norm": 1.0}`;
    });
    const path = join(folder, `lr-${rate}.jsonl`);
    writeFileSync(path, `${lines.join("\n")}\n`);
    return path;
  });
  const [low, best, high, failed] = paths as [string, string, string, string];
  const { code, stdout } = await run(["diagnose", "--group", "--json", high, failed, low, best]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(lines.map(({ path, sibling, lr }) => [path, sibling.rank, sibling.bestPath, lr.judgement])).toEqual([
    [high, 2, best, "too_high"],
    [failed, 4, best, "too_high"],
    [low, 3, best, "too_low"],
    [best, 1, best, "fine"],
  ]);
  expect(lines[0].sibling.regret).toBeCloseTo(0.33, 1);
  expect(lines[1].sibling.regret).toBeNull();
  const table = (await run(["diagnose", "--group", ...paths])).stdout.trim().split("\n").slice(-4);
  expect(table[1]).toMatch(/^ +1e-3 +2\.15 +0\.0% +fine, won +400 /);
  expect(table[3]).toMatch(/^ +0\.1 +– +– +too_high, failed: nan at step 31 /);
  expect((await run(["diagnose", "--group", low, high])).stdout).toContain("at least three learning rates");
});

test("diagnose --exit-code tells caution from critical", async ({ folder }) => {
  const bad = join(folder, "bad.log");
  writeFileSync(bad, "step=1 loss=2.0 lr=1e-4\nstep=2 loss=nan lr=1e-4\n");
  expect((await run(["diagnose", bad, "--exit-code"])).code).toBe(20);
  expect((await run(["diagnose", bad])).code).toBe(0);
});

test("parse prints one point a line with the line it came from, and why on standard error", async ({ folder }) => {
  const log = join(folder, "x.log");
  writeFileSync(log, "starting\nstep=10 loss=2.5 lr=1e-4\nstep=20 loss=inf lr=1e-4\n");
  const { code, stdout, stderr } = await run(["parse", log]);
  const points = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(points).toContainEqual(
    expect.objectContaining({ metric: "train/loss", step: 20, value: "Infinity", line: 3 }),
  );
  expect(stderr).toContain("key-value");
});

test("every command explains itself with an example", async () => {
  for (const command of ["watch", "run", "serve", "tail", "import", "parse", "diagnose", "report"]) {
    const { code, stdout } = await run([command, "--help"]);
    expect(code, command).toBe(0);
    expect(stdout, command).toContain("Example:");
  }
  expect((await run(["nonsense"])).code).toBe(2);
  expect((await run(["watch"])).code).toBe(2);
});

test("what cannot work ends with a sentence and a code", async ({ folder }) => {
  const log = join(folder, "train.log");
  writeFileSync(log, "step=1 loss=2.0\n");
  const binary = join(folder, "model.bin");
  writeFileSync(binary, Buffer.from([0x80, 2, 0, 0, 0, 1, 0, 0]));
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const data = ["--data", join(folder, "data"), "--no-open"];
  const cases: [string[], RegExp][] = [
    [["watch", log, "--port", String(port), ...data], new RegExp(`port ${port} is taken`)],
    [["watch", join(folder, "missing", "train.log"), ...data], /folder .*missing does not exist/],
    [["watch", binary, ...data], /not text/],
    [["watch", join(folder, "*.nothing"), ...data], /nothing matches/],
    [["watch", log, "--port", "x", ...data], /--port/],
    [["watch", log, "--host", "0.0.0.0", ...data], /this machine only/],
    [["diagnose", join(folder, "none.log")], /does not exist/],
  ];
  for (const [args, sentence] of cases) {
    const { code, stderr } = await run(args);
    expect(code, args.join(" ")).toBe(1);
    expect(stderr, args.join(" ")).toMatch(sentence);
    expect(stderr, args.join(" ")).not.toContain("    at ");
  }
  taken.close();
});

test("a log or folder without permission is named", async ({ folder }) => {
  test.skip(process.getuid?.() !== 0, "only root can run a command as somebody else");
  const log = join(folder, "secret.log");
  const closed = join(folder, "closed");
  writeFileSync(log, "step=1 loss=2.0\n");
  mkdirSync(closed);
  chmodSync(folder, 0o755);
  chmodSync(log, 0o600);
  chmodSync(closed, 0o500);
  const open = join(folder, "open.log");
  writeFileSync(open, "step=1 loss=2.0\n");
  chmodSync(open, 0o644);
  const denied = await run(["diagnose", log], { uid: 65534 });
  expect(denied.stderr).toMatch(/permission/);
  expect(denied.code).toBe(1);
  const data = await run(["watch", open, "--no-open", "--port", "0", "--data", join(closed, "data")], { uid: 65534 });
  expect(data.stderr).toMatch(/--data/);
  expect(data.code).toBe(1);
  rmSync(closed, { recursive: true });
});

test("import reads output folders into the store once, says what was added, and leaves no server behind", async ({
  folder,
}) => {
  const [out, data] = [join(folder, "outputs"), join(folder, "data")];
  mkdirSync(join(out, "a"), { recursive: true });
  writeFileSync(join(out, "a", "train.log"), "step=1 loss=2.0\nstep=2 loss=1.5\n");
  const rows = [1, 2, 3].map((step) => ({ step, loss: 2 / step }));
  writeFileSync(join(out, "a", "trainer_state.json"), JSON.stringify({ log_history: rows, max_steps: 3 }, null, 2));
  const first = await run(["import", out, "--data", data]);
  expect([first.code, first.stdout]).toEqual([
    0,
    `${join(out, "a")}: 5 points added (train.log, trainer_state.json)\n`,
  ]);
  const again = await run(["import", out, "--data", data]);
  expect([again.code, again.stdout]).toEqual([
    0,
    `${join(out, "a")}: 0 points added (train.log, trainer_state.json)\n`,
  ]);
  expect(existsSync(join(data, "server.json"))).toBe(false);
  expect((await run(["import", join(folder, "nowhere"), "--data", data])).code).toBe(1);
  expect((await run(["import"])).code).toBe(2);
});
