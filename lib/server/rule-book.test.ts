import { expect, test } from "vitest";
import { type Chunk, METRIC, ruleDraftSchema } from "#lib/protocol/index.ts";
import { chunk, group, TestAgent } from "#lib/store/contract/fixtures.ts";
import { runIdOf } from "#lib/store/index.ts";
import type { Judge } from "./judge.ts";
import { type JudgeBench, openJudgeBench } from "./judge-fixture.ts";
import { RuleDesk } from "./rule-desk.ts";

/** People's rules over the real store: beside the judge, in its transactions, through crashes. */
const KEY = "train0000001";
const RUN = runIdOf("agent-1", KEY);
const START = 1.75e12;
const source = { kind: "log" as const, path: "/out/a.log", name: "a", project: "p", host: "h", identity: null };

/** Losses one second and one step apart. */
function losses(from: number, values: readonly number[], key = KEY): Chunk {
  const read = group(
    [METRIC.trainLoss],
    values.map((value, i) => [from + i, from + i, value]),
  );
  read.at = read.step.map((step) => START + 1000 * step);
  return chunk([read], { file: key, source: { ...source, path: `/out/${key}` } });
}

type Draft = Record<string, unknown>;
const above = (value: number, more: Draft = {}): Draft => ({
  name: "loss is high",
  metric: METRIC.trainLoss,
  test: { kind: "threshold", op: ">", value },
  severity: "critical",
  ...more,
});

async function withBench(act: (bench: JudgeBench, desk: RuleDesk) => Promise<void>): Promise<void> {
  const bench = await openJudgeBench(new TestAgent(), ["slack"]);
  const desk = new RuleDesk(
    bench.store,
    async (what) => void (await bench.judge.rulesChanged(what)),
    () => 1,
  );
  try {
    await act(bench, desk);
  } finally {
    await bench.close();
  }
}
const add = (desk: RuleDesk, draft: Draft) => desk.add(ruleDraftSchema.parse(draft));
/** What the store has of alerts of rules: where each began, how it is, and what its channel is to be told. */
async function ruled({ reader }: JudgeBench, run = RUN): Promise<string[]> {
  const alerts = (await reader.alerts(run)).filter(({ subject }) => subject.startsWith("rule:"));
  return alerts.map(({ step, state, notices, told }) => `${step} ${state} ${notices} ${told.length}`).toSorted();
}

test("a rule that fires is an alert of its run with its name; it is over when it is no longer so", async () => {
  await withBench(async (bench, desk) => {
    const { id } = await add(desk, above(5, { hold: { unit: "points", amount: 2 } }));
    const [first] = await bench.judge.take(await bench.commit(losses(1, [2, 6, 6, 6])));
    expect(first?.conditions.map(({ subject, kind }) => [subject, kind])).toEqual([[`rule:${id}`, "began"]]);
    const [alert] = (await bench.reader.alerts(RUN)).filter(({ subject }) => subject === `rule:${id}`);
    expect(alert).toMatchObject({ title: { en: "loss is high" }, state: "pending", step: 2, severity: "critical" });
    expect(alert?.text.en).toBe("loss is high: train/loss is 6.00 at step 3 (above 5, for 2 points).");
    await bench.judge.take(await bench.commit(losses(5, [6, 2])));
    // Nobody had heard of it yet when it was over: that it is need not be told.
    expect(await ruled(bench)).toEqual(["2 resolved 2 1"]);
  });
});

const CURVE = Array.from({ length: 900 }, (_, i) => 2 + 0.01 * Math.sin(i) + (i % 97 >= 90 ? 5 : 0));
const STRETCH = 45;
const RULES: Draft[] = [
  above(5, { hold: { unit: "points", amount: 3 }, cooldown: 120 }),
  above(0, { test: { kind: "zscore", deviations: 8, window: 64 }, keepFiring: { unit: "points", amount: 20 } }),
  above(0, { test: { kind: "change", percent: 100, direction: "up", over: { unit: "points", amount: 5 } } }),
  above(0, { test: { kind: "absence", seconds: 30 } }),
];

test("a crash after any commit, judged or not, loses no alert and repeats none", async () => {
  const outcome = async (crashes: (stretch: number) => "judged" | "committed" | null): Promise<string[]> => {
    let found: string[] = [];
    await withBench(async (bench, desk) => {
      for (const draft of RULES) await add(desk, draft);
      let judge: Judge = bench.judge;
      for (let from = 0; from < CURVE.length; from += STRETCH) {
        // A minute of silence in the middle, which only a clock tells.
        const step = from + 1 + (from >= 450 ? 60 : 0);
        const appends = await bench.commit(losses(step, CURVE.slice(from, from + STRETCH)));
        const crash = crashes(from / STRETCH);
        if (crash !== "committed") await judge.take(appends);
        if (crash === null) continue;
        judge = bench.restarted();
        await judge.resume();
      }
      await judge.close();
      found = await ruled(bench);
    });
    return found;
  };
  const whole = await outcome(() => null);
  expect(whole.length).toBeGreaterThan(15);
  expect(await outcome(() => "judged")).toEqual(whole);
  expect(await outcome(() => "committed")).toEqual(whole);
  expect(await outcome((stretch) => ([null, "committed", null, "judged", null, null] as const)[stretch % 6]!)).toEqual(
    whole,
  );
});

