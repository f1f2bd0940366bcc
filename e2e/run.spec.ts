import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { openReceiver, type Receiver } from "./fixtures/receiver.ts";
import { test as base, expect, run } from "./fixtures/watch.ts";

/** `run`: the trainer is started by us, and what became of it is known. */
const test = base.extend<{ receiver: Receiver }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads fixtures from this parameter
  receiver: async ({}, use) => {
    const receiver = await openReceiver();
    await use(receiver);
    await receiver.close();
  },
});

/** Prints forty records, one line on standard error, and ends as told. */
const trainer = (end: string): string => `
for (let i = 1; i <= 40; i++) console.log("{'loss': " + (2 + 3 / i).toFixed(4) + ", 'learning_rate': 1e-4, 'epoch': " + i / 40 + "}");
console.error("a warning");
process.stdout.write("", () => { ${end} });
`;

const ENDS = [
  { end: "process.exit(0)", code: 0, last: "exit code 0", rule: "run.finished" },
  { end: "process.exit(3)", code: 3, last: "exit code 3", rule: "run.failed" },
  { end: "process.kill(process.pid, 'SIGKILL')", code: 137, last: "killed by SIGKILL", rule: "run.failed" },
] as const;

for (const { end, code, last, rule } of ENDS) {
  test(`${last}: passed on with all that was printed, and told`, async ({ folder, receiver }) => {
    const script = join(folder, "pretrain.mjs");
    writeFileSync(script, trainer(end));
    const data = join(folder, "data");
    const args = [
      "run",
      "--no-open",
      "--port",
      "0",
      "--data",
      data,
      "--webhook",
      receiver.url("/"),
      "--name",
      "lr 1/2",
    ];
    const ran = await run([...args, "--allow-private-webhooks", "--", process.execPath, script, "--lr", "1e-4"]);
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stdout.match(/'loss'/g)).toHaveLength(40);
    expect(ran.stdout).toMatch(/Curvewatch is at http:/);
    expect(ran.stderr).toContain("a warning");
    const log = /Its log is (.*)/.exec(ran.stderr)![1]!;
    expect(log).toMatch(/lr 1-2.train\.log$/);
    expect(readFileSync(log, "utf8").trimEnd().split("\n").at(-1)).toBe(`curvewatch run: ${last}`);
    const told = receiver.received.map(({ body }) => JSON.parse(body));
    expect(told.map((notice) => notice.rule)).toContain(rule);
    expect(told[0].run.name).toBe("lr 1-2");
  });
}

test("what cannot be started is named, and the same name again is another run", async ({ folder }) => {
  const args = ["run", "--no-open", "--port", "0", "--data", join(folder, "data"), "--name", "a", "--"];
  const missing = await run([...args, "no-such-trainer"]);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain("no-such-trainer cannot be started");
  for (const name of ["a", "a-2"]) {
    const { stderr } = await run([...args, process.execPath, "-e", "console.log('step 1 loss 2.5')"]);
    expect(/Its log is (.*)/.exec(stderr)![1]).toBe(
      join(folder, "data/logs", basename(process.cwd()), name, "train.log"),
    );
  }
});
