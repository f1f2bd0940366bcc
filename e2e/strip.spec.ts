import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures/watch.ts";

/** The recorder strip: every control of it, by mouse, keyboard and fingers; and that a link opens the same view. */
type Row = { step: number; loss: number };

const START = Date.parse("2026-01-05T08:00:00Z");
const loss = (step: number): number => 2 + 3 * (1 + step / 50) ** -0.6 + 0.02 * Math.sin(step * 1.7);
const record = ({ step, loss }: Row): string =>
  `${JSON.stringify({
    step,
    max_steps: 4000,
    timestamp: new Date(START + step * 3000).toISOString(),
    loss,
    learning_rate: 3e-4,
    grad_norm: 0.5 + 0.05 * Math.sin(step),
    epoch: step / 1000,
    num_tokens: step * 4096,
    tokens_per_second: 1300 + (step % 10),
  })}\n`;
const rows = (from: number, to: number, shift = 0): string =>
  Array.from({ length: to - from + 1 }, (_, i) => record({ step: from + i, loss: loss(from + i) + shift })).join("");

const plot = (page: Page): Locator => page.getByRole("slider", { name: "Crosshair" });
const param = (page: Page, name: string) => () => new URL(page.url()).searchParams.get(name);

async function opened(page: Page, url: string, total: string): Promise<void> {
  await page.goto(url);
  await expect(page.getByText(`${total} points`)).toBeVisible();
}

/** A place on the strip, in shares of the plot's width. */
async function at(page: Page, share: number): Promise<[number, number]> {
  const box = (await plot(page).boundingBox())!;
  return [box.x + 54 + share * (box.width - 54 - 22), box.y + 150];
}

test("every choice lives in the address, and the address brings it back", async ({ folder, watch, page }) => {
  const log = join(folder, "train.jsonl");
  // The evaluation says its step and nothing else: on other axes it lies where its step does.
  writeFileSync(log, `${rows(1, 1000)}${JSON.stringify({ step: 1000, eval_loss: 2.5 })}\n${rows(1001, 2000)}`);
  const { url } = await watch([log]);
  await opened(page, url, "2\u2009000 of 2\u2009000");

  for (const [key, name, value] of [
    ["2", "Time", "time"],
    ["3", "Epoch", "epoch"],
    ["4", "Tokens", "tokens"],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(param(page, "x")).toBe(value);
    await expect(page.getByRole("radio", { name, exact: true })).toBeChecked();
  }
  await plot(page).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByText(/tokens, 1h 40m/)).toBeVisible();
  await expect(page.getByText("eval 2.50", { exact: true })).toBeVisible();
  await page.getByRole("radio", { name: "Epoch" }).click();
  await expect.poll(param(page, "x")).toBe("epoch");
  await page.keyboard.press("1");
  await expect.poll(param(page, "x")).toBeNull();

  await page.keyboard.press("]");
  await page.keyboard.press("]");
  await expect.poll(param(page, "smooth")).toBe("10");
  await expect(page.getByText("10 steps")).toBeVisible();
  await page.getByRole("slider", { name: "Smoothing" }).press("ArrowRight");
  await expect.poll(param(page, "smooth")).toBe("20");
  await expect(page.getByText(/^[\d.]+ mean$/)).toBeVisible();

  for (const name of ["Raw", "Trend", "Eval", "Log"]) {
    const toggle = page.getByRole("button", { name, exact: name !== "Log" });
    if ((await toggle.count()) === 0) continue;
    const before = await toggle.first().getAttribute("aria-pressed");
    await toggle.first().click();
    await expect(toggle.first()).toHaveAttribute("aria-pressed", before === "true" ? "false" : "true");
  }
  await expect.poll(param(page, "raw")).toBe("false");
  await expect.poll(param(page, "log")).toBe("true");
  await page.getByRole("radio", { name: "To now" }).click();
  await expect.poll(param(page, "range")).toBe("now");

  await page.reload();
  await expect(page.getByRole("radio", { name: "To now" })).toBeChecked();
  await expect(page.getByRole("button", { name: "Raw" })).toHaveAttribute("aria-pressed", "false");
  await expect(page.getByRole("slider", { name: "Smoothing" })).toHaveAttribute("aria-valuetext", "20 steps");
});

