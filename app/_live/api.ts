import {
  type Config,
  type ConfigView,
  decodeSeries,
  type GpusView,
  type RunRow,
  type RunView,
  type SeriesAnswer,
  type XAxis,
} from "#lib/protocol/index.ts";

import type { Shelf } from "./rows.ts";

/** What a page reads over HTTP. Our own server answers, so JSON is taken as typed; binary answers are decoded and checked. */
const BUCKETS = 800;

export type SeriesRequest = {
  metrics: readonly string[];
  x: XAxis;
  from: number | null;
  to: number | null;
  /** What a later attempt ran over, and nothing else. */
  superseded?: boolean;
};

/** @throws Error when the server does not answer, or not with success */
export async function fetchSeries(run: string, request: SeriesRequest, signal: AbortSignal): Promise<SeriesAnswer> {
  const query = new URLSearchParams({
    metrics: request.metrics.join(","),
    x: request.x,
    buckets: String(BUCKETS),
    format: "frame",
  });
  if (request.from !== null) query.set("from", String(request.from));
  if (request.to !== null) query.set("to", String(request.to));
  if (request.superseded) query.set("superseded", "true");
  const response = await get(`/api/v1/runs/${run}/series?${query}`, signal);
  return decodeSeries(new Uint8Array(await response.arrayBuffer()));
}

export async function fetchRunView(run: string, signal: AbortSignal): Promise<RunView> {
  return (await get(`/api/v1/runs/${run}/view`, signal)).json() as Promise<RunView>;
}

export async function fetchRunRows(shelf: Shelf, signal: AbortSignal): Promise<RunRow[]> {
  return (await get(`/api/v1/runs/view?shelf=${shelf}`, signal)).json() as Promise<RunRow[]>;
}

/** @param buckets points a series has at most */
export async function fetchGpus(run: string, buckets: number, signal: AbortSignal): Promise<GpusView> {
  return (await get(`/api/v1/runs/${run}/gpus?buckets=${buckets}`, signal)).json() as Promise<GpusView>;
}

/** The settings of a run, as its log told them and as a person entered them. */
export async function fetchConfig(run: string, signal: AbortSignal): Promise<ConfigView> {
  const answer = (await (await get(`/api/v1/runs/${run}`, signal)).json()) as { config: ConfigView | null };
  return answer.config ?? {};
}

/**
 * Enters settings by hand; null takes one back. The review that follows comes over the socket.
 *
 * @returns all settings as they are then, or the server's sentence about what is wrong; null when it did not answer
 */
export async function enterConfig(run: string, values: Config): Promise<ConfigView | string | null> {
  try {
    const response = await fetch(`/api/v1/runs/${run}/config`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ values }),
    });
    const answer = (await response.json()) as { config: ConfigView } | { error: { message: string } };
    return "config" in answer ? answer.config : answer.error.message;
  } catch {
    return null;
  }
}

async function get(path: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(path, { signal, cache: "no-store" });
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
  return response;
}
