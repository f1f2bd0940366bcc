import type { ChannelKind } from "#lib/protocol/index.ts";
import { type OpenChannel, open } from "./channel.ts";
import { dingtalk } from "./dingtalk.ts";
import { discord } from "./discord.ts";
import { email } from "./email.ts";
import { feishu } from "./feishu.ts";
import { ntfy } from "./ntfy.ts";
import { slack } from "./slack.ts";
import { telegram } from "./telegram.ts";
import { webhook } from "./webhook.ts";
import { wecom } from "./wecom.ts";

const CHANNELS: Record<ChannelKind, OpenChannel> = {
  slack: open(slack),
  discord: open(discord),
  feishu: open(feishu),
  dingtalk: open(dingtalk),
  wecom: open(wecom),
  telegram: open(telegram),
  email: open(email),
  ntfy: open(ntfy),
  webhook: open(webhook),
};

export function channelFor(kind: ChannelKind): OpenChannel {
  return CHANNELS[kind];
}
