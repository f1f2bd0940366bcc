const AGAIN_MS = 2000;

/** Code that comes later than the page; while the server does not give it, it is asked for again, and the page lives on. */
export async function untilLoaded<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
