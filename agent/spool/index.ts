/**
 * What survives a crash: records on disk, numbered, until the server has committed them and for a while after.
 *
 * Promises:
 * - A record that `sync` has resolved for outlives the process and the power; `read` gives out no other, so the server is
 *   never told what the agent could forget, and a number never comes to mean something else.
 * - Numbers are contiguous. A hole that damage has torn is found at opening or reading, told once through
 *   `SpoolEvents.gap`, and listed in `gaps`; nothing is made up in its place.
 * - Damage costs what it touches: in an earlier segment the records it lies in, in the last one what follows too, as there
 *   it looks like a write cut short.
 * - One process at a time, by `spool.lock`. A lock whose process is gone is taken over.
 * - After a failed write or sync nothing is retried on the same file, since a kernel may have dropped the pages and say all is
 *   well the second time. The spool stands still until its owner calls `recover()` and reads its sources again.
 *
 * Format. A folder (0700) of segment files `segment-<8 digits>.cwsp` (0600), read in the order of their names; integers are
 * little-endian:
 *
 *     header  magic "CWSP1" | spoolId 16 bytes | epoch u32, 0 for none | firstSeq u64 | crc32c u32 of all before
 *     frame   len u32 | crc32c u32 of len, seq and body | seq u64 | body, len bytes
 *
 * A segment whose `firstSeq` is not above the end of the one before replaces that one from there on: so it begins anew after a
 * failed sync.
 */
export { crc32c } from "./crc32c.ts";
export { armFailpoints, FAILPOINTS, type Failpoint, failpoint } from "./failpoint.ts";
export { DEFAULT_SPOOL_LIMITS, type SpoolLimits } from "./limits.ts";
export type { ReadLimit } from "./reader.ts";
export type { SeqRange } from "./segment.ts";
export { Spool, type SpoolEvents, SpoolIoError, type SpoolOptions } from "./spool.ts";
export { nodeSpoolFs, type SpoolFile, type SpoolFs } from "./spool-fs.ts";
