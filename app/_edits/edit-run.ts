"use client";
import { useTranslations } from "use-intl";
import { toast } from "../_components/toasts.tsx";

export type RunEdit = { name?: string | null; notes?: string; tags?: string[]; archived?: boolean };

/** Changes a run over our own API. @throws Error with the server's sentence when it was not done */
async function send(method: "PATCH" | "DELETE" | "POST", path: string, body?: object): Promise<void> {
  const response = await fetch(`/api/v1/runs/${path}`, {
    method,
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (response.ok) return;
  const { error } = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
  throw new Error(error?.message ?? `${response.status}`);
}

export type RunEdits = {
  /** @returns whether it was done; what went wrong has been said */
  edit(change: RunEdit): Promise<boolean>;
  /** Puts a run out of the way or takes it back, with a way back. */
  archive(isArchived: boolean): Promise<boolean>;
  remove(): Promise<boolean>;
  restore(): Promise<boolean>;
};

/** What a person does to a run, and what is said of it. */
export function useRunEdits(run: { id: string; name: string }, after: () => void = () => {}): RunEdits {
  const t = useTranslations("about");
  const { id, name } = run;
  const act = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      after();
      return true;
    } catch (error) {
      toast(t("notDone", { reason: (error as Error).message }));
      return false;
    }
  };
  const edits: RunEdits = {
    edit: (change) => act(() => send("PATCH", id, change)),
    archive: async (archived) => {
      const done = await edits.edit({ archived });
      if (done) {
        const undo = { label: t("undo"), act: () => void edits.edit({ archived: !archived }) };
        toast(t(archived ? "archivedNow" : "unarchivedNow", { name }), undo);
      }
      return done;
    },
    remove: async () => {
      const done = await act(() => send("DELETE", id));
      if (done) toast(t("deletedNow", { name }), { label: t("undo"), act: () => void edits.restore() });
      return done;
    },
    restore: () => act(() => send("POST", `${id}/restore`, {})),
  };
  return edits;
}
