/** Changes something over our own API. @returns null when it was done, else the server's sentence about what is wrong; "" when it did not answer */
export async function send(method: "POST" | "DELETE", path: string, body?: object): Promise<string | null> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    if (response.ok) return null;
    const { error } = (await response.json()) as { error: { message: string; hint: string | null } };
    return error.hint === null ? error.message : `${error.message}; ${error.hint}`;
  } catch {
    return "";
  }
}
