import { stat, writeFile } from "node:fs/promises";
import { extname } from "node:path";
import { CurvewatchError, type Language, METRIC } from "#lib/protocol/index.ts";
import {
  type ReportInput,
  renderHtml,
  renderJson,
  renderMarkdown,
  reportModel,
  SeriesBuckets,
} from "#lib/report/index.ts";
import { runName } from "../run-name.ts";
import type { Context } from "./context.ts";
import { judgeFile, stateOf } from "./judge-file.ts";
import { absolute } from "./read-file.ts";
import { readSettings } from "./settings.ts";
import { nothingRecognised } from "./unrecognised.ts";

type ReportFlags = { output: string; data?: string; lang?: Language };

const FORMATS = [".html", ".md", ".json"] as const;
type Format = (typeof FORMATS)[number];

const RUN_ID = /^[a-z0-9]{8,32}$/;
/** Buckets of a figure: two to a pixel of its widest drawing would be more than a page can show. */
const BUCKETS = 800;
const KEPT = [METRIC.trainLoss, METRIC.evalLoss, METRIC.learningRate, METRIC.tokensPerSecond];

/** `report`: one file that tells a run, from its log, or from the server that has it. */
export async function report(context: Context, source: string, flags: ReportFlags, version: string): Promise<number> {
  const format = formatOf(flags.output);
  const path = absolute(context.cwd, source);
  const isFile = await stat(path).then(
    () => true,
    () => false,
  );
  const text = isFile
    ? await reportOfLog(path, format, flags.lang ?? "en", version)
    : await reportOfRun(context, source, format, flags);
  const output = absolute(context.cwd, flags.output);
  await writeFile(output, text).catch((cause: Error) => {
    throw new CurvewatchError("config", `the report cannot be written: ${cause.message}`, {
      cause,
      hint: "name a file in a folder you can write with -o FILE",
    });
  });
  context.out(`${flags.output}: ${Math.ceil(Buffer.byteLength(text) / 1024)} kB`);
  return 0;
}

function formatOf(output: string): Format {
  const format = FORMATS.find((known) => known === extname(output).toLowerCase());
  if (format) return format;
  throw new CurvewatchError("config", `-o takes a file that ends in ${FORMATS.join(", ")} (got ${output})`, {
    hint: "for example: -o report.html",
  });
}

async function reportOfLog(path: string, format: Format, lang: Language, version: string): Promise<string> {
  const made = reportModel({ ...(await readRun(path)), alerts: [], now: Date.now(), version });
  if (format === ".md") return renderMarkdown(made, { lang });
  return format === ".json" ? renderJson(made, lang) : renderHtml(made, { lang });
}

/** @throws CurvewatchError when nothing in the log was recognised: an empty report would help nobody */
async function readRun(path: string): Promise<Pick<ReportInput, "run" | "series">> {
  const points = new Map<string, SeriesBuckets>(KEPT.map((name) => [name, new SeriesBuckets(BUCKETS)]));
  const { view, facts, observations, lastStep, attempts, lines } = await judgeFile(path, ({ step, values }) => {
    for (const [name, value] of values) points.get(name)?.push(step, value);
  });
  if (observations === 0)
    throw new CurvewatchError("bad_request", [path, ...nothingRecognised(facts.linesRead, lines)].join("\n"));
  const known = [...points].filter(([, buckets]) => buckets.points > 0);
  return {
    run: {
      ...runName(path.replace(/\.gz$/, "")),
      host: "",
      path,
      state: stateOf(facts, lastStep),
      step: lastStep,
      maxSteps: facts.maxSteps,
      stepSource: facts.stepSource,
      msPerStep: view.rhythm.msPerStep,
      format: facts.format,
      linesRead: facts.linesRead,
      linesParsed: facts.linesParsed,
      end: facts.end,
      last: Object.fromEntries(known.flatMap(([name, { last }]) => (last ? [[name, last]] : []))),
      bestEval: points.get(METRIC.evalLoss)?.lowest ?? null,
      timeline: view.timeline,
      diagnosis: view,
      metrics: known.map(([name, buckets]) => ({ name, points: buckets.points })),
      attempts,
      gaps: [],
    },
    series: known.map(([name, buckets]) => buckets.view(name)),
  };
}

/** @throws CurvewatchError when it is no run's id, no server runs on the data folder, or that has no such run */
async function reportOfRun(context: Context, id: string, format: Format, flags: ReportFlags): Promise<string> {
  if (!RUN_ID.test(id)) {
    throw new CurvewatchError("not_found", `${id} is neither a log that exists nor the id of a run`, {
      hint: "name the log, or take the id from the address of the run's page",
    });
  }
  const { findInstance } = await import("#lib/server/index.ts");
  const config = await readSettings(context, { data: flags.data, lang: flags.lang });
  const server = await findInstance(config.data);
  const nobody = (cause?: unknown): CurvewatchError =>
    new CurvewatchError("not_found", `${id} is no file, and no server runs on ${config.data} that could know a run`, {
      cause,
      hint: "name the log itself, or start the server: curvewatch serve --data DIR",
    });
  if (!server) throw nobody();
  const url = new URL(`http://127.0.0.1:${server.port}/api/v1/runs/${id}/report${format}`);
  url.hostname = server.host === "::1" ? "[::1]" : server.host;
  if (config.lang) url.searchParams.set("lang", config.lang);
  const answer = await fetch(url, { signal: context.signal }).catch((cause: unknown) => {
    throw nobody(cause);
  });
  if (answer.ok) return answer.text();
  if (answer.status === 404) {
    throw new CurvewatchError("not_found", `the server on ${config.data} has no run ${id}`, {
      hint: "the id stands in the address of the run's page",
    });
  }
  throw new CurvewatchError("internal", `the server answered ${answer.status} instead of a report`);
}
