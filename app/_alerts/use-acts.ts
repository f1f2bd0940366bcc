"use client";
import { useTranslations } from "use-intl";
import type { Mute } from "#lib/protocol/index.ts";
import { toast } from "../_components/toasts.tsx";
import { send } from "./send.ts";

export type Acts = {
  acknowledge(incident: string, on: boolean): Promise<boolean>;
  snooze(incident: string, minutes: number): Promise<boolean>;
  resolve(incident: string): Promise<boolean>;
  /** @param minutes null: until somebody ends it */
  muteRun(run: string, minutes: number | null): Promise<boolean>;
  /** Ends every mute of the run itself. */
  unmuteRun(run: string): Promise<boolean>;
  unmute(mute: string): Promise<boolean>;
  retry(delivery: number): Promise<boolean>;
};

/** What a person does about alerts. Each says whether it was done; what went wrong has been said. */
export function useActs(after: () => void = () => {}): Acts {
  const t = useTranslations("alerts");
  const act = async (...request: Parameters<typeof send>): Promise<boolean> => {
    const refused = await send(...request);
    if (refused !== null) toast(t("notDone", { reason: refused || t("noAnswer") }));
    else after();
    return refused === null;
  };
  const on = (incident: string, what: string): string => `/incidents/${encodeURIComponent(incident)}/${what}`;
  return {
    acknowledge: (incident, isOn) => act("POST", on(incident, "ack"), { on: isOn }),
    snooze: (incident, minutes) => act("POST", on(incident, "snooze"), { minutes }),
    resolve: (incident) => act("POST", on(incident, "resolve"), {}),
    muteRun: (run, minutes) => act("POST", "/mutes", { scope: { kind: "run", value: run }, minutes }),
    unmuteRun: async (run) => {
      const answer = await fetch("/api/v1/mutes", { cache: "no-store" }).catch(() => null);
      if (!answer?.ok) return false;
      const { mutes } = (await answer.json()) as { mutes: Mute[] };
      const own = mutes.filter(({ scope }) => scope.kind === "run" && scope.value === run);
      const done = await Promise.all(own.map(({ id }) => act("DELETE", `/mutes/${id}`)));
      return done.every(Boolean);
    },
    unmute: (mute) => act("DELETE", `/mutes/${mute}`),
    retry: (delivery) => act("POST", `/deliveries/${delivery}/retry`, {}),
  };
}
