import { LIMITS } from "#lib/protocol/index.ts";

/** Bytes unless the name says otherwise. */
export type SpoolLimits = {
  /** A segment is closed before it grows beyond this; one record may be larger. */
  segmentBytes: number;
  /** The largest record taken. */
  recordBytes: number;
  /** Records taken but not yet on disk. */
  pendingBytes: number;
  /** Written under one sync. */
  writeBytes: number;
  /** What the server has not committed yet; less when the disk is nearly full. */
  spoolBytes: number;
  /** Share of the free disk, ours included, that the spool may take. */
  diskShare: number;
  /** Committed segments stay this long, for a server that comes back from a backup. */
  ackedKeepMs: number;
  /** Kept of them whatever their age, and at most. */
  ackedMinBytes: number;
  ackedMaxBytes: number;
};

const MIB = 1024 * 1024;

export const DEFAULT_SPOOL_LIMITS: SpoolLimits = {
  segmentBytes: 8 * MIB,
  recordBytes: LIMITS.recordBytes,
  pendingBytes: 16 * MIB,
  writeBytes: 256 * 1024,
  spoolBytes: 2048 * MIB,
  diskShare: 0.1,
  ackedKeepMs: 24 * 60 * 60 * 1000,
  ackedMinBytes: 64 * MIB,
  ackedMaxBytes: 1024 * MIB,
};
