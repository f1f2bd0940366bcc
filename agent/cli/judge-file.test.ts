import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReviewItem } from "#lib/protocol/index.ts";
import { noShared } from "../../lib/evaluation/curves.ts";
import { judgeFile } from "./judge-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "curvewatch-judge-"));
});
afterAll(() => rm(folder, { recursive: true }));

const byRule = (review: readonly ReviewItem[]): Record<string, ReviewItem> =>
  Object.fromEntries(review.map((item) => [item.rule, item]));

test.skipIf(noShared)("a dump of the Trainer's arguments leads to its review", async () => {
  const log = new URL("../../../shared/trainings/logs/args-dump.log.gz", import.meta.url).pathname;
  const { view } = await judgeFile(log);
  // As the manifest has it: globalBatch 16, wd 0, warmup 0, eps 1e-8, bf16.
  expect(byRule(view.review)).toMatchObject({
    "hp.batch.global": { value: 16 },
    "hp.wd.range": { status: "note", value: 0 },
    "hp.warmup.range": { status: "note", value: 0 },
    "hp.eps.fp32": { status: "pass", value: 1e-8 },
    "hp.bf16.pre_ampere": { status: "not_judged" },
    "hp.accum.equiv": { status: "pass", value: 4 },
    "hp.decay.linear": { status: "note" },
    "hp.curve.ok": { status: "pass" },
  });
});

test("what the log says counts over what lies beside it", async () => {
  const log = join(folder, "train.log");
  await writeFile(log, "Namespace(weight_decay=0.5)\nstep=1 loss=2\n");
  await writeFile(join(folder, "config.yaml"), "weight_decay: 0.1\nadam_beta1: 0.5\n");
  const { view } = await judgeFile(log);
  expect(byRule(view.review)).toMatchObject({
    "hp.wd.range": { status: "caution", value: 0.5 },
    "hp.beta1": { status: "note", value: 0.5 },
  });
});
