import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, root, run, test } from "./fixtures/watch.ts";

/** The document about a run: what `report` writes, and what the server shows, read as a colleague without either reads it. */
const EXAMPLE = join(root, "public/examples/tiny-gpt2.log");
const PHONE = { width: 390, height: 844 };

/** Everything the page asks for beyond itself, and everything it complains of. */
function troubles(page: Page, itself: string): string[] {
  const seen: string[] = [];
  page.on("request", (request) => {
    if (request.url() !== itself && !request.url().startsWith("data:")) seen.push(`asked for ${request.url()}`);
  });
  page.on("console", (message) => seen.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => seen.push(`error: ${error.message}`));
  return seen;
}

async function expectReadable(page: Page): Promise<void> {
  const figure = page.getByRole("img", { name: /^Loss, / });
  await expect(figure).toHaveCount(1);
  const box = await figure.boundingBox();
  expect(box?.width).toBeGreaterThan(300);
  expect(box?.height).toBeGreaterThan(300);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
}

test("one file, opened from disk with the network off, shows its figures on desktop and phone", async ({
  folder,
  context,
  page,
}) => {
  const file = join(folder, "r.html");
  const { code, stdout, stderr } = await run(["report", EXAMPLE, "-o", file]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toContain("r.html");
  expect(statSync(file).size).toBeLessThan(400_000);
  expect(readFileSync(file, "utf8").includes("http")).toBe(false);

  const url = pathToFileURL(file).href;
  const seen = troubles(page, url);
  await context.setOffline(true);
  await context.route(/^https?:/, (route) => route.abort());
  await page.goto(url);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("tiny-gpt2");
  await expect(page.getByText("Finished", { exact: false }).first()).toContainText("NaN");
  await expect(page.getByRole("cell", { name: "NaN: loss is not a number" })).toBeVisible();
  await expectReadable(page);
  const faces = await page.evaluate(async () => {
    await document.fonts.ready;
    return [...document.fonts].filter(({ status }) => status === "loaded").map(({ family }) => family);
  });
  expect(new Set(faces.map((family) => family.replaceAll('"', "")))).toEqual(
    new Set(["B612", "IBM Plex Sans Variable"]),
  );

  await page.setViewportSize(PHONE);
  await expectReadable(page);
  expect(seen).toEqual([]);
});

test("Markdown, JSON and Chinese; and a sentence for what cannot be written", async ({ folder }) => {
  const [md, json, zh] = ["r.md", "r.json", "zh.html"].map((name) => join(folder, name)) as [string, string, string];
  expect((await run(["report", EXAMPLE, "-o", md])).code).toBe(0);
  expect((await run(["report", EXAMPLE, "-o", json])).code).toBe(0);
  expect((await run(["report", EXAMPLE, "-o", zh, "--lang", "zh-CN"])).code).toBe(0);
  expect(readFileSync(md, "utf8")).toContain("# tiny-gpt2");
  expect(JSON.parse(readFileSync(json, "utf8")).run).toMatchObject({ verdict: "nan", lastStep: 1000 });
  expect(readFileSync(zh, "utf8").includes("判断时间线")).toBe(true);

  const empty = join(folder, "empty.log");
  writeFileSync(empty, "hello\nworld\n");
  const out = ["-o", join(folder, "x.html"), "--data", join(folder, "data")];
  const cases: [string[], RegExp][] = [
    [[EXAMPLE, "-o", join(folder, "x.pdf")], /ends in \.html, \.md, \.json/],
    [[EXAMPLE, "-o", join(folder, "none", "x.html")], /cannot be written/],
    [[empty, ...out], /No training record was recognised/],
    [["none.log", ...out], /neither a log that exists nor the id of a run/],
    [["abcdefgh12345678", ...out], /no server runs on/],
    [[folder, ...out], /is a folder/],
  ];
  for (const [args, sentence] of cases) {
    const { code, stderr } = await run(["report", ...args]);
    expect(code, args.join(" ")).toBe(1);
    expect(stderr, args.join(" ")).toMatch(sentence);
    expect(stderr, args.join(" ")).not.toContain("    at ");
  }
  expect((await run(["report", EXAMPLE])).code).toBe(2);
  expect((await run(["report", "--help"])).stdout).toContain("Example:");
});

test("a run on the server has the same report: as a page, in the API, and from the command line", async ({
  folder,
  watch,
  page,
  context,
}) => {
  const watching = await watch([EXAMPLE]);
  const id = new URL(watching.url).pathname.split("/").at(-1) as string;
  const api = `${watching.origin}/api/v1/runs/${id}/report`;
  const json = async () => (await page.request.get(`${api}.json`)).json();
  await expect.poll(async () => (await json()).run.verdict, { timeout: 30_000 }).toBe("nan");

  const url = `${watching.origin}/runs/${id}/report`;
  const seen = troubles(page, url);
  const answer = await page.goto(url);
  const headers = answer?.headers() ?? {};
  expect(headers["content-security-policy"]).toMatch(/default-src 'none'.*font-src data:/);
  expect(headers["x-content-type-options"]).toBe("nosniff");
  await expectReadable(page);
  await expect(page.getByText("1\u2009001 of 1\u2009003 lines parsed")).toBeVisible();
  expect(seen).toEqual([]);
  await expect(page.getByRole("link", { name: "Open run" })).toHaveAttribute("href", `/runs/${id}`);

  await page.goto(`${url}?lang=zh-CN`);
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await context.addCookies([{ name: "cw-lang", value: "zh-CN", url: watching.origin }]);
  await page.goto(url);
  await expect(page.getByRole("heading", { name: "判断时间线" })).toBeVisible();

  const file = join(folder, "run.html");
  const { code, stderr } = await run(["report", id, "-o", file, "--data", watching.data]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const text = readFileSync(file, "utf8");
  expect([text.includes("http"), text.includes("<nav"), text.includes("tiny-gpt2")]).toEqual([false, false, true]);
  expect((await page.request.get(`${api}.md`)).headers()["content-type"]).toContain("text/markdown");
  expect((await page.request.get(`${watching.origin}/api/v1/runs/abcdefgh12345678/report`)).status()).toBe(404);
  expect((await page.request.get(`${watching.origin}/runs/abcdefgh12345678/report`)).status()).toBe(404);
  const unknown = await run(["report", "abcdefgh12345678", "-o", file, "--data", watching.data]);
  expect(unknown.stderr).toMatch(/has no run/);
});
