import { z } from "zod";

const errorSchema = z.object({ error: z.object({ message: z.string(), hint: z.string().nullable() }) });

/**
 * Asks our own API to change something.
 *
 * @returns null when it was done, else a sentence that says what is wrong and what to do; "" when there was no answer
 */
export async function send(
  method: "POST" | "PATCH" | "DELETE",
  path: string,
  body: object = {},
): Promise<string | null> {
  try {
    const response = await fetch(path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.ok) return null;
    const { error } = errorSchema.parse(await response.json());
    return error.hint === null ? error.message : `${error.message}; ${error.hint}`;
  } catch {
    return "";
  }
}
