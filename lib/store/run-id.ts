import { createHash } from "node:crypto";

/**
 * A run is one file of one agent, or what one of its folders holds, for good: the same pair gives the same id on every
 * server. 16 characters, 0–9 a–f.
 *
 * @param key the group of the run's files, or the key of its only file
 */
export function runIdOf(agent: string, key: string): string {
  return createHash("sha256").update(`${agent}\0${key}`).digest("hex").slice(0, 16);
}
