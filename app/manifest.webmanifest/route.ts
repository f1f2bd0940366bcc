import type { MetadataRoute } from "next";
import { MESSAGES } from "../_messages/index.ts";
import { preferences } from "../_server/preferences.ts";
import { PAPER } from "../_shell/index.ts";

/**
 * Lets a browser keep the dashboard as an app of its own. A route and no `manifest.ts`: Next would link that without cookies,
 * and the language is in one. It holds one colour; pages name the one of their scheme.
 */
export async function GET(): Promise<Response> {
  const { language } = await preferences();
  const { app } = MESSAGES[language];
  const manifest: MetadataRoute.Manifest = {
    id: "/",
    name: app.name,
    short_name: app.name,
    description: app.tagline,
    lang: language,
    start_url: "/",
    display: "standalone",
    background_color: PAPER.dark,
    theme_color: PAPER.dark,
    icons: [
      { src: "/icons/192.png", sizes: "192x192", type: "image/png" },
      { src: "/icons/512.png", sizes: "512x512", type: "image/png" },
      { src: "/icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
    ],
  };
  return Response.json(manifest, { headers: { "content-type": "application/manifest+json" } });
}
