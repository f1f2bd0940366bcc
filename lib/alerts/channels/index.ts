import type { Language } from "#lib/protocol/index.ts";
import type { Notice } from "../notice.ts";
import { slack } from "./slack.ts";
import { webhook } from "./webhook.ts";

export type ChannelKind = "slack" | "webhook";

/** How a kind of channel says a notice, and how it says that it has understood. A new kind is one file and one line here. */
export type Channel = {
  name: string;
  /** The body of the POST; `link` is the address of the run's page. */
  render(notice: Notice, context: { link: string; lang: Language }): string;
  /** Null when the answer is a yes; else what went wrong, and whether trying again can help. */
  judge(status: number, body: string): { error: string; retryable: boolean } | null;
};

const CHANNELS: Record<ChannelKind, Channel> = { slack, webhook };

export function channelFor(kind: ChannelKind): Channel {
  return CHANNELS[kind];
}

/** What every HTTP receiver means by its status: 408, 429 and 5xx pass with time, other refusals do not. */
export function judgeStatus(status: number): { error: string; retryable: boolean } | null {
  if (status >= 200 && status < 300) return null;
  return { error: `answered ${status}`, retryable: status === 408 || status === 429 || status >= 500 };
}
