const SAMPLE_BYTES = 8 * 1024;
/** Controls that logs do hold: \b \t \n \v \f \r and ESC of colours and cursor moves. */
const LOG_CONTROLS = new Set([0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b]);
/** Share of other control bytes above which nobody would call it text. */
const CONTROL_SHARE = 0.05;

/**
 * Whether the beginning of a file (8 KiB are looked at) is no text: NUL bytes or many control bytes. UTF-16 text counts as
 * binary; its byte order mark tells a caller so. NULs at the very start do not count: truncation leaves them under a writer
 * that does not append.
 */
export function looksBinary(bytes: Uint8Array): boolean {
  const start = bytes.findIndex((byte) => byte !== 0);
  const sample = start < 0 ? bytes.subarray(0, 0) : bytes.subarray(start, start + SAMPLE_BYTES);
  let controls = 0;
  for (const byte of sample) {
    if (byte === 0) return true;
    if ((byte < 0x20 && !LOG_CONTROLS.has(byte)) || byte === 0x7f) controls += 1;
  }
  return controls > sample.length * CONTROL_SHARE;
}
