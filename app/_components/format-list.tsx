import styles from "./format-list.module.css";

/** Logs that are read without setup, as their makers call them. */
const KNOWN_FORMATS = [
  "Hugging Face Trainer",
  "Lightning",
  "Megatron-LM",
  "DeepSpeed",
  "nanoGPT",
  "Keras",
  "JSON lines",
  "CSV",
  "step 120 | loss 2.31",
];

export function FormatList() {
  return (
    <ul className={styles.list}>
      {KNOWN_FORMATS.map((format) => (
        <li key={format} lang="en">
          {format}
        </li>
      ))}
    </ul>
  );
}
