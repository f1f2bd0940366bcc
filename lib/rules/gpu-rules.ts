import { formatDuration } from "#lib/core/index.ts";
import type { Condition, Localised, Severity } from "#lib/protocol/index.ts";

/** What a GPU shows at one moment, in nvidia-smi's units; NaN where it tells none. */
export type GpuState = {
  uuid: string;
  index: number;
  /** %, MiB, MiB, °C. */
  utilization: number;
  memoryUsed: number;
  memoryTotal: number;
  temperature: number;
  /** Why its clocks are held down, as a bit mask; and ECC errors that could not be corrected, since the driver was loaded. */
  throttle: number;
  uncorrected: number;
};

type Sign = { since: number; firing: boolean; clearSince: number };
type Known = {
  uuid: string;
  signs: Record<string, Sign>;
  /** ECC errors there had been when the run was first seen; NaN before. */
  uncorrected: number;
  /** Looks at it while the run went on, and those that found it at work. */
  looks: number;
  busy: number;
};

/** Plain data of bounded size. */
export type GpuWatch = {
  lookedAt: number;
  gpus: Known[];
  /** The longest time that all of them stood still while records came and then went on by themselves, ms. */
  longestPause: number;
  idleSince: number;
  idle: boolean;
};

export const newGpuWatch = (): GpuWatch => ({
  lookedAt: Number.NaN,
  gpus: [],
  longestPause: 0,
  idleSince: Number.NaN,
  idle: false,
});

const MINUTE = 60_000;
const MOST_GPUS = 32;
/** After such a hole in what we know, what was to last begins anew. */
const HOLE_MS = 2 * MINUTE;
/** Something is over when it has not been so for so long. */
const CLEAR_MS = 2 * MINUTE;
/** Data-centre and consumer cards alike slow themselves down from 83 to 92 °C on. */
const HOT = 88;
/** Slowdown by hardware, by temperature (software's and hardware's) and by the power brake. A power cap is a training's
 * everyday limit, and an idle clock no fault: NVML's nvmlClocksEventReason… constants. */
const THROTTLED = 0x8 | 0x20 | 0x40 | 0x80;
const FULL = 0.98;
const IDLE_PERCENT = 5;
const BUSY_PERCENT = 50;
/** Standing still is news for GPUs that were at work in half of at least so many looks (ten minutes of them). */
const LEARNT = 40;
const IDLE_MS = 10 * MINUTE;
const PAUSES = 2;

type Rule = { id: string; severity: Severity; holdMs: number; isSo(gpu: GpuState): boolean | null };

const known = (value: number, so: boolean): boolean | null => (Number.isNaN(value) ? null : so);
const RULES: readonly Rule[] = [
  {
    id: "gpu.hot",
    severity: "caution",
    holdMs: 3 * MINUTE,
    isSo: ({ temperature }) => known(temperature, temperature >= HOT),
  },
  {
    id: "gpu.throttled",
    severity: "caution",
    holdMs: 3 * MINUTE,
    isSo: ({ throttle }) => known(throttle, (throttle & THROTTLED) !== 0),
  },
  {
    id: "gpu.memory",
    severity: "note",
    holdMs: 5 * MINUTE,
    isSo: ({ memoryUsed, memoryTotal }) => known(memoryUsed / memoryTotal, memoryUsed >= FULL * memoryTotal),
  },
];

/**
 * Looks at the GPUs beside a run: call it every 10 to 30 seconds while the run's agent is connected. One condition of a kind
 * is open at a time, whatever the number of GPUs; it names the one it began with.
 *
 * @param isTraining records come as they use to: what stands still then should not
 */
