/** Rows of a chunk when it is sealed; the first chunk of a group and the last one of an attempt are shorter. */
export const CHUNK_ROWS = 1024;

/**
 * Integer keys of rowid tables: blobs stay in order of column and place, and one comparison finds the row. They stay below
 * 2^53 for a thousand million columns of a thousand million rows, so plain numbers carry them.
 */
const SLOTS = 2 ** 20;

/** Key of a column's chunk; of a group's `axis` entry when given the group's id. */
export const chunkKey = (column: number, chunk: number): number => column * SLOTS + chunk;

/** Key of a row of level-of-detail buckets. */
export const lodKey = (column: number, level: number, row: number): number => (column * 8 + level) * SLOTS + row;

/**
 * Rows of a group's first chunk, 64 … 1,024 and different from group to group, so that groups which grow in step do not
 * all seal in the same commit.
 */
export const firstChunkRows = (groupId: number): number => 64 + ((groupId * 389) % (CHUNK_ROWS - 63));
