import type { Links, Notice } from "#lib/alerts/index.ts";

/** Where a message leads. `base` is the server as people reach it; nothing here can draw a curve as a PNG, so no image. */
export function linksOf(base: string, { kind, run, incident }: Notice): Links {
  const page =
    kind === "digest" ? `${base}/alerts` : run.id === "" ? `${base}/` : `${base}/runs/${encodeURIComponent(run.id)}`;
  const number = /\d+$/.exec(incident)?.[0];
  return {
    run: page,
    report: `${page}/report`,
    mute: `${page}?act=mute&for=1h`,
    ack: number === undefined ? page : `${page}/incidents/${number}?act=ack`,
    image: null,
  };
}
