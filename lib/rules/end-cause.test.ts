import { expect, test } from "vitest";
import { endCause, failureWords } from "./end-cause.ts";

/** Last lines as trainers, launchers, the shell and schedulers leave them. */
test.each([
  [
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.15 GiB",
    "CUDA out of memory",
  ],
  [
    "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 15.78 GiB total capacity)",
    "CUDA out of memory",
  ],
  [
    "jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory allocating 4.2G bytes",
    "CUDA out of memory",
  ],
  [
    "slurmstepd: error: Detected 1 oom_kill event in StepId=1234.0. Some of the step tasks have been OOM Killed.",
    "the host ran out of memory",
  ],
  [
    "RuntimeError: [enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory",
    "the host ran out of memory",
  ],
  ["OSError: [Errno 28] No space left on device", "no space left on the disk"],
  [
    "slurmstepd: error: *** JOB 77 ON node3 CANCELLED AT 2026-01-02T03:04:05 DUE TO TIME LIMIT ***",
    "the scheduler's time limit",
  ],
  ["slurmstepd: error: *** JOB 77 ON node3 CANCELLED AT 2026-01-02T03:04:05 ***", "stopped from outside (SIGTERM)"],
  ["Killed", "killed (SIGKILL)"],
  ["./train.sh: line 12:  4711 Killed                  python train.py", "killed (SIGKILL)"],
  ["Segmentation fault (core dumped)", "segmentation fault (SIGSEGV)"],
  ["Aborted (core dumped)", "aborted (SIGABRT)"],
  ["exit code 137", "killed (SIGKILL)"],
  ["exit code 3", "exit code 3"],
  ["curvewatch run: killed by SIGKILL, out of memory", "the host ran out of memory"],
  ["curvewatch run: killed by SIGKILL", "killed (SIGKILL)"],
  ["curvewatch run: killed by SIGINT", "stopped from outside (SIGINT)"],
  ["curvewatch run: killed by SIGBUS", "killed (SIGBUS)"],
  ["curvewatch run: exit code 3", "exit code 3"],
  ["KeyboardInterrupt", "stopped from outside (SIGTERM)"],
  ["Loss is nan, stopping training", "the trainer stopped at a loss that is not finite"],
  [
    "ValueError: Expected input batch_size (8) to match target batch_size (7).",
    "ValueError: Expected input batch_size (8) to match target batch_size (7)",
  ],
  [
    "RuntimeError: CUDA error: an illegal memory access was encountered",
    "RuntimeError: CUDA error: an illegal memory access was encountered",
  ],
  [
    "NVRM: Xid (PCI:0000:3b:00): 79, pid=4711, GPU has fallen off the bus.",
    "NVRM: Xid (PCI:0000:3b:00): 79, pid=4711, GPU has fallen off the bus",
  ],
])("%s", (line, said) => {
  expect(failureWords(endCause(line, [])).text.en).toBe(`The run has failed: ${said}.`);
});

test("a launcher's summary is read together with what came before it", () => {
  const lines = [
    "Traceback (most recent call last):",
    "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.50 GiB",
    "E1202 torch/distributed/elastic/multiprocessing/api.py:869] failed (exitcode: 1) local_rank: 0 (pid: 99) of binary: python",
    "torch.distributed.elastic.multiprocessing.errors.ChildFailedError:",
  ];
  expect(endCause("torch.distributed.elastic.multiprocessing.errors.ChildFailedError:", lines)?.cause).toBe(
    "gpu_memory",
  );
  const watchdog = [
    "[Rank 3] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1042, OpType=ALLREDUCE) ran for 600029 milliseconds",
    "Aborted (core dumped)",
  ];
  expect(endCause("Aborted (core dumped)", watchdog)?.cause).toBe("collective");
});

test("healthy lines give no cause, and what is quoted is one clean line of bounded length", () => {
  expect(endCause(null, ["step 10 | loss 2.31 | lr 5e-5", "saved checkpoint"])).toBeNull();
  expect(failureWords(null).text).toEqual({ en: "The run has failed.", "zh-CN": "训练已失败。" });
  const { detail } = endCause(`ValueError: a\u001b[31m\tb ${"x".repeat(5000)}`, [])!;
  expect(detail.length).toBeLessThanOrEqual(200);
  expect(detail).not.toMatch(/[\u0000-\u001f]/);
});

test("no line is slow to read", () => {
  const began = performance.now();
  for (const text of ["A".repeat(64_000), "a.".repeat(32_000), "Xid ".repeat(16_000), "exit code ".repeat(6400)])
    endCause(text, Array<string>(50).fill(text));
  expect(performance.now() - began).toBeLessThan(500);
});
