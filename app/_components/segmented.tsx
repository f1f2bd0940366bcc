"use client";
import { SegmentedControl } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./segmented.module.css";

type Props<Value extends string> = {
  label: string;
  value: Value | null;
  options: { value: Value; label: ReactNode }[];
  onChange: (value: Value) => void;
};

/** A row of exclusive choices; arrow keys move within it. `null` chooses none of them. */
export function Segmented<Value extends string>({ label, value, options, onChange }: Props<Value>) {
  return (
    <SegmentedControl<string>
      aria-label={label}
      value={value ?? ""}
      data={options}
      onChange={(chosen) => onChange(chosen as Value)}
      classNames={{
        root: styles.root,
        indicator: styles.indicator,
        control: styles.control,
        input: styles.input,
        label: styles.label,
      }}
    />
  );
}
