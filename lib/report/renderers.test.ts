import { expect, test } from "vitest";
import { toAscii } from "#lib/core/index.ts";
import { LANGUAGES, type Language, METRIC } from "#lib/protocol/index.ts";
import { reportModel } from "./model.ts";
import { renderHtml } from "./render-html.ts";
import { renderJson } from "./render-json.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { bareInput, both, finding, NOW, reportInput, SERIES, seriesOf } from "./testing.ts";

const UTC = { timeZone: "UTC" };
const html = (input = reportInput(), lang: Language = "en"): string => renderHtml(reportModel(input), { lang, ...UTC });
const body = (text: string): string => text.slice(text.indexOf("<body>"));
/** What a reader reads. */
const words = (text: string): string => toAscii(body(text).replace(/<[^>]*>/g, ""));

test("one file holds all it needs: nothing to load, no script, and small", () => {
  for (const lang of LANGUAGES) {
    const text = html(reportInput(), lang);
    expect(text).not.toMatch(/http/i);
    expect(text).not.toMatch(/<script|\son\w+=|@import|src=|<link(?! rel="icon" href="data:,")/i);
    expect([...text.matchAll(/url\(([^)]{0,12})/g)].every(([, target]) => /^(data:|#)/.test(target!))).toBe(true);
    expect(text.length).toBeLessThan(400_000);
    expect(text.match(/@font-face/g)).toHaveLength(3);
  }
});

test("every figure that is known is on the page", () => {
  const text = words(html());
  const figures = ["2.27", "2.44", "1000", "6e-4", "8m 20s", "398k", "20.2%", "x2.0", "102 of 130 lines parsed"];
  const sources = ["gpu-07", "curvewatch 0.1.0", "hf-trainer", "lr6e4-bs512.log", "19 Nov 2025, 11:26 UTC"];
  const sections = [
    "Loss and learning rate",
    "Verdict timeline",
    "Learning-rate schedule",
    "Incidents",
    "Hyperparameters seen",
  ];
  for (const part of [...figures, ...sources, ...sections]) expect(text.includes(part), part).toBe(true);
  expect(text.includes("/home/mei")).toBe(false);
});

test("what is not known is not there", () => {
  const text = body(html(bareInput()));
  for (const absent of [
    "Best eval",
    "Peak LR",
    "Time<",
    "Throughput",
    "schedule",
    "What went",
    "Told",
    "Hyperparameters",
  ])
    expect(text.includes(absent), absent).toBe(false);
  expect(text.includes("<h2>Loss</h2>"), "<h2>Loss</h2>").toBe(true);
  expect(text).not.toMatch(/undefined|\[object|null|NaN/);
});

test("a run with nothing to draw has no figure", () => {
  const text = body(html({ ...reportInput({ metrics: [], last: {}, bestEval: null }), series: [] }));
  expect(text.includes("<figure>"), "<figure>").toBe(false);
});

test("the figure tells verdicts, incidents and NaN; wide and narrow keep their ids apart", () => {
  const series = [
    seriesOf(
      METRIC.trainLoss,
      Array.from({ length: 100 }, (_, i) => [i * 10, i > 80 ? Number.NaN : 2 + 1 / (i + 1)]),
    ),
    ...SERIES.slice(1),
  ];
  const text = body(html({ ...reportInput(), series }));
  const [wide = "", narrow = ""] = [...text.matchAll(/<svg class="(?:wide|narrow)"[\s\S]*?<\/figure>/g)][0]![0].split(
    '<svg class="narrow"',
  );
  for (const figure of [wide, narrow]) {
    expect(figure.includes('class="flag"'), 'class="flag"').toBe(true);
    expect(figure.includes("url(#tile-oscillating)"), "url(#tile-oscillating)").toBe(true);
    expect(figure.includes("#d53a2c"), "#d53a2c").toBe(true); // critical-mark: the cross of the NaN
    expect(figure).not.toMatch(/\bzr\d/);
    expect(figure.includes("NaN"), "NaN").toBe(false);
  }
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("both languages say it, each in its own words", () => {
  const zh = html(reportInput(), "zh-CN");
  expect(zh.includes('<html lang="zh-CN">')).toBe(true);
  for (const word of ["已完成", "判断时间线", "健康", "震荡：学习率偏高", "计划全部完成", "步 600 恢复健康"])
    expect(words(zh).includes(word), word).toBe(true);
  for (const word of ["Verdict", "Incidents", "Healthy", "lines parsed"])
    expect(body(zh).includes(word), word).toBe(false);
});

const ATTACK = `<img src=x onerror=alert(1)>"'><script>alert(1)</script>&lt;`;

test("what a log says stays text, wherever it stands", () => {
  const input = reportInput(
    {
      name: ATTACK,
      project: ATTACK,
      host: ATTACK,
      path: `/x/${ATTACK}`,
      format: ATTACK,
      end: { kind: "failed", line: 1, text: ATTACK },
      state: "failed",
    },
    {
      findings: [finding("lr.jump_unexpected", 400, { text: both(ATTACK) })],
      review: [
        { rule: ATTACK, status: "caution", name: both(ATTACK), value: ATTACK, advice: both(ATTACK), source: ATTACK },
      ],
    },
  );
  const alerts = [
    {
      subject: ATTACK,
      step: 1,
      severity: "note",
      text: both(ATTACK),
      channel: ATTACK,
      toldAt: NOW,
      endedAt: null,
    } as const,
  ];
  const text = html({ ...input, alerts });
  expect(text).not.toMatch(/<img|<script|onerror=alert\(1\)>(?!")/);
  expect(text.match(/&lt;img src=x onerror=alert\(1\)&gt;&quot;&#39;&gt;/g)!.length).toBeGreaterThan(8);
  const markdown = renderMarkdown(reportModel({ ...input, alerts }), { lang: "en", ...UTC });
  expect(markdown.split("\n").filter((line) => /(?<!\\)<(img|script)/.test(line) && !line.startsWith("    "))).toEqual(
    [],
  );
});

test("links to the app are there only where it serves the report", () => {
  const links = { run: "/runs/abc", file: "/f", markdown: "/m", data: "/j" };
  expect(html()).not.toContain("<nav");
  expect(renderHtml(reportModel(reportInput()), { lang: "en", ...UTC }, links)).toContain(
    '<a href="/runs/abc">Open run</a>',
  );
});

test("Markdown has the same content, in tables that hold", () => {
  const text = renderMarkdown(reportModel(reportInput({ name: "a|b_c" })), { lang: "en", ...UTC });
  expect(text).toMatch(/^# a\\\|b\\_c\n/);
  for (const part of [
    "Finished **Healthy** at loss 2.27",
    "| Oscillating | 400 – 600 | 20.2% |",
    "×2.0",
    "## Incidents",
  ])
    expect(text.includes(part), part).toBe(true);
  for (const table of text.match(/(?:^\|.*\n?)+/gm)!) {
    const widths = table
      .trim()
      .split("\n")
      .map((line) => line.match(/(?<!\\)\|/g)!.length);
    expect(new Set(widths).size).toBe(1);
  }
});

test("JSON has one language's texts, plain numbers, and no points", () => {
  const parsed = JSON.parse(renderJson(reportModel(reportInput()), "zh-CN"));
  expect(parsed.outcome.before).toBe("已完成：");
  expect(parsed.keyFigures[0]).toMatchObject({ name: "finalLoss", text: "2.27" });
  expect(parsed.timeline[2]).toMatchObject({ verdict: "oscillating", fromStep: 400, toStep: 600 });
  expect(parsed.figure).toEqual({ label: expect.any(String), story: expect.any(Object), marks: expect.any(Array) });
  expect(JSON.stringify(parsed)).not.toContain('"en"');
});
