import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./fixtures/watch.ts";

/** The one path that everything else hangs on: a log that grows, a page that follows, a server that dies in between. */
test("a growing log is drawn, judged, and complete after the server was killed", async ({
  folder,
  watch,
  train,
  page,
}) => {
  const log = join(folder, "train.log");
  writeFileSync(log, "");
  const watching = await watch([log]);
  const trainer = train(log, { steps: 5000, linesPerSecond: 120 });

  await page.goto(watching.url);
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict).toContainText("Healthy", { timeout: 30_000 });
  await expect(page.getByText("5\u2009000").first()).toBeVisible();

  trainer.send({ phase: "swinging" });
  await expect(verdict).toContainText("Oscillating", { timeout: 30_000 });

  await watching.killServer();
  await expect(page.getByText("Not connected", { exact: false })).toBeHidden();
  const before = trainer.wrote();
  await expect.poll(() => trainer.wrote()).toBeGreaterThan(before + 20);

  trainer.send({ phase: "nan" });
  await expect(verdict).toContainText("NaN", { timeout: 30_000 });

  trainer.send("end");
  await trainer.ended;
  await expect(page.getByText("Finished").first()).toBeVisible();

  const id = new URL(watching.url).pathname.split("/").at(-1);
  const points = async (): Promise<string[]> => {
    const response = await page.request.get(
      `${watching.origin}/api/v1/runs/${id}/points?metric=train/loss&format=jsonl`,
    );
    return (await response.text()).trim().split("\n");
  };
  await expect.poll(async () => (await points()).length).toBe(trainer.wrote());
  const steps = (await points()).map((line) => JSON.parse(line).step);
  expect(steps).toEqual(Array.from({ length: trainer.wrote() }, (_, i) => i + 1));

  // Started again on the same folder it is the same run, and nothing is read twice.
  expect(await watching.stop()).toBe(0);
  const again = await watch([log]);
  expect(new URL(again.url).pathname).toBe(new URL(watching.url).pathname);
  const response = await page.request.get(`${again.origin}/api/v1/runs/${id}/points?metric=train/loss&format=jsonl`);
  expect((await response.text()).trim().split("\n").length).toBe(trainer.wrote());
  const { runs } = await (await page.request.get(`${again.origin}/api/v1/runs`)).json();
  expect(runs.length).toBe(1);
});
