"use client";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { RUN_LIMITS, type RunView } from "#lib/protocol/index.ts";
import buttons from "../../../_components/button.module.css";
import { Late } from "../../../_components/late.tsx";
import { untilLoaded } from "../../../_components/until-loaded.ts";
import { useRunEdits } from "../../../_edits/edit-run.ts";
import { RailSection } from "../rail-section.tsx";
import styles from "./about.module.css";

/* Neither is needed to see how the run does. */
const TagField = lazy(() => untilLoaded(() => import("./tag-field.tsx")));
const Markdown = lazy(() => untilLoaded(() => import("./markdown.tsx")));

/** What a person adds to a run: notes and tags. */
export function About({ run }: { run: RunView }) {
  const t = useTranslations("about");
  const { edit } = useRunEdits(run);
  const [isWriting, setIsWriting] = useState(false);
  return (
    <RailSection title={t("title")}>
      <Late fallback={<div className={styles.tags} />}>
        <TagField tags={run.tags} onChange={(tags) => void edit({ tags })} />
      </Late>
      {isWriting ? (
        <NotesField
          notes={run.notes}
          onDone={(notes) => {
            setIsWriting(false);
            if (notes !== null && notes !== run.notes) void edit({ notes });
          }}
        />
      ) : (
        <>
          {run.notes.trim() !== "" && (
            <div className={styles.notes}>
              <Suspense fallback={run.notes}>
                <Markdown text={run.notes} />
              </Suspense>
            </div>
          )}
          <button type="button" className={buttons.button} onClick={() => setIsWriting(true)}>
            {t(run.notes.trim() === "" ? "addNotes" : "editNotes")}
          </button>
        </>
      )}
    </RailSection>
  );
}

/** Saved when it is left or by Ctrl+Enter; Escape leaves what was. */
function NotesField({ notes, onDone }: { notes: string; onDone: (notes: string | null) => void }) {
  const t = useTranslations("about");
  const field = useRef<HTMLTextAreaElement>(null);
  const given = useRef(false);
  useEffect(() => field.current?.focus(), []);
  const done = (text: string | null): void => {
    if (given.current) return;
    given.current = true;
    onDone(text);
  };
  return (
    <div className={styles.writing}>
      <textarea
        ref={field}
        defaultValue={notes}
        rows={6}
        maxLength={RUN_LIMITS.notesChars}
        aria-label={t("notes")}
        onBlur={(event) => done(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") done(null);
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) done(event.currentTarget.value);
        }}
      />
      <small>{t("notesHow")}</small>
    </div>
  );
}
