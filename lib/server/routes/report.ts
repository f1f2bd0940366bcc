import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { acceptedLanguage } from "#lib/core/index.ts";
import { LANGUAGES, type Language, METRIC, NotFoundError } from "#lib/protocol/index.ts";
import {
  type Report,
  type ReportLinks,
  renderHtml,
  renderJson,
  renderMarkdown,
  reportModel,
  type ToldAlert,
} from "#lib/report/index.ts";
import type { Views } from "../views.ts";
import type { Reader } from "../workers/reader.ts";
import type { Remote } from "../workers/rpc.ts";
import type { Call, Route } from "./registry.ts";
import { runIdSchema } from "./runs.ts";

const BUCKETS = 800;
const METRICS = [METRIC.trainLoss, METRIC.evalLoss, METRIC.learningRate];

/** The report has its fonts inside and no script: less is allowed than for a page, but for those fonts. */
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "font-src data:",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const querySchema = z.object({ lang: z.enum(LANGUAGES).optional() });

const PAGE = /^\/runs\/([^/]+)\/report$/;

type Sources = {
  views: Views;
  reader: Remote<Reader>;
  /** Whom the alerts of a run were told. */
  told: (run: string) => Promise<readonly ToldAlert[]>;
  version: string;
  /** The server's own language, for who has chosen none. */
  lang: Language | null;
  now: () => number;
};

/** The report of a run, in the API and as a page. */
export class Reports {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  routes(): Route[] {
    const route = (ending: string, type: string, render: (report: Report, lang: Language) => string): Route => ({
      method: "GET",
      path: `/api/v1/runs/:id/report${ending}`,
      policy: "viewer",
      query: querySchema,
      answers: [type],
      handle: async (call) => {
        const id = runIdSchema.parse(call.params.id);
        const report = await this.#report(id);
        if (!report) throw new NotFoundError("run", id);
        call.response.setHeader("content-disposition", `inline; filename="${fileName(report)}${ending || ".html"}"`);
        send(call.response, type, render(report, this.#language(call)));
      },
    });
    const html = (report: Report, lang: Language): string => renderHtml(report, { lang });
    return [
      route("", "text/html", html),
      route(".html", "text/html", html),
      route(".md", "text/markdown", (report, lang) => renderMarkdown(report, { lang })),
      route(".json", "application/json", renderJson),
    ];
  }

  /** Answers `/runs/:id/report`; false when the address is another's, or there is no such run. */
  async answerPage(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const id = runIdSchema.safeParse(PAGE.exec(url.pathname)?.[1]);
    const report = id.success ? await this.#report(id.data) : null;
    if (!id.success || !report) return false;
    const lang = this.#language({ request, query: url.searchParams });
    send(response, "text/html", renderHtml(report, { lang }, linksOf(id.data, lang)));
    return true;
  }

  async #report(id: string): Promise<Report | null> {
    const { views, reader, told, version, now } = this.#sources;
    const run = await views.run(id);
    if (!run) return null;
    const query = { metrics: METRICS, x: "step", from: null, to: null, buckets: BUCKETS } as const;
    const [{ series }, alerts] = await Promise.all([reader.series(id, query), told(id)]);
    return reportModel({ run, series, alerts, now: now(), version });
  }

  /** Asked for, chosen before, the server's own, the browser's; in this order. */
  #language({ request, query }: Pick<Call, "request" | "query">): Language {
    const known = (text: string | null | undefined): Language | undefined => LANGUAGES.find((lang) => lang === text);
    const chosen = /(?:^|;\s*)cw-lang=([^;]*)/.exec(request.headers.cookie ?? "")?.[1];
    return (
      known(query.get("lang")) ??
      known(chosen) ??
      this.#sources.lang ??
      acceptedLanguage(request.headers["accept-language"])
    );
  }
}

function linksOf(id: string, lang: Language): ReportLinks {
  const api = `/api/v1/runs/${id}/report`;
  return {
    run: `/runs/${id}`,
    file: `${api}.html?lang=${lang}`,
    markdown: `${api}.md?lang=${lang}`,
    data: `${api}.json?lang=${lang}`,
  };
}

/** What the report is saved as: the run's name, as far as every system takes it in a file's. */
const fileName = ({ run }: Report): string => run.name.replace(/[^\w.-]+/g, "_");

function send(response: ServerResponse, type: string, body: string): void {
  response.setHeader("content-security-policy", POLICY);
  response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" });
  response.end(body);
}
