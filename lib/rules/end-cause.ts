import type { Localised } from "#lib/protocol/index.ts";

/** What a run died of, as its log's last lines tell it; the first that fits is said. */
export type EndCause =
  | "gpu_memory"
  | "host_memory"
  | "disk_full"
  | "time_limit"
  | "gpu_broken"
  | "collective"
  | "not_finite"
  | "cuda"
  | "killed"
  | "segfault"
  | "aborted"
  | "terminated"
  | "signal"
  | "exception"
  | "exit_code";

export type Ended = {
  cause: EndCause;
  /** What the log said, as one line: an exception with its message, or the code. */
  detail: string;
};

const DETAIL_CHARS = 200;

/** In order: what is said first is the cause of what comes after it. */
const CAUSES: readonly [EndCause, RegExp][] = [
  [
    "gpu_memory",
    /(?:CUDA|HIP|XPU|NPU|MPS backend) (?:error: )?out of memory|(?:cuda|torch)\.OutOfMemoryError|\bOutOfMemoryError\b|CUBLAS_STATUS_ALLOC_FAILED|hipErrorOutOfMemory|cudaErrorMemoryAllocation|RESOURCE_EXHAUSTED: .*(?:out of memory|allocat)|OOM when allocating tensor|\bOut of memory error on GPU/i,
  ],
  [
    "host_memory",
    /killed by SIGKILL, out of memory|oom[-_ ]?kill|Out of memory: Killed process|Cannot allocate memory|can't allocate memory|^MemoryError\b|\bstd::bad_alloc\b|OutOfMemory.*DataLoader|Bus error.*shared memory|insufficient shared memory/i,
  ],
  ["disk_full", /No space left on device|Disk quota exceeded|\bENOSPC\b/i],
  ["time_limit", /CANCELLED .*DUE TO TIME LIMIT/],
  [
    "gpu_broken",
    /uncorrectable ECC error|\bXid\b[^\n]*: ?\d+|GPU (?:is lost|has fallen off the bus)|device-side .*hardware|CUDA error: unspecified launch failure/i,
  ],
  [
    "collective",
    /Watchdog caught collective operation timeout|ncclSystemError|ncclInternalError|ncclRemoteError|ncclUnhandledCudaError|NCCL (?:communicator was aborted|error)|\bDistBackendError\b|Socket Timeout|Connection closed by peer/i,
  ],
  ["not_finite", /Loss is (?:nan|-?inf), stopping|Aborting training due to (?:NaN|Inf)|Invalid loss, terminating/i],
  ["cuda", /CUDA error: |CUDNN_STATUS_(?!SUCCESS)\w+|cuBLAS error|CUBLAS_STATUS_(?!SUCCESS)\w+/],
  ["killed", /^\W*Killed\b|: line \d+: +\d+ +Killed\b|\bSIGKILL\b|Signal 9\b|exit ?code:? *(?:137|-9)\b/i],
  ["segfault", /Segmentation fault|\bSIGSEGV\b|Signal 11\b|exit ?code:? *(?:139|-11)\b/i],
  ["aborted", /^\W*Aborted\b|: line \d+: +\d+ +Aborted\b|\bSIGABRT\b|Signal 6\b|exit ?code:? *(?:134|-6)\b/i],
  [
    "terminated",
    /\bCANCELLED\b|\bSIG(?:TERM|INT|HUP)\b|Signal 15\b|^\W*Terminated\b|exit ?code:? *(?:143|-15)\b|^KeyboardInterrupt\b/i,
  ],
  ["signal", /^curvewatch run: killed by SIG\w+/],
  ["exception", /^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit)\b(?::|$)/],
  ["exit_code", /exit ?(?:code|status):? *\(?-?\d+/i],
];

/**
 * @param end the line that ended the run, as its reader took it
 * @param lines the newest lines of its log, oldest first
 * @returns null when neither says why
 */
export function endCause(end: string | null, lines: readonly string[]): Ended | null {
  const told = [...(end === null ? [] : [end]), ...lines.toReversed()].map((line) => line.slice(0, 1000));
  for (const [cause, pattern] of CAUSES) {
    const line = told.find((text) => pattern.test(text));
    if (line === undefined) continue;
    return { cause, detail: oneLine(line) };
  }
  return null;
}

