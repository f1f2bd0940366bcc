import { RunsScreen } from "./_list/runs-screen.tsx";
import { getRuntime } from "./_server/runtime.ts";
import { EmptyScreen } from "./empty-screen.tsx";

export default async function HomePage() {
  const runtime = getRuntime();
  const rows = await runtime.views.runs();
  return <RunsScreen initial={rows} empty={<EmptyScreen port={runtime.port} />} />;
}
