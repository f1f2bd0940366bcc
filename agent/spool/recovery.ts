import { join } from "node:path";
import { decodeHeader, framesIn, HEADER_BYTES, type SegmentHeader } from "./format.ts";
import { Segment } from "./segment.ts";
import { FileBuffer, type SpoolFile, type SpoolFs } from "./spool-fs.ts";

/** What a folder turned out to hold; all of it is on disk, whatever an earlier process had left to the kernel. */
export type Recovered = {
  spoolId: string;
  epoch: number | null;
  /** Ascending and without a number between them that neither has nor misses; writing goes on in the last one. */
  segments: [...Segment[], Segment];
};

type Found = { path: string; ordinal: number; header: SegmentHeader | null };

export function segmentPath(folder: string, ordinal: number): string {
  return join(folder, `segment-${String(ordinal).padStart(8, "0")}.cwsp`);
}

/**
 * Reads the segments of a folder in order. What follows the last good frame of the last one is a torn tail and cut off;
 * damage before it becomes holes of the segment it is in.
 *
 * @param dropped told of files that were removed because nothing in them can be read, or they are another spool's
 * @returns null when the folder holds no spool
 */
export async function recoverSpool(
  fs: SpoolFs,
  folder: string,
  dropped: (path: string) => void,
): Promise<Recovered | null> {
  const found = await findSegments(fs, folder);
  const lastIndex = found.findLastIndex(({ header }) => header !== null);
  const own = found[lastIndex]?.header ?? null;
  const ours = found.slice(0, lastIndex + 1).filter(({ header }) => header === null || header.spoolId === own?.spoolId);
  const segments: Segment[] = [];
  const buffer = new FileBuffer();
  for (const entry of found) {
    const isOurs = ours.includes(entry);
    const segment = isOurs ? await load(fs, buffer, entry, boundsOf(entry, ours, segments.at(-1))) : null;
    if (segment) {
      segments.at(-1)?.addHole(segment.firstSeq - 1);
      segments.push(segment);
      continue;
    }
    await fs.unlink(entry.path);
    if (!isOurs || entry.header === null) dropped(entry.path);
  }
  await fs.syncFolder(folder);
  const last = segments.pop();
  return own && last ? { spoolId: own.spoolId, epoch: own.epoch, segments: [...segments, last] } : null;
}

async function findSegments(fs: SpoolFs, folder: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of (await fs.list(folder)).sort()) {
    const ordinal = Number(/^segment-(\d{8})\.cwsp$/.exec(name)?.[1]);
    if (Number.isNaN(ordinal)) continue;
    const path = join(folder, name);
    const file = await fs.open(path, "read");
    try {
      found.push({ path, ordinal, header: decodeHeader(await file.read(0, HEADER_BYTES)) });
    } finally {
      await file.close();
    }
  }
  return found;
}

/** The numbers a segment may hold: `first` null when nothing tells, `last` null when nothing follows. */
type Bounds = { first: number | null; last: number | null };

/** A segment begins where its header says, else behind the one before, and ends where a later one begins. */
function boundsOf(entry: Found, ours: Found[], previous: Segment | undefined): Bounds {
  const next = ours.slice(ours.indexOf(entry) + 1).find(({ header }) => header !== null)?.header;
  return {
    first: entry.header?.firstSeq ?? (previous ? previous.lastSeq + 1 : null),
    last: next ? next.firstSeq - 1 : null,
  };
}

/** null when nothing in the file counts: it is replaced from its first record on, or neither header nor record is readable. */
async function load(fs: SpoolFs, buffer: FileBuffer, entry: Found, { first, last }: Bounds): Promise<Segment | null> {
  const file = await fs.open(entry.path, last === null ? "write" : "read");
  try {
    const bytes = await buffer.load(file);
    if (last === null) return await loadLast(file, bytes, new Segment(entry.path, entry.ordinal, first!));
    if (first !== null && first > last) return null;
    return loadEarlier(bytes, entry, first, last);
  } finally {
    await file.close();
  }
}

function loadEarlier(
  bytes: Buffer,
  { path, ordinal, header }: Found,
  first: number | null,
  last: number,
): Segment | null {
  let segment = first === null ? null : new Segment(path, ordinal, first);
  for (const frame of framesIn(bytes, HEADER_BYTES, { first: first ?? 1, last, salvage: true })) {
    segment ??= new Segment(path, ordinal, frame.seq);
    segment.add(frame);
  }
  return header === null && segment?.isEmpty ? null : segment;
}

async function loadLast(file: SpoolFile, bytes: Buffer, segment: Segment): Promise<Segment> {
  const all = { first: segment.firstSeq, last: Number.MAX_SAFE_INTEGER, salvage: false };
  for (const frame of framesIn(bytes, HEADER_BYTES, all)) segment.add(frame);
  if (bytes.length > segment.bytes) await file.truncate(segment.bytes);
  // An earlier sync may have failed, and its pages be in the cache alone, yet count as clean: only writing them again
  // makes the next sync mean something.
  await file.write(bytes.subarray(0, segment.bytes), 0);
  await file.datasync();
  return segment;
}
