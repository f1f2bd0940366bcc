/**
 * Places where a test lets the agent die, to see that nothing is lost there. They do nothing until armed by
 * `CURVEWATCH_FAILPOINT=name:n`, which `main.ts` hands to `armFailpoints`.
 */
export const FAILPOINTS = [
  "after-read",
  "half-written-frame",
  "after-write-before-sync",
  "after-sync",
  "after-send",
  "after-ack",
  "mid-rotation",
  "before-unlink-segment",
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

let armed: { name: Failpoint; passesLeft: number } | null = null;

/**
 * @param spec `name:n` to die at the n-th pass of that place; undefined or empty to disarm
 * @throws RangeError when there is no such place, or n is not a positive integer
 */
export function armFailpoints(spec: string | undefined): void {
  armed = null;
  if (!spec) return;
  const [wanted, passes] = spec.split(":");
  const name = FAILPOINTS.find((known) => known === wanted);
  const passesLeft = Number(passes);
  if (!name || !Number.isInteger(passesLeft) || passesLeft < 1) {
    throw new RangeError(`failpoint "${spec}" is not one of ${FAILPOINTS.join(", ")} with :n after it`);
  }
  armed = { name, passesLeft };
}

/** Kills this process, uncatchably, when `name` is armed and due; `before` runs first, to leave its half-done work behind. */
export async function failpoint(name: Failpoint, before?: () => Promise<void>): Promise<void> {
  if (armed?.name !== name) return;
  armed.passesLeft -= 1;
  if (armed.passesLeft > 0) return;
  await before?.();
  process.kill(process.pid, "SIGKILL");
}
