/** CRC-32C (Castagnoli, reflected 0x82F63B78), the checksum of iSCSI and ext4. Eight bytes a turn, after Intel's slicing-by-8. */
const SLICES = 8;
const TABLE = buildTable();

/**
 * @param seed the CRC of the bytes before, to go on from; 0 at the beginning
 * @returns an unsigned 32-bit number
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  const { length } = bytes;
  const aligned = length - (length % SLICES);
  let crc = ~seed;
  let i = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  for (; i < aligned; i += SLICES) {
    const low = crc ^ view.getInt32(i, true);
    const high = view.getInt32(i + 4, true);
    crc =
      TABLE[0x700 | (low & 0xff)]! ^
      TABLE[0x600 | ((low >>> 8) & 0xff)]! ^
      TABLE[0x500 | ((low >>> 16) & 0xff)]! ^
      TABLE[0x400 | (low >>> 24)]! ^
      TABLE[0x300 | (high & 0xff)]! ^
      TABLE[0x200 | ((high >>> 8) & 0xff)]! ^
      TABLE[0x100 | ((high >>> 16) & 0xff)]! ^
      TABLE[high >>> 24]!;
  }
  for (; i < length; i += 1) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** `TABLE[slice * 256 + byte]`: what `byte` does to the CRC when `slice` more bytes follow it. */
function buildTable(): Int32Array {
  const table = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    table[byte] = crc;
  }
  for (let i = 256; i < table.length; i += 1) {
    const before = table[i - 256]!;
    table[i] = (before >>> 8) ^ table[before & 0xff]!;
  }
  return table;
}