/** What is said of a run that has failed. */
export function failureWords(ended: Ended | null): { text: Localised; advice: Localised } {
  if (ended === null) return { text: { en: "The run has failed.", "zh-CN": "训练已失败。" }, advice: READ_ON };
  const { cause, detail } = ended;
  const [en, zh] = NAMES[cause](detail);
  return {
    text: { en: `The run has failed: ${en}.`, "zh-CN": `训练已失败：${zh}。` },
    advice: ADVICE[cause] ?? READ_ON,
  };
}

const READ_ON: Localised = { en: "Read the last lines of the log.", "zh-CN": "查看日志的最后几行。" };

const same = (en: string, zh: string) => (): [string, string] => [en, zh];
const quoted = (detail: string): [string, string] => [detail.replace(/[.。]+$/, ""), detail.replace(/[.。]+$/, "")];
const NAMES: Record<EndCause, (detail: string) => [en: string, zh: string]> = {
  gpu_memory: same("CUDA out of memory", "CUDA 显存不足"),
  host_memory: same("the host ran out of memory", "主机内存不足"),
  disk_full: same("no space left on the disk", "磁盘空间不足"),
  time_limit: same("the scheduler's time limit", "达到调度器的时间上限"),
  gpu_broken: quoted,
  collective: same("the ranks lost each other (NCCL)", "rank 之间通信中断（NCCL）"),
  not_finite: same("the trainer stopped at a loss that is not finite", "损失不是有限值，训练程序已停止"),
  cuda: quoted,
  killed: same("killed (SIGKILL)", "被强制终止（SIGKILL）"),
  segfault: same("segmentation fault (SIGSEGV)", "段错误（SIGSEGV）"),
  aborted: same("aborted (SIGABRT)", "异常中止（SIGABRT）"),
  terminated: (detail) => {
    const signal = /\bSIG(?:INT|HUP)\b/.exec(detail)?.[0] ?? "SIGTERM";
    return [`stopped from outside (${signal})`, `被外部停止（${signal}）`];
  },
  signal: (detail) => {
    const signal = /SIG\w+/.exec(detail)?.[0] ?? "";
    return [`killed (${signal})`, `被终止（${signal}）`];
  },
  exception: quoted,
  exit_code: (detail) => {
    const code = /exit ?(?:code|status):? *\(?(-?\d+)/i.exec(detail)?.[1] ?? "";
    return [`exit code ${code}`, `退出码 ${code}`];
  },
};

const ADVICE: Partial<Record<EndCause, Localised>> = {
  gpu_memory: {
    en: "Halve the batch and double the accumulation, or turn on gradient checkpointing.",
    "zh-CN": "批大小减半、梯度累积加倍，或开启梯度检查点。",
  },
  host_memory: {
    en: "Fewer data loader workers, a smaller cache, or a larger shared memory (--shm-size).",
    "zh-CN": "减少数据加载进程、减小缓存，或加大共享内存（--shm-size）。",
  },
  disk_full: { en: "Make room, and keep fewer checkpoints.", "zh-CN": "清理磁盘，并少保留检查点。" },
  time_limit: {
    en: "Resume from the last checkpoint with more time.",
    "zh-CN": "从最近的检查点恢复，并申请更长时间。",
  },
  gpu_broken: { en: "Have the GPU reset or taken out before the next start.", "zh-CN": "再次启动前重置或更换该 GPU。" },
  collective: {
    en: "Find the rank that ended first: its log says why the others waited.",
    "zh-CN": "找到最先结束的 rank：它的日志说明其他 rank 为何等待。",
  },
  killed: {
    en: "Nobody kills like that but the kernel out of memory, the scheduler, or a person: ask the host's log.",
    "zh-CN": "通常是内核因内存不足、调度器或人为所致：查看主机日志。",
  },
};

/** Without control characters and runs of blanks. */
function oneLine(text: string): string {
  const clean = text
    .replace(/[\u0000-\u001f\u007f]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return clean.length <= DETAIL_CHARS ? clean : `${clean.slice(0, DETAIL_CHARS - 1)}…`;
}
