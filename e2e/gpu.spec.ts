import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./fixtures/watch.ts";

/** Recorded from two H100, the second of which tells no utilisation, as one that is cut into instances. */
const ROWS = [
  "GPU-6f3d0c1a-7b52-4e8e-9d11-0a4c55c0b001, 0, NVIDIA H100 80GB HBM3, 98, 19818, 81559, 59, 631.95, 700.00, 1980, 0x0000000000000004, 0",
  "GPU-6f3d0c1a-7b52-4e8e-9d11-0a4c55c0b002, 1, NVIDIA H100 80GB HBM3, [N/A], 11125, 81559, 53, 433.78, 700.00, 1980, 0x0000000000000004, 0",
];

/** A folder for PATH with a tool that prints these rows once a second, as the real one does. */
function toolFolder(folder: string, rows: readonly string[]): string {
  const tools = join(folder, "tools");
  mkdirSync(tools);
  const print = rows.map((row) => `echo '${row}'`).join("\n");
  writeFileSync(join(tools, "nvidia-smi"), `#!/bin/sh\nwhile :; do\n${print}\nsleep 1\ndone\n`, { mode: 0o755 });
  return tools;
}

test("the GPUs of the host are on the run's page, and are no runs", async ({ folder, watch, train, page, browser }) => {
  const log = join(folder, "train.log");
  writeFileSync(log, "");
  const PATH = `${toolFolder(folder, ROWS)}${delimiter}${process.env.PATH}`;
  const watching = await watch([log], { env: { PATH } });
  train(log, { steps: 5000, linesPerSecond: 20 });

  await page.goto(watching.url);
  const panel = page.getByRole("region", { name: "GPUs" });
  await expect(panel).toContainText("2 × H100 80GB HBM3");
  const cells = (index: number) =>
    panel
      .getByRole("row")
      .filter({ has: page.getByRole("rowheader", { name: String(index), exact: true }) })
      .getByRole("cell");
  await expect(cells(0)).toHaveText(["98", "19.4", "59", "632"]);
  await expect(cells(1)).toHaveText(["–", "10.9", "53", "434"]);
  await expect(panel.getByRole("columnheader")).toHaveText([/0–100 %/, /0–80 GiB/, /40–95 °C/, /0–700 W/]);

  const id = new URL(watching.url).pathname.split("/").at(-1);
  const get = async (path: string) => (await page.request.get(`${watching.origin}/api/v1/${path}`)).json();
  const { gpus } = await get(`runs/${id}/gpus?minutes=5&buckets=10`);
  expect(gpus).toMatchObject([
    { index: 0, model: "NVIDIA H100 80GB HBM3", latest: { "utilization.gpu": 98, "clocks.sm": 1980 } },
    { index: 1, latest: { "power.draw": 433.78 } },
  ]);
  expect(gpus[1].series["utilization.gpu"]).toBeUndefined();
  expect((await get("runs")).runs.map((run: { id: string }) => run.id)).toEqual([id]);

  for (const [locale, name] of [
    ["en-US", "GPUs"],
    ["zh-CN", "GPU"],
  ] as const) {
    for (const width of [1600, 390]) {
      const context = await browser.newContext({ locale, viewport: { width, height: 1000 } });
      const view = await context.newPage();
      await view.goto(watching.url);
      await expect(view.getByRole("region", { name, exact: true })).toBeVisible();
      const overflow = await view.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${locale} ${width}`).toBeLessThanOrEqual(0);
      const { violations } = await new AxeBuilder({ page: view }).disableRules(["target-size"]).analyze();
      expect(
        violations.map(({ id: rule }) => rule),
        `${locale} ${width}`,
      ).toEqual([]);
      await context.close();
    }
  }
});

test("a host without the tool has no GPUs, asks for none and says nothing", async ({ folder, watch, train, page }) => {
  const log = join(folder, "train.log");
  writeFileSync(log, "");
  const empty = join(folder, "empty");
  mkdirSync(empty);
  const watching = await watch([log], { env: { PATH: empty } });
  train(log);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(watching.url);
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Healthy", { timeout: 30_000 });
  await expect(page.getByRole("region", { name: "GPUs" })).toHaveCount(0);
  expect(asked.filter((url) => url.includes("/gpus"))).toEqual([]);
  expect(watching.stderr()).not.toContain("nvidia");
});
