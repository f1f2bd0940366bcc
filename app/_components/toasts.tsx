"use client";
import { Notifications, notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import buttons from "./button.module.css";
import styles from "./toasts.module.css";

const STAYS_MS = 10_000;

/** Where short words about what was just done appear; they are read out, and go by themselves. */
export function Toasts() {
  return (
    <Notifications
      containerWidth="auto"
      position="bottom-center"
      limit={3}
      classNames={{ root: styles.root, notification: styles.toast }}
    />
  );
}

/** @param action takes back what was done; the toast goes with it */
export function toast(text: ReactNode, action?: { label: string; act: () => void }): void {
  const id = notifications.show({
    autoClose: STAYS_MS,
    withCloseButton: false,
    classNames: { root: styles.toast, icon: styles.none, body: styles.body, description: styles.text },
    message: (
      <>
        <span>{text}</span>
        {action && (
          <button
            type="button"
            className={buttons.button}
            onClick={() => {
              notifications.hide(id);
              action.act();
            }}
          >
            {action.label}
          </button>
        )}
      </>
    ),
  });
}
