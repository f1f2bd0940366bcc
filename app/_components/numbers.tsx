import styles from "./numbers.module.css";

/** A number with its sign, unit and factor, as our sentences write them. */
const NUMBER = /([±−+×]?\d[\d\u2009]*(?:\.\d+)?(?:e[-−]?\d+)?(?:[%×kMB](?![A-Za-z0-9]))?)/;

/** A sentence whose numbers are set in the instrument's face, so that they can be found at a glance. */
export function Numbers({ text }: { text: string }) {
  return text.split(NUMBER).map((part, i) =>
    i % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence have no other identity
      <b key={i} className={styles.number}>
        {part}
      </b>
    ) : (
      part
    ),
  );
}
