/** What the palette offers: each entry is found by words, shown with its words and done by its act. */
export type PaletteEntry = {
  id: string;
  group: "runs" | "hosts" | "acts" | "pages";
  label: string;
  /** Beside the label, and searched too. */
  detail: string;
  /** Searched only. */
  words: readonly string[];
};

/** At most this many of a group are offered. */
const SHOWN = { runs: 8, hosts: 4, acts: 20, pages: 8 } as const;
const SHOWN_UNASKED = { runs: 5, hosts: 0, acts: 20, pages: 8 } as const;

/**
 * The entries that hold every word of the query, groups in order. Those whose label begins with the query come first within
 * their group; nothing is dropped for being similar to nothing else.
 */
export function foundEntries<Entry extends PaletteEntry>(entries: readonly Entry[], query: string): Entry[] {
  const asked = query.trim().toLowerCase();
  const words = asked.split(/\s+/).filter(Boolean);
  const limit = words.length === 0 ? SHOWN_UNASKED : SHOWN;
  const found = entries.filter((entry) => {
    const text = [entry.label, entry.detail, ...entry.words].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (["runs", "hosts", "acts", "pages"] as const).flatMap((group) =>
    found
      .filter((entry) => entry.group === group)
      .toSorted((a, b) => Number(begins(b, asked)) - Number(begins(a, asked)))
      .slice(0, limit[group]),
  );
}

const begins = ({ label }: PaletteEntry, asked: string): boolean => label.toLowerCase().startsWith(asked);
