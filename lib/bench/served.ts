import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A server as a person starts it, in a folder of its own, fed over its HTTP API. */
export type Served = {
  url: string;
  /** @returns the run's id */
  newRun(name: string, maxSteps: number): Promise<string>;
  push(run: string, points: readonly Point[]): Promise<void>;
  close(): Promise<void>;
};
export type Point = { step: number; values: Record<string, number | "NaN"> };

const launcher = fileURLToPath(new URL("../../agent/cli/launch.js", import.meta.url));
const POINTS_AT_ONCE = 5000;

/** @param flags of `serve` */
export async function openServed(...flags: string[]): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-bench-"));
  const child = spawn(process.execPath, [launcher, "serve", "--port", "0", "--data", folder, ...flags]);
  let [told, wrong] = ["", ""];
  child.stderr.on("data", (data) => (wrong += data));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (data) => {
      told += data;
      const [found] = /http:\/\/\S+/.exec(told) ?? [];
      if (found) resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${wrong}`)));
  });
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(url + path, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  return {
    url,
    async newRun(name, maxSteps) {
      const { run } = (await post("/api/v1/runs", { name, maxSteps })) as { run: { id: string } };
      return run.id;
    },
    async push(run, points) {
      for (let i = 0; i < points.length; i += POINTS_AT_ONCE)
        await post(`/api/v1/runs/${run}/points`, { points: points.slice(i, i + POINTS_AT_ONCE) });
    },
    async close() {
      child.kill("SIGTERM");
      await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A loss as trainings have it, at that step. */
export const lossAt = (step: number): number =>
  Number((2 + 3 * (1 + step / 20) ** -0.5 + 0.02 * Math.sin(step * 1.7)).toFixed(4));
