import { z } from "zod";
import { delivered, objectIn, refused, sent } from "./answer.ts";
import { addressSchema, type Channel, keySchema } from "./channel.ts";
import { cut } from "./cut.ts";
import { messageOf } from "./words.ts";

/**
 * ntfy.sh, or a server of one's own. Whoever knows a topic can read it, so it is kept as a secret. Its messages are plain
 * text; one of more than 4,096 bytes would become a file.
 */
const settings = z.strictObject({
  topic: z.string("is missing").regex(/^[-_A-Za-z0-9]{1,64}$/, "takes letters, digits, - and _, up to 64"),
  server: addressSchema.default("https://ntfy.sh"),
  token: keySchema.optional(),
});

const TITLE = { bytes: 250 };
const TEXT = { bytes: 1800 };
const ADVICE = { bytes: 900 };
const FACT = { bytes: 120 };
const FOOTER = { bytes: 250 };
const PRIORITY = { good: 2, note: 3, caution: 4, critical: 5 } as const;

export const ntfy: Channel<z.infer<typeof settings>> = {
  name: "ntfy",
  settings,
  secrets: ["topic", "token"],
  limits: { perMinute: 10, burst: 20 },
  destination: ({ server }) => new URL(server).host,
  check: ({ server }, poster) => void poster.check(server),
  async deliver(outgoing, { topic, server, token }, { poster }) {
    const { headline, text, advice, facts, spark, footer, buttons, image, severity } = messageOf(outgoing);
    const parts = [
      cut(text, TEXT),
      cut(advice, ADVICE),
      spark,
      facts.map(([label, value]) => `${label}: ${cut(value, FACT)}`).join("\n"),
      cut(footer, FOOTER),
    ];
    const body = {
      topic,
      title: cut(headline, TITLE),
      message: parts.filter(Boolean).join("\n\n"),
      priority: PRIORITY[severity],
      click: buttons[0]?.url,
      actions: buttons.map(({ label, url }) => ({ action: "view", label, url })),
      ...(image !== null && { attach: image.url }),
    };
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const result = await poster.post(new URL("/", server).href, JSON.stringify(body), headers);
    return delivered(result, ({ status, body: answer }) =>
      typeof objectIn(answer)?.id === "string" ? sent() : refused(`answered ${status}, but not as ntfy does`, false),
    );
  },
};
