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
    const write = () => {
      const next = text(formatAge(serverNow() - at, language));
      if (ref.current && ref.current.textContent !== next) ref.current.textContent = next;
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
