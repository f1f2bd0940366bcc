/** @type {import("next").NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  images: { unoptimized: true },
  serverExternalPackages: ["better-sqlite3", "socket.io", "pino"],
  devIndicators: false,
  // `npm run check` type-checks; a build on a user's machine need not do it again.
  typescript: { ignoreBuildErrors: true },
};
