import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CurvewatchError } from "#lib/protocol/index.ts";

/**
 * One process opens the store. `<data>/server.json` says who it is and how to reach it; only its owner can read the secret
 * in it. `<data>/server.lock` is held by creating it exclusively, and taken over when its process is gone.
 */
const instanceSchema = z.object({
  pid: z.int().positive(),
  port: z.int().positive(),
  host: z.string(),
  secret: z.string().min(32),
});
export type Instance = z.infer<typeof instanceSchema>;

const file = (data: string): string => join(data, "server.json");
const lock = (data: string): string => join(data, "server.lock");

/** The living server of a data folder, or null. Reads nothing but the folder; whether it answers is for the caller. */
export async function findInstance(data: string): Promise<Instance | null> {
  const parsed = await readInstance(data);
  return parsed && isAlive(parsed.pid) ? parsed : null;
}

/**
 * Takes the data folder for this process.
 *
 * @throws CurvewatchError `conflict` when a living process holds it, `config` when the folder cannot be made or written
 */
export async function claimFolder(data: string): Promise<{ release(): Promise<void> }> {
  try {
    await mkdir(data, { recursive: true, mode: 0o700 });
    for (;;) {
      try {
        const handle = await open(lock(data), "wx", 0o600);
        await handle.writeFile(String(process.pid));
        await handle.close();
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        const holder = Number(await readFile(lock(data), "utf8").catch(() => ""));
        if (holder !== process.pid && isAlive(holder)) {
          throw new CurvewatchError("conflict", `${data} is in use by process ${holder}`, {
            hint: "stop that process, or choose another folder with --data",
          });
        }
        await rm(lock(data), { force: true });
      }
    }
  } catch (cause) {
    if (cause instanceof CurvewatchError) throw cause;
    throw new CurvewatchError("config", `the data folder ${data} cannot be used: ${(cause as Error).message}`, {
      cause,
      hint: "choose a folder you can write with --data DIR",
    });
  }
  return {
    async release() {
      await rm(file(data), { force: true });
      await rm(lock(data), { force: true });
    },
  };
}

/** The folder's secret: made once, kept over restarts, so that a waiting agent can come back. */
export async function readSecret(data: string): Promise<string> {
  const path = join(data, "secret");
  try {
    const secret = await readFile(path, "utf8");
    if (secret.length >= 32) return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const secret = randomBytes(32).toString("base64url");
  await writeFile(path, secret, { mode: 0o600 });
  return secret;
}

/** Tells other commands where this server is; whole or not at all. */
export async function announceInstance(data: string, instance: Instance): Promise<void> {
  const temporary = `${file(data)}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(instance), { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file(data));
}

async function readInstance(data: string): Promise<Instance | null> {
  try {
    return instanceSchema.parse(JSON.parse(await readFile(file(data), "utf8")));
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
