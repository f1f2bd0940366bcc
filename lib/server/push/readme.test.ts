import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openApiBench } from "../api-fixture.ts";

/** The program in the README, as it stands there but for the server's address. */
const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const [, program = ""] = /## Push from Python\n[\s\S]*?```python\n([\s\S]*?)```/.exec(readme) ?? [];
const ADDRESS = "http://127.0.0.1:3900";
const RUNS = 2;

const hasPython = spawnSync("python3", ["--version"]).status === 0;
const REASON = "python3 is not installed here";

test("the README's program needs little and names the default address", () => {
  expect(program.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(20);
  expect(program).toContain(ADDRESS);
});

test("the README's program makes its run, and once more adds nothing to it", async ({ skip }) => {
  skip(!hasPython, REASON);
  const bench = await openApiBench();
  try {
    for (let i = 0; i < RUNS; i++) {
      await promisify(execFile)("python3", ["-c", program.replace(ADDRESS, bench.url)], {
        env: { ...process.env, no_proxy: "*" },
      });
      const { answer } = await bench.call("/api/v1/runs");
      expect((answer as { runs: unknown[] }).runs).toMatchObject([
        { name: "my run", state: "finished", step: 200, records: 200, end: { kind: "finished" } },
      ]);
    }
    expect(bench.failures).toEqual([]);
  } finally {
    await bench.close();
  }
});

test("the README's program spells what JSON cannot say", async ({ skip }) => {
  skip(!hasPython, REASON);
  const [helper] = /def spelled[\s\S]*?\n\n/.exec(program) ?? [""];
  const script = `import json, math\n${helper}\nprint(json.dumps([spelled(float(v)) for v in ("nan", "inf", "-inf", "1.5")]))`;
  const { stdout } = await promisify(execFile)("python3", ["-c", script]);
  expect(JSON.parse(stdout)).toEqual(["NaN", "Infinity", "-Infinity", 1.5]);
});
