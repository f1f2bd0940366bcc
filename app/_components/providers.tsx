"use client";
import { HeadlessMantineProvider, type MantineThemeOverride } from "@mantine/core";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import { IntlProvider } from "use-intl";
import type { Language } from "#lib/protocol/index.ts";
import { asEnglish, type Messages } from "../_messages/index.ts";
import { ClockContext, setServerClock } from "./clock.ts";
import { Toasts } from "./toasts.tsx";

/* A menu that is hidden while its place is worked out anew loses the focus, and with it whoever walks it by keyboard. */
const STEADY = { defaultProps: { hideDetached: false } };
const THEME: MantineThemeOverride = { components: { Menu: STEADY, Popover: STEADY } };

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
      <HeadlessMantineProvider theme={THEME}>
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
