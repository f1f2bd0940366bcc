import type { Delivery } from "./alerts.ts";
import type { Language } from "./names.ts";

/** Where word can go. */
export const CHANNEL_KINDS = [
  "slack",
  "discord",
  "feishu",
  "dingtalk",
  "wecom",
  "telegram",
  "email",
  "ntfy",
  "webhook",
] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** What a person is asked for to set a channel up; what is secret goes in and never comes out. */
export type ChannelField = {
  name: string;
  secret?: true;
  optional?: true;
  choices?: readonly string[];
  /** How one looks; the same in every language. */
  example: string;
};

/** The ways to set a channel up: a kind has one, Slack two. The schemas of `lib/alerts/channels` judge what is entered. */
export const CHANNEL_SETUPS = {
  slack: {
    kind: "slack",
    fields: [{ name: "address", secret: true, example: "https://hooks.slack.com/services/…" }],
  },
  slackBot: {
    kind: "slack",
    fields: [
      { name: "token", secret: true, example: "xoxb-…" },
      { name: "channel", example: "C0123456789" },
    ],
  },
  discord: {
    kind: "discord",
    fields: [{ name: "address", secret: true, example: "https://discord.com/api/webhooks/…" }],
  },
  feishu: {
    kind: "feishu",
    fields: [
      { name: "address", secret: true, example: "https://open.feishu.cn/open-apis/bot/v2/hook/…" },
      { name: "secret", secret: true, optional: true, example: "…" },
    ],
  },
  dingtalk: {
    kind: "dingtalk",
    fields: [
      { name: "address", secret: true, example: "https://oapi.dingtalk.com/robot/send?access_token=…" },
      { name: "secret", secret: true, optional: true, example: "SEC…" },
    ],
  },
  wecom: {
    kind: "wecom",
    fields: [{ name: "address", secret: true, example: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…" }],
  },
  telegram: {
    kind: "telegram",
    fields: [
      { name: "token", secret: true, example: "123456:ABC-…" },
      { name: "chat", example: "-1001234567890" },
      { name: "server", optional: true, example: "https://api.telegram.org" },
    ],
  },
  email: {
    kind: "email",
    fields: [
      { name: "host", example: "smtp.example.com" },
      { name: "port", optional: true, example: "587" },
      { name: "security", optional: true, choices: ["tls", "starttls", "none"], example: "starttls" },
      { name: "user", optional: true, example: "alerts@example.com" },
      { name: "password", secret: true, optional: true, example: "…" },
      { name: "from", example: "alerts@example.com" },
      { name: "to", example: "me@example.com, team@example.com" },
    ],
  },
  ntfy: {
    kind: "ntfy",
    fields: [
      { name: "topic", secret: true, example: "my-runs-8f3a" },
      { name: "server", optional: true, example: "https://ntfy.sh" },
      { name: "token", secret: true, optional: true, example: "tk_…" },
    ],
  },
  webhook: {
    kind: "webhook",
    fields: [
      { name: "address", secret: true, example: "https://…" },
      { name: "secret", secret: true, optional: true, example: "…" },
    ],
  },
} as const satisfies Record<string, { kind: ChannelKind; fields: readonly ChannelField[] }>;
export type ChannelSetup = keyof typeof CHANNEL_SETUPS;

/** A channel as pages see it: what is secret of it stays with the server. */
export type ChannelView = {
  id: string;
  kind: ChannelKind;
  /** Given by a person; no two channels have the same. */
  name: string;
  /** Language of its messages. */
  lang: Language;
  enabled: boolean;
  /** Where it leads, so that a person can tell two apart: a host, a room, who gets the mail. */
  host: string;
  /** Given by flag or environment, so it cannot be changed here. */
  fixed: boolean;
  last: Delivery | null;
};
