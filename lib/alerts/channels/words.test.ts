import { expect, test } from "vitest";
import type { LANGUAGES } from "#lib/protocol/index.ts";
import type { Notice } from "../notice.ts";
import { cut, widened } from "./cut.ts";
import { LINKS, NOTICE } from "./receiver-fixture.ts";
import { messageOf, sparkline } from "./words.ts";

const message = (changed: Partial<Notice>, lang: (typeof LANGUAGES)[number] = "en") =>
  messageOf({ notice: { ...NOTICE, ...changed }, links: LINKS, lang, receipt: null });

test.each([
  [{ kind: "firing" }, "▲ Oscillating: lr6e4-bs512-r2", "▲ 震荡: lr6e4-bs512-r2"],
  [{ kind: "resolved" }, "● Healthy again: lr6e4-bs512-r2", "● 恢复健康: lr6e4-bs512-r2"],
  [
    { kind: "resolved", subject: "run.lost" },
    "● Over: Agent lost: lr6e4-bs512-r2",
    "● 已解除: 代理失联: lr6e4-bs512-r2",
  ],
  [{ kind: "reminder" }, "▲ Still: Oscillating: lr6e4-bs512-r2", "▲ 仍在持续: 震荡: lr6e4-bs512-r2"],
  [{ kind: "flapping" }, "▲ Comes and goes: Oscillating: lr6e4-bs512-r2", "▲ 反复出现: 震荡: lr6e4-bs512-r2"],
  [{ kind: "digest", more: 37 }, "▲ 37 alerts", "▲ 37 条告警"],
  [
    { kind: "firing", subject: "rule:a1b2", title: { en: "Loss over 5", "zh-CN": "损失超过 5" } },
    "▲ Loss over 5: lr6e4-bs512-r2",
    "▲ 损失超过 5: lr6e4-bs512-r2",
  ],
  [{ kind: "firing", subject: "gpu.hot" }, "▲ GPU too hot: lr6e4-bs512-r2", "▲ GPU 过热: lr6e4-bs512-r2"],
] satisfies [Partial<Notice>, string, string][])("%j is headed %s", (changed, en, zh) => {
  expect([message(changed).headline, message(changed, "zh-CN").headline]).toEqual([en, zh]);
});

test("only what lasts can be muted or taken on, and only an incident can be taken on", () => {
  const buttons = (changed: Partial<Notice>): string[] => message(changed).buttons.map(({ id }) => id);
  expect(buttons({})).toEqual(["open", "mute", "ack"]);
  expect(buttons({ kind: "reminder" })).toEqual(["open", "mute", "ack"]);
  expect(buttons({ incident: "" })).toEqual(["open", "mute"]);
  for (const kind of ["resolved", "event", "digest", "test"] as const) expect(buttons({ kind })).toEqual(["open"]);
});

test("the end of a run leads to its report", () => {
  expect(message({ kind: "event", subject: "run.finished", severity: "good" }).buttons).toEqual([
    { id: "open", label: "Open report", url: LINKS.report },
  ]);
});

test("what is not known of a run is left out", () => {
  const unknown = { step: null, maxSteps: null, loss: "NaN", learningRate: null, msLeft: null, host: "" };
  expect(message({ confidence: null, run: { ...NOTICE.run, ...unknown } }).facts).toEqual([["Loss", "NaN"]]);
});

test("a sparkline runs from the lowest to the highest value", () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe("▁▂▃▄▅▆▇█");
  expect(sparkline([5, 5, 5])).toBe("▁▁▁");
  expect(sparkline([1])).toBe("");
});

test("control characters and turns of direction do not get into a message", () => {
  expect(message({ run: { ...NOTICE.run, name: "a\u202eb\r\nc\u0000" } }).headline).toBe("▲ Oscillating: ab c ");
});

test("what is too long is cut between characters as a reader sees them, after escaping, with how many are left out", () => {
  const family = "👨‍👩‍👧"; // one character, 8 units, 5 code points, 18 bytes
  expect(cut("abc", { units: 3 })).toBe("abc");
  expect(cut(family.repeat(10), { units: 40 })).toBe(`${family.repeat(4)}…(+6)`);
  expect(cut(family.repeat(10), { codePoints: 31 })).toBe(`${family.repeat(5)}…(+5)`);
  expect(cut("长".repeat(100), { bytes: 60 })).toBe(`${"长".repeat(17)}…(+83)`);
  const escaped = cut("<".repeat(100), { units: 30 }, (text) => text.replaceAll("<", "&lt;"));
  expect(escaped).toBe(`${"&lt;".repeat(5)}…(+95)`);
});

test("what Markdown without escapes would read is written wide", () => {
  expect(widened("<@all> [x](http://evil) **b** `c`")).toBe("＜＠all＞ ［x］(http://evil) ＊＊b＊＊ ｀c｀");
});