test("a rule made under way looks at what comes after, also when the server was killed at once", async () => {
  await withBench(async (bench, desk) => {
    await bench.judge.take(await bench.commit(losses(1, Array<number>(100).fill(6))));
    await add(desk, above(5, { hold: { unit: "points", amount: 50 } }));
    const restarted = bench.restarted();
    await restarted.resume();
    await restarted.take(await bench.commit(losses(101, Array<number>(49).fill(6))));
    expect(await ruled(bench)).toEqual([]);
    await restarted.take(await bench.commit(losses(150, [6])));
    expect(await ruled(bench)).toEqual(["101 pending 1 1"]);
  });
});

test("a rule that is switched off, changed or removed ends its alert, also of a run that nobody looks at", async () => {
  for (const act of ["off", "change", "remove"] as const) {
    await withBench(async (bench, desk) => {
      const { id } = await add(desk, above(5));
      await bench.judge.take(await bench.commit(losses(1, [6])));
      expect(await ruled(bench)).toEqual(["1 pending 1 1"]);
      await bench.judge.close();
      // Another judge has never heard of the run.
      const next = bench.restarted();
      const later = new RuleDesk(
        bench.store,
        async (what) => void (await next.rulesChanged(what)),
        () => 2,
      );
      if (act === "off") await later.change(id, { enabled: false });
      if (act === "change") await later.change(id, { test: { kind: "threshold", op: ">", value: 9 } });
      if (act === "remove") await later.remove(id);
      expect((await ruled(bench))[0], act).toMatch(/^1 resolved/);
    });
  }
});

test("a rule is for the runs of its scope, as they are tagged now", async () => {
  await withBench(async (bench, desk) => {
    await add(desk, above(5, { scope: { tag: "night", project: "p" } }));
    await bench.judge.take(await bench.commit(losses(1, [6])));
    expect(await ruled(bench)).toEqual([]);
    await bench.store.editRun(RUN, { tags: ["night"] }, 1);
    await bench.judge.rulesChanged({ run: RUN });
    await bench.judge.take(await bench.commit(losses(2, [6])));
    expect(await ruled(bench)).toEqual(["2 pending 1 1"]);
  });
});

test("an absence is told between records, by the agent's clock", async () => {
  await withBench(async (bench, desk) => {
    await add(desk, above(0, { test: { kind: "absence", seconds: 60 } }));
    await bench.judge.take(await bench.commit(losses(1, [2, 2])));
    const look = (second: number) =>
      bench.judge.tick(RUN, START + 1000 * second, { gpus: [], isTraining: false, step: 2 });
    expect((await look(61)).conditions).toEqual([]);
    expect((await look(62)).conditions.map(({ kind }) => kind)).toEqual(["began"]);
    expect(await ruled(bench)).toEqual(["2 pending 1 1"]);
  });
});

test("the end of a run ends its alerts; when it goes on they begin anew", async () => {
  await withBench(async (bench, desk) => {
    await add(desk, above(5));
    await bench.judge.take(await bench.commit(losses(1, [6])));
    await bench.judge.changeState(RUN, "running", "finished");
    expect(await ruled(bench)).toEqual(["1 resolved 1 1"]);
    await bench.judge.take(await bench.commit(losses(2, [6])));
    expect(await ruled(bench)).toEqual(["1 resolved 1 1", "2 pending 1 1"]);
  });
});

test("a run that is judged anew is not watched anew", async () => {
  await withBench(async (bench, desk) => {
    const both = { group: "folder:/out/run" };
    const part = (rank: number, key: string, values: readonly number[]): Chunk => {
      const told = losses(1, values, key);
      return { ...told, source: { ...told.source!, ...both, rank } };
    };
    await add(desk, above(5));
    const run = runIdOf("agent-1", both.group);
    await bench.judge.take(await bench.commit(part(10, "console000", [6, 2, 2])));
    await bench.judge.take(await bench.commit(part(20, "jsonl00000", [6, 2, 7])));
    const alerts = (await bench.reader.alerts(run)).filter(({ subject }) => subject.startsWith("rule:"));
    // The same step of the same run is the same alert, and told once.
    expect(alerts.map(({ step, told }) => [step, told.length]).toSorted()).toEqual([
      [1, 1],
      [3, 1],
    ]);
  });
});

