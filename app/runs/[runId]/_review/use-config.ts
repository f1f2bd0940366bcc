"use client";
import { useCallback, useEffect, useState } from "react";
import type { Config, ConfigView } from "#lib/protocol/index.ts";
import { enterConfig, fetchConfig } from "../../../_live/index.ts";

export type RunConfig = {
  /** Null until the first answer. */
  config: ConfigView | null;
  /** @returns null when it was done; else what is wrong, `""` when the server did not answer */
  enter: (values: Config) => Promise<string | null>;
};

/** The settings of a run. They are read again when the review has changed: what it is made of may be new. */
export function useConfig(run: string, review: string): RunConfig {
  const [config, setConfig] = useState<ConfigView | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another review is the reason to read again
  useEffect(() => {
    const abort = new AbortController();
    fetchConfig(run, abort.signal).then(setConfig, () => {}); // what was read before stays
    return () => abort.abort();
  }, [run, review]);
  const enter = useCallback(
    async (values: Config): Promise<string | null> => {
      const answer = await enterConfig(run, values);
      if (answer === null || typeof answer === "string") return answer ?? "";
      setConfig(answer);
      return null;
    },
    [run],
  );
  return { config, enter };
}
