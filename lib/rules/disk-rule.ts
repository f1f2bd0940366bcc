import type { Condition, Localised } from "#lib/protocol/index.ts";

/** What is left on the disk of the server's data folder. */
export type DiskRoom = { freeBytes: number; totalBytes: number };

const GIB = 2 ** 30;
/** Little is this much, or on a small disk this share of it; next to nothing is an eighth of that. */
const LITTLE = 2 * GIB;
const LITTLE_SHARE = 0.05;
const NOTHING = 1 / 8;
/** Enough again at one and a half times that, so that it does not flap. */
const AGAIN = 1.5;

/** Whether room has become short, or is there again; null in between, where it stays as it was. */
export function judgeDisk({ freeBytes, totalBytes }: DiskRoom): Condition | null {
  const little = Math.min(LITTLE, LITTLE_SHARE * totalBytes);
  if (freeBytes >= little && freeBytes < AGAIN * little) return null;
  return {
    subject: "disk.full",
    kind: freeBytes < little ? "began" : "ended",
    severity: freeBytes < NOTHING * little ? "critical" : "caution",
    step: null,
    text: textOf(freeBytes),
    advice: {
      en: "Make room, or move the data folder (--data). Agents keep their data until there is some again.",
      "zh-CN": "清理磁盘，或更换数据目录（--data）。有空间之前，代理会保留数据。",
    },
  };
}

function textOf(freeBytes: number): Localised {
  const gib = (freeBytes / GIB).toFixed(2);
  return {
    en: `${gib} GiB are left on the disk where Curvewatch keeps its data.`,
    "zh-CN": `Curvewatch 数据所在磁盘仅剩 ${gib} GiB。`,
  };
}