test("zooming reads the points that are shown: by wheel, drag, buttons, keys, the ribbon, and back", async ({
  folder,
  watch,
  page,
}) => {
  const log = join(folder, "train.jsonl");
  writeFileSync(log, rows(1, 4000));
  const { url } = await watch([log]);
  await opened(page, url, "4\u2009000 of 4\u2009000");

  const scrolled = () => page.evaluate(() => scrollY);
  await page.mouse.move(...(await at(page, 0.5)));
  await page.mouse.wheel(0, 120);
  await expect.poll(scrolled).toBeGreaterThan(0);
  await page.evaluate(() => scrollTo(0, 0));
  expect(param(page, "zoom")()).toBeNull();

  await page.keyboard.down("Control");
  for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  await expect.poll(() => widthOf(param(page, "zoom")()) || 4000).toBeLessThan(1600);
  expect(await scrolled()).toBe(0);
  const [from, to] = param(page, "zoom")()!.split("-").map(Number) as [number, number];
  const shown = (first: number, last: number): string =>
    `${String(last - first + 1).replace(/\B(?=(\d{3})+$)/g, "\u2009")} of 4\u2009000 points`;
  await expect(page.getByText(shown(from, to))).toBeVisible();

  await page.mouse.dblclick(...(await at(page, 0.5)));
  await expect.poll(param(page, "zoom")).toBeNull();
  await expect(page.getByText("4\u2009000 of 4\u2009000 points")).toBeVisible();

  await page.mouse.move(...(await at(page, 0.25)));
  await page.mouse.down();
  await page.mouse.move(...(await at(page, 0.5)), { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => Number(param(page, "zoom")()?.split("-")[1])).toBeGreaterThan(1900);
  const selected = param(page, "zoom")()!.split("-").map(Number) as [number, number];
  await expect(page.getByText(shown(...selected))).toBeVisible();

  await page.keyboard.down("Shift");
  await page.mouse.move(...(await at(page, 0.5)));
  await page.mouse.down();
  await page.mouse.move(...(await at(page, 0.25)), { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await expect.poll(() => Number(param(page, "zoom")()?.split("-")[0])).toBeGreaterThan(selected[0] + 100);
  const panned = param(page, "zoom")()!.split("-").map(Number) as [number, number];
  expect(Math.abs(panned[1] - panned[0] - (selected[1] - selected[0]))).toBeLessThanOrEqual(2);

  await page.getByRole("button", { name: "Zoom in" }).click();
  await expect.poll(() => widthOf(param(page, "zoom")())).toBeLessThan(600);
  await page.keyboard.press("-");
  await plot(page).focus();
  await page.keyboard.press("-");
  await expect.poll(() => widthOf(param(page, "zoom")())).toBeGreaterThan(900);
  await page.keyboard.press("Escape");
  await expect.poll(param(page, "zoom")).toBeNull();

  await page
    .getByRole("button", { name: /Healthy, steps .* Show this stretch/ })
    .first()
    .click();
  await expect.poll(param(page, "zoom")).toMatch(/^\d+-\d+$/);
  await expect(page.getByRole("tooltip")).toContainText("Loss");
  await page.getByRole("button", { name: "Back to the whole run" }).click();
  await expect.poll(param(page, "zoom")).toBeNull();

  await plot(page).focus();
  await page.keyboard.press("Shift+ArrowLeft");
  const edge = Number(await plot(page).getAttribute("aria-valuenow"));
  expect(edge).toBeLessThan(3999);
  await page.keyboard.press("ArrowRight");
  await expect.poll(async () => Number(await plot(page).getAttribute("aria-valuenow"))).toBeGreaterThan(edge);
});

test("where training went back, both attempts are there, and points go on along every axis", async ({
  folder,
  watch,
  page,
}) => {
  const log = join(folder, "train.jsonl");
  writeFileSync(log, rows(1, 1500, 0.3) + rows(1001, 1600));
  const { url, origin } = await watch([log]);
  await opened(page, url, "1\u2009600 of 2\u2009100");
  await expect(page.getByText("resumed at 1\u2009001")).toBeVisible();
  const id = new URL(url).pathname.split("/").at(-1);
  const query = "metrics=train/loss&x=step&superseded=true";
  const answer = await page.request.get(`${origin}/api/v1/runs/${id}/series?${query}`);
  const { series } = await answer.json();
  expect(series[0]).toMatchObject({ metric: "train/loss", shown: 500, total: 2100 });
  expect([series[0].x[0], series[0].xLast.at(-1)]).toEqual([1001, 1500]);

  await page.keyboard.press("3");
  await expect.poll(param(page, "x")).toBe("epoch");
  await expect(page.getByText("resumed at 1\u2009001")).toBeVisible();
  appendFileSync(log, rows(1601, 1700));
  await expect(page.getByText("1\u2009700 of 2\u2009200 points")).toBeVisible();
  appendFileSync(log, rows(1651, 1800));
  await expect(page.getByText("resumed at 1\u2009651")).toBeVisible();
  await expect(page.getByText("1\u2009800 of 2\u2009350 points")).toBeVisible();
});

test("what is held stays, and what came meanwhile is there after", async ({ folder, watch, page }) => {
  const log = join(folder, "train.jsonl");
  writeFileSync(log, rows(1, 500));
  const { url } = await watch([log]);
  await opened(page, url, "500 of 500");
  await page.keyboard.press("Space");
  await expect.poll(param(page, "hold")).toBe("true");
  appendFileSync(log, rows(501, 600));
  await expect(plot(page)).toHaveAttribute("aria-valuemax", "600");
  await expect(page.getByText("500 of 500 points")).toBeVisible();
  await page.keyboard.press("Space");
  await expect(page.getByText("600 of 600 points")).toBeVisible();
});

test("a strip can be kept as a picture, a drawing and numbers", async ({ folder, watch, page }) => {
  const log = join(folder, "train.jsonl");
  writeFileSync(log, rows(1, 300));
  const { url } = await watch([log]);
  await opened(page, url, "300 of 300");
  const keep = async (name: string): Promise<{ name: string; bytes: Buffer }> => {
    await page.getByRole("button", { name: "Export" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name }).click();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  };
  const picture = await keep("Picture (PNG)");
  expect(picture.name).toMatch(/^[\w-]+\.png$/);
  expect(picture.bytes.subarray(1, 4).toString()).toBe("PNG");
  expect(picture.bytes.readUInt32BE(16)).toBeGreaterThan(2000);
  const drawing = (await keep("Drawing (SVG)")).bytes.toString();
  for (const text of ["Loss", "Learning rate", "Trend", "2.94"]) expect(drawing).toContain(`>${text}<`);
  const table = (await keep("What is shown (CSV)")).bytes.toString().trim().split("\n");
  expect(table[0]).toBe("step,train/loss,eval/loss,learning_rate,grad_norm,tokens_per_second");
  expect(table).toHaveLength(301);
  expect(Number(table[300]!.split(",")[1])).toBeCloseTo(loss(300), 9);
  const all = (await keep("train/loss, every point (CSV)")).bytes.toString().trim().split("\n");
  expect(all).toHaveLength(301);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("a tap sets the crosshair, a drag moves it, two fingers zoom; controls are large enough", async ({
    folder,
    watch,
    page,
  }) => {
    const log = join(folder, "train.jsonl");
    writeFileSync(log, rows(1, 2000));
    const { url } = await watch([log]);
    await opened(page, url, "2\u2009000 of 2\u2009000");
    await plot(page).scrollIntoViewIfNeeded();
    const box = (await plot(page).boundingBox())!;
    const y = box.y + 160;
    const session = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", xs: number[]) =>
      session.send("Input.dispatchTouchEvent", { type, touchPoints: xs.map((x, id) => ({ x, y, id })) });

    await page.touchscreen.tap(box.x + 100, y);
    const read = async (): Promise<number> => Number(await plot(page).getAttribute("aria-valuenow"));
    await expect.poll(read).toBeLessThan(1000);
    const first = await read();
    await touch("touchStart", [box.x + 100]);
    await touch("touchMove", [box.x + 130]);
    await touch("touchMove", [box.x + 170]);
    await touch("touchEnd", []);
    await expect.poll(read).toBeGreaterThan(first + 300);

    await touch("touchStart", [box.x + 100]);
    await touch("touchStart", [box.x + 100, box.x + 160]);
    for (let i = 1; i <= 5; i++) await touch("touchMove", [box.x + 100 - 10 * i, box.x + 160 + 15 * i]);
    await touch("touchEnd", []);
    await expect.poll(() => widthOf(param(page, "zoom")())).toBeLessThan(2500);
    await expect.poll(() => widthOf(param(page, "zoom")())).toBeGreaterThan(50);

    for (const name of ["Log", "Export", "Zoom in", "Back to the whole run"]) {
      const target = (await page.getByRole("button", { name }).first().boundingBox())!;
      expect(target.height).toBeGreaterThanOrEqual(44);
    }
  });
});

function widthOf(stretch: string | null): number {
  const [from, to] = (stretch ?? "0-0").split("-").map(Number) as [number, number];
  return to - from;
}
