import type { Random } from "../random.ts";

/** Endless synthetic text: fills a stretch with tokens. */
export type Source = { vocabulary: number; fill(random: Random, out: Int32Array, from: number, to: number): void };

/** A Markov chain in which each context of `order` tokens is followed by one of `branching` likely tokens, now and then by any. */
export function markov(random: Random, vocabulary: number, order: number, branching: number): Chained {
  const contexts = vocabulary ** order;
  const likely = Int32Array.from({ length: contexts * branching }, () => random.int(vocabulary));
  return chain({ vocabulary, contexts, branching, likely });
}

/** The chain with a share of its contexts followed by other tokens. */
export function shifted(source: Chained, random: Random, share: number): Source {
  const { likely, ...rest } = source.chain;
  return chain({
    ...rest,
    likely: likely.map((token) => (random.chance(share) ? random.int(rest.vocabulary) : token)),
  });
}

type Chained = Source & { chain: Chain };
type Chain = { vocabulary: number; contexts: number; branching: number; likely: Int32Array };

function chain(made: Chain): Chained {
  const { vocabulary, contexts, branching, likely } = made;
  return {
    chain: made,
    vocabulary,
    fill(random, out, from, to) {
      let context = random.int(contexts);
      for (let i = from; i < to; i++) {
        // The first of the likely tokens comes most often.
        const at = Math.min(random.int(branching), random.int(branching));
        const token = random.chance(0.05) ? random.int(vocabulary) : likely[context * branching + at]!;
        out[i] = token;
        context = (context * vocabulary + token) % contexts;
      }
    },
  };
}

/** Nested brackets of several kinds, closed in order, with letters between. */
export function brackets(kinds: number): Source {
  const letters = 4;
  return {
    vocabulary: 2 * kinds + letters,
    fill(random, out, from, to) {
      const open: number[] = [];
      for (let i = from; i < to; i++) {
        if (random.chance(0.3)) out[i] = 2 * kinds + random.int(letters);
        else if (open.length > 0 && (open.length > 5 || random.chance(0.5))) out[i] = 2 * open.pop()! + 1;
        else {
          open.push(random.int(kinds));
          out[i] = 2 * open.at(-1)!;
        }
      }
    },
  };
}

/** A random word, a mark, the same word again. */
export function copies(letters: number, longest: number): Source {
  return {
    vocabulary: letters + 1,
    fill(random, out, from, to) {
      for (let i = from; i < to; ) {
        const word = Array.from({ length: 2 + random.int(longest - 1) }, () => random.int(letters));
        for (const token of [...word, letters, ...word, letters]) if (i < to) out[i++] = token;
      }
    },
  };
}

/** Sums such as `7+12=19;`, digits as tokens. */
export function sums(highest: number): Source {
  const spelled = (text: string): number[] => [...text].map((letter) => "0123456789+=;".indexOf(letter));
  return {
    vocabulary: 13,
    fill(random, out, from, to) {
      for (let i = from; i < to; ) {
        const [a, b] = [random.int(highest), random.int(highest)];
        for (const token of spelled(`${a}+${b}=${a + b};`)) if (i < to) out[i++] = token;
      }
    },
  };
}
