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

export const dynamic = "force-dynamic";

export async function generateMetadata(): Promise<Metadata> {
  const { app } = MESSAGES[(await preferences()).language];
  return { title: { default: app.name, template: `%s \u00b7 ${app.name}` }, description: app.tagline };
}

export const viewport: Viewport = { width: "device-width", initialScale: 1, colorScheme: "light dark" };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { language, theme } = await preferences();
  return (
    <html lang={language} data-theme={theme ?? undefined}>
      <body>
        <Providers language={language} messages={MESSAGES[language]} renderedAt={Date.now()}>
          <PatternTiles />
          <TopBar />
          <ConnectionBar />
          {children}
        </Providers>
      </body>
    </html>
  );
}
