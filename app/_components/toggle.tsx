"use client";
import { Switch } from "@mantine/core";
import { useState } from "react";
import styles from "./toggle.module.css";

type Props = {
  label: string;
  checked: boolean;
  /** @returns whether it was done */
  onChange: (checked: boolean) => Promise<boolean>;
};

/** On or off, at once; back as it was when the server did not take it. */
export function Toggle({ label, checked, onChange }: Props) {
  const [asked, setAsked] = useState<boolean | null>(null);
  // What was asked for stands until the page has been told so.
  if (asked === checked) setAsked(null);
  const change = async (wanted: boolean): Promise<void> => {
    setAsked(wanted);
    if (!(await onChange(wanted))) setAsked(null);
  };
  return (
    <Switch
      aria-label={label}
      checked={asked ?? checked}
      onChange={(event) => void change(event.currentTarget.checked)}
      withThumbIndicator={false}
      classNames={{
        root: styles.root,
        body: styles.body,
        input: styles.input,
        track: styles.track,
        thumb: styles.thumb,
      }}
    />
  );
}
