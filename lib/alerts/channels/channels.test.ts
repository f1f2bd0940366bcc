import { expect, test } from "vitest";
import type { Notice } from "../notice.ts";
import { channelFor } from "./index.ts";

const notice: Notice = {
  alert: "r-1-oscillating-40",
  number: 0,
  kind: "firing",
  incident: "r-1",
  curve: [2.8, 2.7, 2.6, 2.9, 2.5],
  more: 0,
  subject: "oscillating",
  severity: "caution",
  step: 31700,
  text: { en: "Loss swings <!channel> & <@U1>", "zh-CN": "损失摆动" },
  advice: { en: "Set LR to 2.24e-4. Half of now; change nothing else.", "zh-CN": "把学习率设为 2.24e-4。" },
  confidence: 0.84,
  at: 1,
  run: {
    id: "r",
    name: "lr6e4<!here>",
    project: "atlas-lm",
    host: "gpu-07",
    step: 33200,
    maxSteps: 60000,
    loss: 2.6,
    learningRate: 5.96e-4,
    msLeft: 70_200_000,
  },
};
const context = { link: "http://127.0.0.1:3900/runs/r", lang: "en" as const };
const slack = (changed: Partial<Notice> = {}) =>
  JSON.parse(channelFor("slack").render({ ...notice, ...changed }, context));

test("a Slack message has headline, reason, advice with a value to copy, fields and a link, in this order", () => {
  const { text, attachments } = slack();
  expect(attachments[0].color).toBe("#D99A1F");
  const { blocks } = attachments[0];
  expect(blocks.map(({ type }: { type: string }) => type)).toEqual([
    "header",
    "section",
    "section",
    "section",
    "context",
    "actions",
  ]);
  expect(blocks[0].text.text).toBe("▲ Oscillating: lr6e4<!here>");
  expect(blocks[2].text.text).toBe("*Set LR to `2.24e-4`.* Half of now; change nothing else.");
  expect(blocks[3].fields.map((field: { text: string }) => field.text)).toEqual([
    "*Step*\n33\u2009200 of 60\u2009000",
    "*Loss*\n2.60",
    "*LR*\n5.96e-4",
    "*Confidence*\n84%",
    "*Time left*\n19h 30m",
    "*Host*\ngpu-07",
  ]);
  expect(blocks[5].elements[0].url).toBe(context.link);
  expect(text).toContain("Set LR to 2.24e-4");
});

test("nothing that a log or a name brought in pings anybody", () => {
  const { text, attachments } = slack();
  const spoken = [
    text,
    ...attachments[0].blocks
      .filter(({ type }: { type: string }) => type !== "header")
      .map((block: object) => JSON.stringify(block)),
  ];
  for (const part of spoken) expect(part).not.toMatch(/<[!@]/);
  expect(attachments[0].blocks[1].text.text).toBe("Loss swings &lt;!channel&gt; &amp; &lt;@U1&gt;");
});

test("what Slack bounds is cut and marked; the end of a run leads to its report", () => {
  const { attachments } = slack({
    run: { ...notice.run, name: "长".repeat(400) },
    text: { en: "x".repeat(5000), "zh-CN": "" },
  });
  expect(attachments[0].blocks[0].text.text.length).toBeLessThanOrEqual(150);
  expect(attachments[0].blocks[1].text.text).toMatch(/^x+…$/);
  expect(attachments[0].blocks[1].text.text.length).toBeLessThanOrEqual(3000);
  const finished = slack({ subject: "run.finished", kind: "event", severity: "good" });
  expect(finished.attachments[0].blocks.at(-1).elements[0].url).toBe(`${context.link}/report`);
});

test("Slack has understood when it says ok, and only then", () => {
  const { judge } = channelFor("slack");
  expect(judge(200, "ok")).toBeNull();
  expect(judge(200, "<html>")).toMatchObject({ retryable: false });
  expect(judge(404, "no_service")).toMatchObject({ retryable: false });
  expect(judge(429, "")).toMatchObject({ retryable: true });
  expect(judge(503, "")).toMatchObject({ retryable: true });
});

test("a webhook's body is the same for every try, with an id to tell repeats by", () => {
  const { render } = channelFor("webhook");
  expect(render(notice, context)).toBe(render(notice, context));
  expect(JSON.parse(render(notice, context))).toMatchObject({
    id: "r-1-oscillating-40/0",
    rule: "oscillating",
    step: 31700,
    link: context.link,
  });
});
