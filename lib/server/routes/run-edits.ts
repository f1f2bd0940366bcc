import { z } from "zod";
import { NotFoundError, RUN_LIMITS } from "#lib/protocol/index.ts";
import type { Views } from "../views.ts";
import type { Remote } from "../workers/rpc.ts";
import type { Writer } from "../workers/writer.ts";
import { type Call, type Route, readJson, sendJson } from "./registry.ts";
import { runIdSchema } from "./runs.ts";

const text = (chars: number) => z.string().trim().min(1).max(chars);
const editSchema = z
  .object({
    /** Null goes back to the log's own. */
    name: text(RUN_LIMITS.nameChars).nullable().optional(),
    /** Markdown. */
    notes: z.string().max(RUN_LIMITS.notesChars).optional(),
    tags: z
      .array(text(RUN_LIMITS.tagChars))
      .max(RUN_LIMITS.tags)
      .refine((tags) => new Set(tags).size === tags.length, { message: "the same tag twice" })
      .optional(),
    /** Out of the way, and no longer in the list. */
    archived: z.boolean().optional(),
  })
  .refine((edit) => Object.keys(edit).length > 0, { message: "nothing to change: give name, notes, tags or archived" });

type Edited = {
  views: Views;
  writer: Remote<Writer>;
  /** Tells the pages that look at it. */
  touched: (run: string) => void;
};

/** What a person makes of a run. What is deleted is out of every list and answer, and can be restored. */
export function runEditRoutes({ views, writer, touched }: Edited): Route[] {
  const edit = async (id: string, change: Parameters<Writer["editRun"]>[1]): Promise<void> => {
    await writer.editRun(id, change);
    touched(id);
  };
  const answer = async ({ response }: Call, id: string): Promise<void> => {
    const run = await views.summary(id);
    if (!run) throw new NotFoundError("run", id);
    const { name, tags, archived } = run;
    sendJson(response, { run: { id, name, tags, archived, notes: await views.notes(id) } });
  };
  return [
    {
      method: "PATCH",
      path: "/api/v1/runs/:id",
      policy: "viewer",
      body: editSchema,
      async handle(call) {
        const id = runIdSchema.parse(call.params.id);
        const change = editSchema.parse(await readJson(call.request));
        if (!(await views.summary(id))) throw new NotFoundError("run", id);
        await edit(id, change);
        await answer(call, id);
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/runs/:id",
      policy: "viewer",
      async handle({ params, response }) {
        const id = runIdSchema.parse(params.id);
        if (!(await views.summary(id))) throw new NotFoundError("run", id);
        await edit(id, { deleted: true });
        sendJson(response, { deleted: id });
      },
    },
    {
      method: "POST",
      path: "/api/v1/runs/:id/restore",
      policy: "viewer",
      body: z.object({}),
      async handle(call) {
        const id = runIdSchema.parse(call.params.id);
        await edit(id, { deleted: false });
        await answer(call, id);
      },
    },
  ];
}
