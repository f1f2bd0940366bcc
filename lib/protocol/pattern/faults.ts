import type { Language } from "../names.ts";
import type { PatternFault } from "./syntax.ts";

/** What can be wrong with a person's pattern, and what to do about it, in every language: the terminal and the page say the same. */
type Words = { what: string; hint: string };
export type PatternFaultCode = keyof typeof EN;

const EXAMPLE = "(?<step>\\d+).*loss=(?<loss>\\S+)";

const EN = {
  tooLong: (part) => ({ what: `it is longer than ${part} characters`, hint: "shorten it: .* may stand for the rest" }),
  closesNothing: () => ({ what: "a ')' closes no group", hint: "remove it, or write \\) for the character" }),
  tooDeep: () => ({ what: "groups are nested too deep", hint: "take out groups that only group" }),
  repeatedAnchor: () => ({ what: "an anchor cannot be repeated", hint: "remove what follows it" }),
  repeatCount: (part) => ({
    what: `a count of repeats is out of order or above ${part}`,
    hint: "write + or * in its place",
  }),
  repeatsNothing: (part) => ({ what: `'${part}' repeats nothing`, hint: `write \\${part} for the character` }),
  sameName: (part) => ({ what: `two groups are named ${part}`, hint: "give each its own name" }),
  lookaround: () => ({
    what: "lookarounds are not supported",
    hint: "match the text around the value as part of the pattern",
  }),
  groupName: () => ({
    what: "this group has no whole name",
    hint: "name it with letters, digits and _, as in (?<loss>…)",
  }),
  groupKind: () => ({
    what: "this kind of group is not supported",
    hint: "use (?<name>…) for a value, or (?:…) to group",
  }),
  openGroup: () => ({ what: "this group is not closed", hint: "add a ), or write \\( for the character" }),
  openSet: () => ({ what: "this set is not closed", hint: "add a ], or write \\[ for the character" }),
  setRange: () => ({
    what: "this set has a range out of order",
    hint: "put the lower end first, or write \\- for the character",
  }),
  backReference: () => ({
    what: "references back to a group are not supported",
    hint: "match the text again, or leave it out",
  }),
  escape: (part) => ({ what: `'${part}' has no meaning here`, hint: "write \\d, \\w, \\s, or a set such as [A-Za-z]" }),
  noMetric: () => ({ what: "no named group is a metric", hint: `for example: --pattern '${EXAMPLE}'` }),
  tooManyParts: () => ({ what: "it has too many parts", hint: "use + or * where it counts repeats" }),
} satisfies Record<string, (part: string) => Words>;

const ZH: Record<PatternFaultCode, (part: string) => Words> = {
  tooLong: (part) => ({ what: `超过 ${part} 个字符`, hint: "缩短它：其余部分可用 .* 代替" }),
  closesNothing: () => ({ what: "多出一个 )，没有对应的分组", hint: "删除它；要匹配这个字符，写 \\)" }),
  tooDeep: () => ({ what: "分组嵌套过深", hint: "去掉只起分组作用的括号" }),
  repeatedAnchor: () => ({ what: "锚点不能重复", hint: "删除它后面的重复符号" }),
  repeatCount: (part) => ({ what: `重复次数顺序不对或超过 ${part}`, hint: "改用 + 或 *" }),
  repeatsNothing: (part) => ({ what: `${part} 前面没有可重复的内容`, hint: `要匹配这个字符，写 \\${part}` }),
  sameName: (part) => ({ what: `两个分组都叫 ${part}`, hint: "给每个分组不同的名字" }),
  lookaround: () => ({ what: "不支持环视", hint: "把数值前后的文字直接写进表达式" }),
  groupName: () => ({ what: "这个分组的名字不完整", hint: "名字用字母、数字和 _，例如 (?<loss>…)" }),
  groupKind: () => ({ what: "不支持这种分组", hint: "取值用 (?<name>…)，只分组用 (?:…)" }),
  openGroup: () => ({ what: "这个分组没有闭合", hint: "补上 )；要匹配这个字符，写 \\(" }),
  openSet: () => ({ what: "这个字符集没有闭合", hint: "补上 ]；要匹配这个字符，写 \\[" }),
  setRange: () => ({ what: "字符集中的范围顺序颠倒", hint: "小的写在前面；要匹配连字符，写 \\-" }),
  backReference: () => ({ what: "不支持反向引用", hint: "把文字再写一遍，或省去它" }),
  escape: (part) => ({ what: `${part} 在这里没有含义`, hint: "可用 \\d、\\w、\\s，或 [A-Za-z] 这样的字符集" }),
  noMetric: () => ({ what: "没有命名分组是指标", hint: `例如：${EXAMPLE}` }),
  tooManyParts: () => ({ what: "组成部分太多", hint: "需要计数的地方改用 + 或 *" }),
};

const FAULTS = { en: EN, "zh-CN": ZH } satisfies Record<Language, Record<PatternFaultCode, (part: string) => Words>>;

/** What is wrong, and what to do. */
export const faultWords = ({ code, part }: PatternFault, language: Language): Words => FAULTS[language][code](part);
