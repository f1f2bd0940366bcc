/** What any tab of this browser has told, so that ten open tabs say a thing once. */
const KEY = "cw-told";
const KEPT = 50;
/** The same incident again after this long is news. */
const FORGOTTEN_AFTER_MS = 10 * 60_000;

type Told = { tag: string; at: number }[];

/** @returns whether this tab may tell it: no other has, and none will */
export function claim(tag: string, now: number): Promise<boolean> {
  return navigator.locks.request(KEY, () => {
    const told = read().filter(({ at }) => now - at < FORGOTTEN_AFTER_MS);
    if (told.some((one) => one.tag === tag)) return false;
    localStorage.setItem(KEY, JSON.stringify([...told, { tag, at: now }].slice(-KEPT)));
    return true;
  });
}

function read(): Told {
  try {
    const told: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(told) ? told.filter((one) => typeof one?.tag === "string" && typeof one?.at === "number") : [];
  } catch {
    return [];
  }
}
