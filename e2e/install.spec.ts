import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, root, test } from "./fixtures/watch.ts";

/** The promise of the README's first command: from a clone in an empty folder to a verdict, on a machine with Node and npm. */
test("clone, install and watch the example in two minutes", async ({ page }) => {
  test.setTimeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-install-"));
  const clone = join(folder, "curvewatch");
  execFileSync("git", ["clone", "--quiet", root, clone]);
  const command = firstCommand(readFileSync(join(clone, "README.md"), "utf8"));
  const { npm_config_local_prefix: _prefix, INIT_CWD: _cwd, ...env } = process.env;
  const startedAt = Date.now();
  const child = spawn("bash", ["-c", command], {
    cwd: clone,
    env: { ...env, XDG_DATA_HOME: join(folder, "data"), CURVEWATCH_PORT: "0", CI: "true" },
    detached: true,
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (output += data));
  try {
    const address = /http:\/\/127\.0\.0\.1:\d+\/runs\/\w+/;
    await expect.poll(() => address.exec(output)?.[0], { timeout: 180_000, message: "the address" }).toBeTruthy();
    await page.goto(address.exec(output)?.[0] as string);
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText(
      /Healthy|Oscillating|Too slow|Plateau|Diverging|NaN/,
    );
    const seconds = (Date.now() - startedAt) / 1000;
    process.stdout.write(`clone to verdict: ${seconds.toFixed(0)} s\n`);
    expect(seconds).toBeLessThan(120);
  } finally {
    process.kill(-(child.pid as number), "SIGTERM");
    await new Promise((resolve) => child.once("exit", resolve));
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The first command line of the README, as a person would paste it. */
function firstCommand(readme: string): string {
  const block = /```sh\n([^\n]+)/.exec(readme);
  if (!block?.[1]) throw new Error("README.md has no sh block");
  return block[1];
}