test("a rule that met a run when a richer file took it over has no business with what came before", async () => {
  await withBench(async (bench) => {
    const part = (rank: number, key: string, names: string[], row: number[]): Chunk =>
      chunk([group(names, [[1, 1, ...row]])], {
        file: key,
        source: { ...source, path: `/out/${key}`, group: "folder:/out", rank },
      });
    const run = runIdOf("agent-1", "folder:/out");
    await bench.judge.take(await bench.commit(part(10, "console000", ["aux", METRIC.trainLoss], [9, 2])));
    await bench.judge.close();
    const next = bench.restarted();
    await new RuleDesk(
      bench.store,
      async () => void (await next.resume()),
      () => 2,
    ).add(ruleDraftSchema.parse(above(5, { metric: "*" })));
    await next.take(await bench.commit(part(20, "jsonl00000", [METRIC.trainLoss], [2])));
    expect(await ruled(bench, run)).toEqual([]);
  });
});

const NAN = [2, 2, Number.NaN];
const nans = async ({ reader }: JudgeBench): Promise<number[]> =>
  (await reader.alerts(RUN)).filter(({ subject }) => subject === "nan").map(({ told }) => told.length);

test.each([
  [[], 1],
  [[[null, false]], 0],
  [[["p", false]], 0],
  [[["other", false]], 1],
  [
    [
      [null, false],
      ["p", true],
    ],
    1,
  ],
  [
    [
      [null, false],
      [null, null],
    ],
    1,
  ],
] as [[string | null, boolean | null][], number][])(
  "switched %j, a NaN is shown and told to %i",
  async (switches, told) => {
    await withBench(async (bench, desk) => {
      for (const [project, enabled] of switches) await desk.switch("nan", project, enabled);
      await bench.judge.take(await bench.commit(losses(1, NAN)));
      expect(await nans(bench)).toEqual([told]);
    });
  },
);

test("what is not told by default is, when it is switched on", async () => {
  const fired = async (isOn: boolean): Promise<string[]> => {
    let subjects: string[] = [];
    await withBench(async (bench, desk) => {
      if (isOn) await desk.switch("nan.loss", null, true);
      await bench.judge.take(await bench.commit(losses(1, NAN)));
      subjects = (await bench.reader.alerts(RUN)).map(({ subject }) => subject).toSorted();
    });
    return subjects;
  };
  expect(await fired(false)).toEqual(["nan"]);
  expect(await fired(true)).toEqual(["nan", "nan.loss"]);
});

test("a rule that there is not cannot be switched, changed or removed", async () => {
  await withBench(async (_, desk) => {
    for (const attempt of [
      desk.switch("no.rule", null, false),
      desk.change("nan", { enabled: false }),
      desk.remove("nan"),
    ])
      await expect(attempt).rejects.toMatchObject({ code: "not_found" });
  });
});

test("a crash says what it was, from the last lines of its log", async () => {
  await withBench(async (bench) => {
    const end = {
      kind: "failed" as const,
      line: 9,
      text: "torch.distributed.elastic.multiprocessing.errors.ChildFailedError:",
    };
    const facts = {
      format: null,
      formatReason: null,
      stepSource: null,
      maxSteps: null,
      linesRead: 9,
      linesParsed: 1,
      end,
    };
    const tail = ["torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", end.text];
    const lines = tail.map((text, i) => ({ line: 8 + i, text, parsed: false }));
    await bench.judge.take(await bench.commit({ ...losses(1, [2]), facts, tail: lines }));
    await bench.judge.changeState(RUN, "running", "failed");
    const [failed] = (await bench.reader.alerts(RUN)).filter(({ subject }) => subject === "run.failed");
    expect(failed?.text.en).toBe("The run has failed: CUDA out of memory.");
    expect(failed?.advice.en).toMatch(/accumulation/);
  });
});

test("a full disk is told with one run until there is room again", async () => {
  await withBench(async (bench) => {
    await bench.judge.take(await bench.commit(losses(1, [2])));
    const disk = {
      subject: "disk.full",
      severity: "critical" as const,
      step: null,
      text: { en: "full", "zh-CN": "满" },
    };
    const advice = { en: "", "zh-CN": "" };
    const open = () => bench.store.runsWithOpenAlert("disk.full");
    expect(await bench.judge.heard({ ...disk, advice, kind: "began" }, null)).toEqual([]);
    expect((await bench.judge.heard({ ...disk, advice, kind: "began" }, RUN)).length).toBe(1);
    expect(await bench.judge.heard({ ...disk, advice, kind: "began" }, RUN)).toEqual([]);
    expect(await open()).toEqual([RUN]);
    expect((await bench.judge.heard({ ...disk, advice, kind: "ended" }, null)).map(({ run }) => run)).toEqual([RUN]);
    expect(await open()).toEqual([]);
  });
});
