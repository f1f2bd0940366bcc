import { createTransport } from "nodemailer";
import { z } from "zod";
import { type Poster, unreached } from "../post.ts";
import { refused, said, sent } from "./answer.ts";
import type { Channel, Outgoing, Refused } from "./channel.ts";
import { cut, htmlEscaped } from "./cut.ts";
import { type Message, messageOf } from "./words.ts";

/**
 * Mail through a person's own server. The socket is ours, so it leads nowhere a webhook could not; without TLS only to a
 * host that the operator allows. What follows an incident's first mail refers to it, so a reader shows them together.
 */
const mailbox = z.email("is not an e-mail address").max(254);
const settings = z.strictObject({
  host: z
    .string("is missing")
    .toLowerCase()
    .regex(/^[a-z0-9.:-]{1,253}$/, "is not a host's name"),
  port: z.coerce.number().int().min(1).max(65535).default(587),
  security: z.enum(["tls", "starttls", "none"]).optional(),
  user: z.string().min(1).max(254).optional(),
  password: z.string().min(1).max(512).optional(),
  from: mailbox,
  to: z
    .string("is missing")
    .max(2048)
    .refine((list) => {
      const all = mailboxes(list);
      return all.length > 0 && all.length <= RECIPIENTS && all.every((one) => mailbox.safeParse(one).success);
    }, "takes e-mail addresses with commas between them, up to 20"),
});
type Settings = z.infer<typeof settings>;

const RECIPIENTS = 20;
const TLS_PORT = 465;
const HEADLINE = { codePoints: 180 };
const TEXT = { codePoints: 8000 };
const FACT = { codePoints: 200 };

export const email: Channel<Settings> = {
  name: "E-mail",
  settings,
  secrets: ["password"],
  limits: { perMinute: 10, burst: 10 },
  destination: ({ to, host }) => `${to} · ${host}`,
  check: ({ host, port, security }, poster) => poster.checkMail(host, port, security === "none"),
  async deliver(outgoing, given, { poster }) {
    const { host, port, user, password } = given;
    const security = given.security ?? (port === TLS_PORT ? "tls" : "starttls");
    const transport = createTransport({
      host,
      port,
      secure: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      ...(user !== undefined && { auth: { user, pass: password ?? "" } }),
      connectionTimeout: poster.timeoutMs,
      greetingTimeout: poster.timeoutMs,
      socketTimeout: poster.timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
      getSocket(_, callback) {
        poster.connect(host, port, security === "none").then(
          (connection) => callback(null, { connection }),
          (error: Error) => callback(error),
        );
      },
    });
    try {
      const mail = mailOf(outgoing, given, poster);
      const { rejected } = await transport.sendMail(mail);
      if (rejected.length > 0) return refused(`refused ${rejected.length} of ${mail.to.length} recipients`, false);
      return sent(outgoing.receipt ?? mail.messageId);
    } catch (error) {
      return refusal(error);
    } finally {
      transport.close();
    }
  },
};

/** A reply of 4xx passes with time, one of 5xx does not; without a reply, nothing is known and trying again may help. */
function refusal(error: unknown): Refused {
  const { code, responseCode, message } = error as NodeJS.ErrnoException & { responseCode?: number };
  if (code === "bad_request") return refused(message, false);
  if (typeof responseCode === "number") {
    return refused(`answered ${responseCode} (${said(code)})`, responseCode < 500);
  }
  // Nobody signs in by trying again, and a server without STARTTLS does not learn it.
  if (code === "EAUTH" || code === "EENVELOPE") return refused(`could not send (${code})`, false);
  const failed = unreached(error);
  return refused(failed.error, failed.retryable);
}

const mailboxes = (list: string): string[] =>
  list
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);

type Mail = {
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  messageId: string;
  inReplyTo?: string;
  references?: string;
  headers: Record<string, string>;
  priority: "high" | "normal";
  signal: AbortSignal;
};

function mailOf(outgoing: Outgoing, { from, to }: Settings, poster: Poster): Mail {
  const message = messageOf(outgoing);
  const { alert, number } = outgoing.notice;
  const { receipt } = outgoing;
  const id = `${alert}.${number}`.replaceAll(/[^\w.-]+/g, "-");
  return {
    from: `Curvewatch <${from}>`,
    to: mailboxes(to),
    subject: cut(message.headline, HEADLINE),
    text: textOf(message),
    html: htmlOf(message),
    messageId: `<${id}@${from.split("@").at(-1)}>`,
    ...(receipt !== null && { inReplyTo: receipt, references: receipt }),
    headers: { "X-Curvewatch-Id": encodeURI(`${alert}/${number}`), "Auto-Submitted": "auto-generated" },
    priority: message.severity === "critical" ? "high" : "normal",
    signal: AbortSignal.timeout(poster.timeoutMs),
  };
}

function textOf({ headline, text, advice, facts, spark, footer, buttons }: Message): string {
  const parts = [
    cut(headline, HEADLINE),
    cut(text, TEXT),
    cut(advice, TEXT),
    spark,
    facts.map(([label, value]) => `${label}: ${cut(value, FACT)}`).join("\n"),
    buttons.map(({ label, url }) => `${label}: ${url}`).join("\n"),
    cut(footer, FACT),
  ];
  return parts.filter(Boolean).join("\n\n");
}

/** Styled in place, as mail has to be; it must read well without any of it. */
function htmlOf({ headline, text, advice, facts, spark, footer, buttons, image, colour }: Message): string {
  const paragraph = (content: string, style = ""): string => `<p style="margin:0 0 12px;${style}">${content}</p>`;
  const row = ([label, value]: [string, string]): string =>
    `<tr><td style="padding:2px 16px 2px 0;color:#5b6470">${label}</td><td>${cut(value, FACT, htmlEscaped)}</td></tr>`;
  const link = ({ label, url }: { label: string; url: string }): string =>
    `<a href="${htmlEscaped(url)}" style="margin-right:16px">${label}</a>`;
  return [
    `<div style="font:14px/1.5 sans-serif;border-left:4px solid ${colour};padding:4px 0 4px 16px">`,
    `<h1 style="margin:0 0 12px;font-size:18px">${cut(headline, HEADLINE, htmlEscaped)}</h1>`,
    paragraph(cut(text, TEXT, htmlEscaped)),
    advice === "" ? "" : paragraph(cut(advice, TEXT, htmlEscaped), "font-weight:bold"),
    spark === "" ? "" : paragraph(spark, "font-family:monospace"),
    facts.length === 0
      ? ""
      : `<table style="border-collapse:collapse;margin:0 0 12px">${facts.map(row).join("")}</table>`,
    image === null
      ? ""
      : `<img src="${htmlEscaped(image.url)}" alt="${cut(image.alt, FACT, htmlEscaped)}" style="max-width:100%">`,
    paragraph(buttons.map(link).join("")),
    `<p style="margin:0;color:#5b6470;font-size:12px">${cut(footer, FACT, htmlEscaped)}</p></div>`,
  ].join("");
}
