"use client";
import { useTranslations } from "use-intl";
import type { RunView } from "#lib/protocol/index.ts";
import { Problem } from "../../_components/problem.tsx";
import { useRunEdits } from "../../_edits/edit-run.ts";

/** What a page shows whose run was deleted, here or elsewhere, while it was open. */
export function Deleted({ run }: { run: RunView }) {
  const t = useTranslations("about");
  const { restore } = useRunEdits(run);
  return (
    <Problem
      title={t("deletedTitle")}
      text={t("deletedText")}
      act={{ label: t("restore"), run: () => void restore() }}
    />
  );
}
