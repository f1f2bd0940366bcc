import { formatDuration, formatMetric, formatShare, formatStep } from "#lib/core/index.ts";
import type { Localised } from "#lib/protocol/index.ts";
import { both } from "./both.ts";

export const PACE_LABEL = {
  silent: both("Silent for", "静默时长"),
  longestPause: both("Longest pause before", "此前最长停顿"),
  utilization: both("GPU utilisation", "GPU 利用率"),
  power: both("Power against its usual", "功耗与平时之比"),
  pace: both("Pace against before", "速度与此前之比"),
} as const;

/** `pace` and `before` in `unit`: tokens a second, or milliseconds a step. */
export type PaceFacts = { step: number; pace: number; before: number; unit: "tokens" | "ms" };

export function slowText(facts: PaceFacts & { slower: number }): Localised {
  const [en, zh] = paces(facts);
  return both(
    `Training is ${formatShare(facts.slower)} slower than its own pace since step ${formatStep(facts.step)}: ${en}. ` +
      "Look at the data loader, other processes on the GPU, its clocks and its temperature.",
    `步 ${formatStep(facts.step)} 起训练比自身速度慢 ${formatShare(facts.slower)}：${zh}。检查数据加载、GPU 上的其他进程、频率和温度。`,
  );
}

export function paceBackText(facts: PaceFacts): Localised {
  const [en, zh] = paces(facts);
  return both(
    `Back at its own pace since step ${formatStep(facts.step)}: ${en}.`,
    `步 ${formatStep(facts.step)} 起恢复自身速度：${zh}。`,
  );
}

function paces({ pace, before, unit }: PaceFacts): [en: string, zh: string] {
  if (unit === "tokens") {
    const [now, then] = [formatMetric(pace), formatMetric(before)];
    return [`${now} tokens/s, ${then} before`, `每秒 ${now} token，此前 ${then}`];
  }
  return [
    `${formatDuration(pace, "en")} a step, ${formatDuration(before, "en")} before`,
    `每步 ${formatDuration(pace, "zh-CN")}，此前 ${formatDuration(before, "zh-CN")}`,
  ];
}

/** @param powerShare what the GPU draws against its usual; null while that is not known */
export function stuckText(silentMs: number, utilization: number, powerShare: number | null): Localised {
  const share = powerShare === null ? null : formatShare(powerShare);
  return both(
    `No record for ${formatDuration(silentMs, "en")}, GPU ${formatMetric(utilization)}% busy` +
      `${share === null ? "" : ` at ${share} of its usual power`}: a collective waits for a rank that does not come. ` +
      "Look for a dead or slow rank; with NCCL, its timeout or a stack dump of each rank tells which.",
    `已 ${formatDuration(silentMs, "zh-CN")}没有记录，GPU 利用率 ${formatMetric(utilization)}%` +
      `${share === null ? "" : `，功耗仅为平时的 ${share}`}：集合通信在等待未到达的 rank。` +
      "查找已退出或缓慢的 rank；NCCL 的超时信息或各 rank 的调用栈可指明是哪一个。",
  );
}

export function idleText(silentMs: number, pauseMs: number): Localised {
  return both(
    `No record for ${formatDuration(silentMs, "en")} and the GPU is idle; the longest pause before was ` +
      `${formatDuration(pauseMs, "en")}. The data loader is stuck or the process is dead: look at its workers and its exit.`,
    `已 ${formatDuration(silentMs, "zh-CN")}没有记录，GPU 空闲；此前最长停顿为 ${formatDuration(pauseMs, "zh-CN")}。` +
      "数据加载卡住或进程已退出：检查其 worker 与退出状态。",
  );
}

export function hangOverText(ms: number): Localised {
  return both(
    `Records again after ${formatDuration(ms, "en")} of silence.`,
    `静默 ${formatDuration(ms, "zh-CN")}后恢复记录。`,
  );
}
