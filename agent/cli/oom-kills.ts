import { readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * How many processes of our control group the kernel has killed for want of memory so far; 0 where it does not tell (no Linux,
 * no cgroup v2). Source: `memory.events`, kernel documentation, admin-guide/cgroup-v2.
 */
export async function oomKills(): Promise<number> {
  try {
    const group = /^0::(.*)$/m.exec(await readFile("/proc/self/cgroup", "utf8"))?.[1] ?? "/";
    const events = await readFile(join("/sys/fs/cgroup", group, "memory.events"), "utf8");
    return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
