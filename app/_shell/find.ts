/** Asks for the palette from anywhere on the page. */
const listeners = new Set<() => void>();

export function find(): void {
  for (const listener of listeners) listener();
}

export function onFind(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
