import "@fontsource/b612/latin-400.css";
import "@fontsource/b612/latin-700.css";
import "@fontsource-variable/ibm-plex-sans/wght.css";
import "@fontsource/ibm-plex-mono/latin-400.css";
import "./tokens.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { ConnectionBar } from "./_components/connection-bar.tsx";
import { PatternTiles } from "./_components/pattern-edge.tsx";
import { Providers } from "./_components/providers.tsx";
import { TopBar } from "./_components/top-bar.tsx";
import { MESSAGES } from "./_messages/index.ts";
import { preferences } from "./_server/preferences.ts";
import { getRuntime } from "./_server/runtime.ts";
import { isLive, Notifier, PAPER, Shell } from "./_shell/index.ts";

const NEWEST = { limit: 200, before: null };

export const dynamic = "force-dynamic";

export async function generateMetadata(): Promise<Metadata> {
  const { app } = MESSAGES[(await preferences()).language];
  return { title: { default: app.name, template: `%s \u00b7 ${app.name}` }, description: app.tagline };
}

/** The browser's frame has the panel's colour: of the chosen theme, else of the system's. */
export async function generateViewport(): Promise<Viewport> {
  const { theme } = await preferences();
  const themeColor = (["light", "dark"] as const).map((scheme) => ({
    media: `(prefers-color-scheme: ${scheme})`,
    color: PAPER[theme ?? scheme],
  }));
  return { width: "device-width", initialScale: 1, colorScheme: "light dark", themeColor };
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { views } = getRuntime();
  const [{ language, theme }, runs, openAlerts] = await Promise.all([
    preferences(),
    views.summaries(NEWEST),
    views.openIncidents(),
  ]);
  return (
    <html lang={language} data-theme={theme ?? undefined}>
      <head>
        <link rel="manifest" href="/manifest.webmanifest" crossOrigin="use-credentials" />
      </head>
      <body>
        <Providers language={language} messages={MESSAGES[language]} renderedAt={Date.now()}>
          <PatternTiles />
          <TopBar theme={theme ?? "system"} liveRuns={runs.filter(isLive).length} openAlerts={openAlerts} />
          <ConnectionBar />
          {children}
          <Shell />
          <Notifier />
        </Providers>
      </body>
    </html>
  );
}
