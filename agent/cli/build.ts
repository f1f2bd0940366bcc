import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CurvewatchError } from "#lib/protocol/index.ts";
import type { Context } from "./context.ts";

/** Builds the dashboard's pages on first use, and again only when what they are built from has changed. */
const root = fileURLToPath(new URL("../../", import.meta.url));
const SOURCES = ["app", "lib", "public"];
const FILES = ["next.config.js", "package-lock.json", "tsconfig.json"];
const STAMP = join(root, ".next", "curvewatch-sources");

/** @throws CurvewatchError when the build fails; its output has been shown then */
export async function ensureBuilt(context: Context): Promise<void> {
  const wanted = await digestSources();
  const built = await readFile(STAMP, "utf8").catch(() => null);
  if (built === wanted) return;
  context.err(
    built === null
      ? "Building the dashboard (once, about half a minute) …"
      : "The dashboard has changed; building it …",
  );
  await build(context);
  await writeFile(STAMP, wanted);
}

async function digestSources(): Promise<string> {
  const hash = createHash("sha256");
  const add = async (path: string): Promise<void> => {
    hash.update(path);
    hash.update(await readFile(join(root, path)));
  };
  for (const file of FILES) await add(file);
  for (const folder of SOURCES) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
    for (const path of paths.sort()) if (!/\.(test|bench)\.tsx?$|\/testdata\//.test(path)) await add(path);
  }
  return hash.digest("hex");
}

function build(context: Context): Promise<void> {
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: root,
    env: { ...context.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" as const },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (data: Buffer): void => {
    output += data.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const cancel = (): void => void child.kill();
  context.signal.addEventListener("abort", cancel, { once: true });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      context.signal.removeEventListener("abort", cancel);
      if (code === 0) return resolve();
      if (!context.signal.aborted) context.err(output);
      reject(
        new CurvewatchError(
          "config",
          context.signal.aborted ? "stopped while building" : "the dashboard could not be built; see above",
        ),
      );
    });
  });
}
