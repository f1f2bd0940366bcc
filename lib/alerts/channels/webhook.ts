import { createHmac } from "node:crypto";
import { z } from "zod";
import { LANGUAGES, SEVERITIES } from "#lib/protocol/index.ts";
import { noticeSchema } from "../notice.ts";
import { delivered, sent } from "./answer.ts";
import { addressSchema, type Channel, keySchema, type Outgoing } from "./channel.ts";
import { messageOf } from "./words.ts";

/**
 * Any program that takes a JSON POST and answers 2xx. Body and id are the same for every try of one notice; with a secret,
 * the body is signed together with the time of the try.
 */
const settings = z.strictObject({ address: addressSchema, secret: keySchema.optional() });

export const webhook: Channel<z.infer<typeof settings>> = {
  name: "Webhook",
  settings,
  secrets: ["address", "secret"],
  limits: { perMinute: 600, burst: 60 },
  destination: ({ address }) => new URL(address).host,
  check: ({ address }, poster) => void poster.check(address),
  async deliver(outgoing, { address, secret }, { poster, now }) {
    const made = bodyOf(outgoing);
    const body = JSON.stringify(made);
    const seconds = Math.floor(now() / 1000);
    const result = await poster.post(address, body, {
      "x-curvewatch-id": encodeURI(made.id),
      ...(secret !== undefined && { "x-curvewatch-signature": webhookSignature(secret, seconds, body) }),
    });
    return delivered(result, () => sent());
  },
};

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 of `SECONDS.BODY`. A receiver refuses an old time, so that nothing can be replayed. */
export function webhookSignature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

/** What is posted, as `openapi.json` describes it. Fields are added, never renamed. */
export const webhookBodySchema = z.object({
  id: z.string().describe("Of the notice: the same for every try, to tell a repeat by"),
  alert: z.string(),
  notice: z.int().describe("Number of the notice within its alert, from 0"),
  kind: noticeSchema.shape.kind,
  rule: z.string().describe("A rule's id or a verdict's name"),
  severity: z.enum(SEVERITIES),
  step: z.number().nullable(),
  text: z.string(),
  advice: z.string(),
  confidence: z.number().nullable().describe("0 to 1"),
  at: z.number().describe("Epoch ms"),
  run: noticeSchema.shape.run,
  link: z.string().describe("The run's page"),
  lang: z.enum(LANGUAGES),
  title: z.string(),
  incident: z.string().describe("Id of the incident; empty where there is none"),
  more: z.int().describe("How many notices a digest stands for"),
  curve: z.array(z.number()).describe("The loss of late, oldest first"),
  links: z.object({ run: z.string(), report: z.string(), mute: z.string(), ack: z.string() }),
});

function bodyOf(outgoing: Outgoing): z.infer<typeof webhookBodySchema> {
  const { notice, links, lang } = outgoing;
  const { alert, number, kind, subject, severity, step, text, advice, confidence, at, run, incident, more, curve } =
    notice;
  const { report, mute, ack } = links;
  return {
    id: `${alert}/${number}`,
    alert,
    notice: number,
    kind,
    rule: subject,
    severity,
    step,
    text: text[lang],
    advice: advice[lang],
    confidence,
    at,
    run,
    link: links.run,
    lang,
    title: messageOf(outgoing).headline,
    incident,
    more,
    curve,
    links: { run: links.run, report, mute, ack },
  };
}