export function lookAtGpus(
  watch: GpuWatch,
  { gpus, now, isTraining, step }: { gpus: readonly GpuState[]; now: number; isTraining: boolean; step: number | null },
): Condition[] {
  const conditions: Condition[] = [];
  const isHole = !(now - watch.lookedAt <= HOLE_MS);
  watch.lookedAt = now;
  for (const gpu of gpus) {
    const seen = knownOf(watch, gpu.uuid);
    if (seen === null) continue;
    for (const rule of RULES) {
      const others = watch.gpus.some((other) => other !== seen && other.signs[rule.id]?.firing);
      const kind = settle(signOf(seen, rule.id), rule, gpu, now, isHole);
      if (kind !== null && !others) conditions.push(condition(rule, kind, gpu, step));
    }
    const failed = newErrors(seen, gpu);
    if (failed > 0) conditions.push({ ...base("gpu.ecc", "critical", "began", step), ...eccWords(gpu, failed) });
    if (isTraining && !Number.isNaN(gpu.utilization)) {
      seen.looks++;
      if (gpu.utilization >= BUSY_PERCENT) seen.busy++;
    }
  }
  const idle = standStill(watch, { gpus, now, isTraining, isHole });
  if (idle !== null)
    conditions.push({ ...base("gpu.idle", "caution", idle, step), ...idleWords(now - watch.idleSince) });
  if (idle === "ended") watch.idleSince = Number.NaN;
  return conditions;
}

function knownOf(watch: GpuWatch, uuid: string): Known | null {
  const seen = watch.gpus.find((gpu) => gpu.uuid === uuid);
  if (seen !== undefined) return seen;
  if (watch.gpus.length >= MOST_GPUS) return null;
  const fresh: Known = { uuid, signs: {}, uncorrected: Number.NaN, looks: 0, busy: 0 };
  watch.gpus.push(fresh);
  return fresh;
}

function signOf({ signs }: Known, rule: string): Sign {
  signs[rule] ??= { since: Number.NaN, firing: false, clearSince: Number.NaN };
  return signs[rule];
}

function settle(sign: Sign, rule: Rule, gpu: GpuState, now: number, isHole: boolean): Condition["kind"] | null {
  const so = rule.isSo(gpu);
  if (isHole) sign.since = sign.clearSince = Number.NaN;
  if (so === null) return null;
  if (so) {
    sign.clearSince = Number.NaN;
    if (Number.isNaN(sign.since)) sign.since = now;
    if (sign.firing || now - sign.since < rule.holdMs) return null;
    sign.firing = true;
    return "began";
  }
  sign.since = Number.NaN;
  if (Number.isNaN(sign.clearSince)) sign.clearSince = now;
  if (!sign.firing || now - sign.clearSince < CLEAR_MS) return null;
  sign.firing = false;
  return "ended";
}

/** ECC errors since the last look; a count that went back began anew with the driver. */
function newErrors(seen: Known, { uncorrected }: GpuState): number {
  if (Number.isNaN(uncorrected)) return 0;
  const before = seen.uncorrected;
  seen.uncorrected = uncorrected;
  return Number.isNaN(before) ? 0 : Math.max(0, uncorrected - before);
}

/** All that have worked in this run stand still, though records come: one that rests beside others may be another job's. */
function standStill(
  watch: GpuWatch,
  { gpus, now, isTraining, isHole }: { gpus: readonly GpuState[]; now: number; isTraining: boolean; isHole: boolean },
): "began" | "ended" | null {
  const own = watch.gpus.filter(({ looks, busy }) => looks >= LEARNT && 2 * busy >= looks);
  const readings = own.map(({ uuid }) => gpus.find((gpu) => gpu.uuid === uuid)?.utilization ?? Number.NaN);
  const stands = own.length > 0 && readings.every((utilization) => utilization <= IDLE_PERCENT);
  if (watch.idle) {
    if (stands || readings.every(Number.isNaN)) return null;
    watch.idle = false;
    return "ended";
  }
  // A pause for a checkpoint brings no records: what it leaves behind is not held against the first of them.
  if (!stands || !isTraining || isHole) {
    const pause = isHole ? Number.NaN : now - watch.idleSince;
    if (pause > watch.longestPause) watch.longestPause = pause;
    watch.idleSince = Number.NaN;
    return null;
  }
  if (Number.isNaN(watch.idleSince)) watch.idleSince = now;
  if (now - watch.idleSince < Math.max(IDLE_MS, PAUSES * watch.longestPause)) return null;
  watch.idle = true;
  return "began";
}

