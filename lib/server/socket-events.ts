import type { Socket } from "socket.io";
import type { z } from "zod";
import {
  AGENT_EVENT,
  batchHeaderSchema,
  cursorsRequestSchema,
  errorCode,
  helloSchema,
  LIVE_EVENT,
  type Refusal,
  watchSchema,
} from "#lib/protocol/index.ts";

/**
 * Every event that a socket may send, with who may send it and in what shape: what is not here is refused, and what does
 * not fit is answered in words. The sockets' own handshakes decide who is an agent and who a browser.
 */
const SOCKET_EVENTS = {
  agent: {
    [AGENT_EVENT.hello]: helloSchema,
    [AGENT_EVENT.batch]: batchHeaderSchema,
    [AGENT_EVENT.cursors]: cursorsRequestSchema,
  },
  browser: {
    [LIVE_EVENT.watch]: watchSchema,
  },
} as const;

type Events<Who extends keyof typeof SOCKET_EVENTS> = (typeof SOCKET_EVENTS)[Who];
type Handlers<Who extends keyof typeof SOCKET_EVENTS> = {
  [Name in keyof Events<Who>]: (
    message: z.infer<Extract<Events<Who>[Name], z.ZodType>>,
    buffer: Uint8Array | null,
  ) => Promise<object>;
};

/** Answers a socket's events: one message, at most one buffer beside it, one reply. */
export function answerEvents<Who extends keyof typeof SOCKET_EVENTS>(
  socket: Socket,
  who: Who,
  handlers: Handlers<Who>,
  failed: (error: unknown) => void,
): void {
  const schemas: Record<string, z.ZodType> = SOCKET_EVENTS[who];
  // Each handler takes what its own schema gives; both are looked up by the same name.
  const byName = handlers as Record<string, (message: unknown, buffer: Uint8Array | null) => Promise<object>>;
  socket.onAny((event: string, ...args: unknown[]) => {
    const reply = args.at(-1);
    if (typeof reply !== "function") return;
    const refuse = (err: Refusal["err"], message: string): void => reply({ err, message } satisfies Refusal);
    const [schema, handle] = Object.hasOwn(schemas, event) ? [schemas[event], byName[event]] : [];
    if (!schema || !handle) return refuse("not_found", "There is no such event.");
    const parsed = schema.safeParse(args[0]);
    if (!parsed.success) return refuse("bad_request", `${event}: ${parsed.error.issues[0]?.message ?? "invalid"}`);
    const buffer = args.length === 3 && args[1] instanceof Uint8Array ? args[1] : null;
    handle(parsed.data, buffer).then(
      (answer) => reply(answer),
      (error: unknown) => {
        failed(error);
        refuse(errorCode(error) ?? "internal", "The server could not do this; it stays with you.");
      },
    );
  });
}
