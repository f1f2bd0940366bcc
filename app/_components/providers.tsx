"use client";
import { HeadlessMantineProvider } from "@mantine/core";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import { IntlProvider } from "use-intl";
import type { Language } from "#lib/protocol/index.ts";
import { asEnglish, type Messages } from "../_messages/index.ts";
import { ClockContext, setServerClock } from "./clock.ts";
import { Toasts } from "./toasts.tsx";

type Props = {
  language: Language;
  messages: Messages;
  /** Server time of this rendering, epoch ms. */
  renderedAt: number;
  children: ReactNode;
};

/** Mantine gives behaviour alone (headless): every look is ours, in tokens and CSS modules. */
export function Providers({ language, messages, renderedAt, children }: Props) {
  const [firstRenderedAt] = useState(() => {
    setServerClock(renderedAt);
    return renderedAt;
  });
  return (
    <IntlProvider locale={language} messages={asEnglish(messages)} timeZone="UTC">
      <HeadlessMantineProvider>
        <NuqsAdapter>
          <ClockContext value={firstRenderedAt}>
            {children}
            <Toasts />
          </ClockContext>
        </NuqsAdapter>
      </HeadlessMantineProvider>
    </IntlProvider>
  );
}
