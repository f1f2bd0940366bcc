/** Where alerts go. Steps of a guide stand on lines of their own; menus are named as each vendor names them in English. */
export const channels = {
  about:
    "NaN, diverging, oscillating, too slow, an unexpected learning rate, silence, trouble of a machine and the end of a run are told here. What is secret is kept encrypted and not shown again.",
  none: "Nobody is told yet. Add a channel: a chat, a mailbox, a phone, or any address that takes a JSON POST.",
  new: "New channel",
  kindLabel: "Kind of channel",
  kind: {
    slack: "Slack",
    discord: "Discord",
    feishu: "Feishu / Lark",
    dingtalk: "DingTalk",
    wecom: "WeCom",
    telegram: "Telegram",
    email: "E-mail",
    ntfy: "ntfy",
    webhook: "Webhook",
  },
  slackBot: "Slack, as a bot with threads",
  name: "Name",
  messagesIn: "Messages in",
  optional: "{field} (optional)",
  show: "Show what was typed",
  showSign: "Show",
  hideSign: "Hide",
  field: {
    address: "Address",
    token: "Token",
    channel: "Channel id",
    secret: "Signing secret",
    chat: "Chat id",
    server: "Server",
    host: "Mail server",
    port: "Port",
    security: "Encryption",
    user: "User",
    password: "Password",
    from: "From",
    to: "To",
    topic: "Topic",
  },
  byPort: "As the port says",
  security: { tls: "TLS", starttls: "STARTTLS", none: "None: only to a host that was allowed at the start" },
  add: "Add",
  edit: "Edit",
  editOf: "Edit {name}",
  save: "Save",
  test: "Send a test",
  remove: "Remove",
  tells: "Send alerts to {name}",
  fixed: "given at the start",
  arrived: "It arrived",
  unused: "Nothing sent yet",
  lastSent: "Last sent {age} ago",
  lastFailed: "Last try {age} ago: {error}",
  lastSending: "A message is being sent",
  noAnswer: "The server did not answer. Try again.",
  guideTitle: "Where to find it",
  guide: {
    slack:
      "Open api.slack.com/apps and choose Create New App, From scratch.\nUnder Incoming Webhooks, switch them on and choose Add New Webhook to Workspace.\nPick the channel, allow it, and copy the webhook URL.",
    slackBot:
      "Open api.slack.com/apps and choose Create New App, From scratch.\nUnder OAuth & Permissions, add the bot scope chat:write, install the app and copy the token that begins with xoxb-.\nInvite the bot into the channel. The channel's id stands at the end of its details.\nWhat follows the first message of an incident is told in its thread.",
    discord:
      "In the settings of the channel, open Integrations, then Webhooks.\nChoose New Webhook and Copy Webhook URL.",
    feishu:
      "In the settings of the group, open Bots, Add Bot, Custom Bot.\nUnder security, choose signature verification and copy the secret. Keywords would hold messages back.\nCopy the webhook address. Lark works the same way.",
    dingtalk:
      "In the settings of the group, open Bot, Add Robot, Custom.\nUnder security settings, choose the additional signature and copy the secret that begins with SEC. Keywords would hold messages back.\nCopy the webhook address.",
    wecom: "In the group, choose Add Group Bot and create one.\nCopy its webhook address.",
    telegram:
      "Write /newbot to @BotFather and copy the token.\nAdd the bot to the group, or write to it yourself.\nThe chat's id is in what api.telegram.org/botTOKEN/getUpdates answers then; a public channel goes by its @name.",
    email:
      "Your mail provider names the server: most take port 587 with STARTTLS, or 465 with TLS.\nUser and password are those of the mailbox. With sign-in in two steps, make a password for this app.\nSeveral recipients have commas between them.",
    ntfy: "Choose a topic that nobody guesses: whoever knows it can read it.\nSubscribe to it in the ntfy app.\nA server of your own in this network has to be allowed at the start, with --allow-hosts.",
    webhook:
      "The address gets one JSON POST for each message and answers 2xx.\nWith a secret, X-Curvewatch-Signature proves that a message is ours.\n/api/v1/openapi.json describes both.",
  },
} as const;
