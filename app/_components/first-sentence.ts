/** An act and its explanation: what stands before the first full stop, and the rest. A point inside a number or a name is none. */
export function firstSentence(text: string): { act: string; rest: string } {
  const end = /\.(?=\s|$)|。/.exec(text)?.index ?? text.length;
  return { act: text.slice(0, end), rest: text.slice(end + 1).trim() };
}
