"use client";
import { useTranslations } from "use-intl";
import type { RunView } from "#lib/protocol/index.ts";
import button from "../_components/button.module.css";
import { MutedUntil } from "./muted-until.tsx";
import { SpanMenu } from "./span-menu.tsx";
import { useActs } from "./use-acts.ts";

/** Nobody is told of the run for a while; and how long that still is. */
export function MuteButton({ run: { id, name, mutedUntil } }: { run: Pick<RunView, "id" | "name" | "mutedUntil"> }) {
  const t = useTranslations("alerts");
  const acts = useActs();
  if (mutedUntil !== null) {
    return (
      <button
        type="button"
        className={button.button}
        title={t("unmuteHow")}
        data-key="m"
        onClick={() => void acts.unmuteRun(id)}
      >
        <MutedUntil until={mutedUntil} />
      </button>
    );
  }
  return (
    <SpanMenu
      label={t("muteRun", { name })}
      isEndless
      hotkey="m"
      onChoose={(minutes) => void acts.muteRun(id, minutes)}
    >
      {t("mute")}
      <kbd>M</kbd>
    </SpanMenu>
  );
}