const base = (subject: string, severity: Severity, kind: Condition["kind"], step: number | null) => ({
  subject,
  severity,
  kind,
  step,
});

function condition(
  { id, severity, holdMs }: Rule,
  kind: Condition["kind"],
  gpu: GpuState,
  step: number | null,
): Condition {
  const lasted = { en: formatDuration(holdMs, "en"), "zh-CN": formatDuration(holdMs, "zh-CN") };
  return { ...base(id, severity, kind, step), ...WORDS[id]!(gpu, lasted) };
}

type Words = { text: Localised; advice: Localised };
const words = (text: Localised, advice: Localised): Words => ({ text, advice });

const WORDS: Record<string, (gpu: GpuState, lasted: Localised) => Words> = {
  "gpu.hot": ({ index, temperature }, lasted) =>
    words(
      {
        en: `GPU ${index} has been at ${temperature} °C or about it for ${lasted.en}.`,
        "zh-CN": `GPU ${index} 温度约 ${temperature} °C，已持续 ${lasted["zh-CN"]}。`,
      },
      {
        en: "Check fans and airflow; a lower power limit costs little speed.",
        "zh-CN": "检查风扇与风道；略降功率上限对速度影响很小。",
      },
    ),
  "gpu.throttled": ({ index, throttle }, lasted) =>
    words(
      {
        en: `GPU ${index} has held its clocks down for ${lasted.en}: ${reasonOf(throttle).en}.`,
        "zh-CN": `GPU ${index} 已降频 ${lasted["zh-CN"]}：${reasonOf(throttle)["zh-CN"]}。`,
      },
      {
        en: "Every other GPU of the job waits for it. Check cooling and power supply.",
        "zh-CN": "同一任务的其他 GPU 都在等它。检查散热与供电。",
      },
    ),
  "gpu.memory": ({ index, memoryUsed, memoryTotal }, lasted) =>
    words(
      {
        en: `GPU ${index} has ${gib(memoryUsed)} of ${gib(memoryTotal)} GiB in use for ${lasted.en}.`,
        "zh-CN": `GPU ${index} 显存占用 ${gib(memoryUsed)} / ${gib(memoryTotal)} GiB，已持续 ${lasted["zh-CN"]}。`,
      },
      {
        en: "A longer batch or an evaluation may not fit any more. A smaller batch with accumulation leaves room.",
        "zh-CN": "更长的批次或验证可能会放不下。减小批大小并用梯度累积可留出余量。",
      },
    ),
};

function reasonOf(throttle: number): Localised {
  if ((throttle & 0x80) !== 0) return { en: "power brake, set from outside", "zh-CN": "外部功率制动" };
  if ((throttle & 0x60) !== 0) return { en: "too hot", "zh-CN": "温度过高" };
  return { en: "hardware slowdown", "zh-CN": "硬件降速" };
}

function eccWords({ index }: GpuState, count: number): Words {
  return words(
    {
      en: `GPU ${index} had ${count} ${count === 1 ? "memory error" : "memory errors"} that ECC could not correct.`,
      "zh-CN": `GPU ${index} 出现 ${count} 个 ECC 无法纠正的显存错误。`,
    },
    {
      en: "What was computed since may be wrong: go back to a checkpoint before it, and have the GPU reset or replaced.",
      "zh-CN": "此后的计算结果可能有误：回退到此前的检查点，并重置或更换该 GPU。",
    },
  );
}

function idleWords(ms: number): Words {
  return words(
    {
      en: `All GPUs that this run worked on have been idle for ${formatDuration(ms, "en")}, though records still come.`,
      "zh-CN": `该训练用过的 GPU 均已空闲 ${formatDuration(ms, "zh-CN")}，但仍有记录产生。`,
    },
    {
      en: "Look for a data loader that starves them, or a fall back to the CPU.",
      "zh-CN": "检查数据加载是否跟不上，或计算是否退回到了 CPU。",
    },
  );
}

const gib = (mib: number): string => (mib / 1024).toFixed(1);
