"use client";
import { useLayoutEffect, useRef } from "react";
import { useLocale } from "use-intl";
import { everySecond, formatAge, serverNow, useRenderedAt } from "./clock.ts";

type Props = {
  /** Epoch ms by the server's clock. */
  at: number;
  /** Puts the age into its sentence. */
  text: (age: string) => string;
};

/** An age that ticks once a second, past React: the text is written in place. */
export function Age({ at, text }: Props) {
  const language = useLocale();
  const renderedAt = useRenderedAt();
  const ref = useRef<HTMLTimeElement>(null);
  useLayoutEffect(() => {
    let written: string | null = null;
    const write = () => {
      const age = formatAge(serverNow() - at, language);
      if (age === written || !ref.current) return;
      written = age;
      ref.current.textContent = text(age);
    };
    write();
    return everySecond(write);
  });
  return (
    <time ref={ref} dateTime={new Date(at).toISOString()}>
      {text(formatAge(renderedAt - at, language))}
    </time>
  );
}
