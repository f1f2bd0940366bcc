import {
  CHANNEL_SETUPS,
  type ChannelField,
  type ChannelKind,
  type ChannelView,
  CurvewatchError,
} from "#lib/protocol/index.ts";
import { type AdminFlags, findAdmin } from "./admin.ts";
import type { Context } from "./context.ts";
import { readSettings } from "./settings.ts";

/**
 * `admin channels`: where alerts go, by the server of the data folder, or in the folder itself when none runs. A secret can
 * come by option, environment or standard input; an option is seen by everyone on the machine.
 */
export type ChannelFlags = AdminFlags & { name?: string; lang?: string } & Record<string, string | boolean | undefined>;

/** Every setting of any kind, once. */
export const CHANNEL_OPTIONS: readonly ChannelField[] = [
  ...new Map(
    Object.values(CHANNEL_SETUPS)
      .flatMap(({ fields }) => fields as readonly ChannelField[])
      .map((field) => [field.name, field]),
  ).values(),
];

/** `CURVEWATCH_CHANNEL_TOKEN` for a token. */
export const secretVariable = (name: string): string => `CURVEWATCH_CHANNEL_${name.toUpperCase()}`;

/** How each kind is set up, as the help shows it. */
export function setupLines(): string {
  return Object.values(CHANNEL_SETUPS)
    .map(({ kind, fields }) => {
      const options = (fields as readonly ChannelField[]).map(({ name, optional, example }) =>
        optional ? `[--${name} …]` : `--${name} ${/\s/.test(example) ? `"${example}"` : example}`,
      );
      return `  ${kind.padEnd(9)} ${options.join(" ")}`;
    })
    .join("\n");
}

export async function listChannels(context: Context, flags: AdminFlags): Promise<number> {
  return withChannels(context, flags, async (channels) => {
    const all = await channels.list();
    if (flags.json) context.out(JSON.stringify({ channels: all }));
    else if (all.length === 0) context.err("No channels. Add one: curvewatch admin channels add KIND");
    else for (const channel of all) context.out(lineOf(channel));
    return 0;
  });
}

export async function addChannel(context: Context, kind: ChannelKind, flags: ChannelFlags): Promise<number> {
  const settings = await settingsOf(context, kind, flags);
  return withChannels(context, flags, async (channels) => {
    const id = await channels.add({ kind, name: flags.name, lang: flags.lang, settings });
    const { name } = (await channels.list()).find((channel) => channel.id === id) ?? { name: id };
    if (flags.json) context.out(JSON.stringify({ id, name }));
    else context.out(`${name} was added. Try it: curvewatch admin channels test ${quoted(name)}`);
    return 0;
  });
}

export async function testChannel(context: Context, named: string, flags: AdminFlags): Promise<number> {
  return withChannels(context, flags, async (channels) => {
    const { id, name } = find(await channels.list(), named);
    await channels.test(id);
    context.out(flags.json ? JSON.stringify({ delivered: true }) : `The test message arrived at ${name}.`);
    return 0;
  });
}

export async function removeChannel(context: Context, named: string, flags: AdminFlags): Promise<number> {
  return withChannels(context, flags, async (channels) => {
    const { id, name } = find(await channels.list(), named);
    await channels.remove(id);
    context.out(flags.json ? JSON.stringify({ removed: id }) : `${name} was removed.`);
    return 0;
  });
}

type Channels = {
  list(): Promise<ChannelView[]>;
  add(channel: object): Promise<string>;
  test(id: string): Promise<void>;
  remove(id: string): Promise<void>;
};

async function withChannels(
  context: Context,
  flags: AdminFlags,
  act: (channels: Channels) => Promise<number>,
): Promise<number> {
  const server = await findAdmin(context, flags);
  if (server) {
    return act({
      list: async () => (await server.ask<{ channels: ChannelView[] }>("GET", "channels")).channels,
      add: async (channel) => (await server.ask<{ id: string }>("POST", "channels", channel)).id,
      test: (id) => server.ask("POST", `channels/${id}/test`, {}),
      remove: (id) => server.ask("DELETE", `channels/${id}`),
    });
  }
  const { openChannelFolder } = await import("#lib/server/index.ts");
  const folder = await openChannelFolder(await readSettings(context, { data: flags.data }));
  try {
    return await act(folder);
  } finally {
    await folder.close();
  }
}

/** What was given for this kind; `-` takes the next line of standard input. */
async function settingsOf(context: Context, kind: ChannelKind, flags: ChannelFlags): Promise<Record<string, string>> {
  const settings: Record<string, string> = {};
  let lines: string[] | null = null;
  const ofKind = new Set(
    Object.values(CHANNEL_SETUPS)
      .filter((setup) => setup.kind === kind)
      .flatMap(({ fields }) => fields.map(({ name }) => name as string)),
  );
  for (const { name, secret } of CHANNEL_OPTIONS) {
    const given = flags[name] ?? (secret && ofKind.has(name) ? context.env[secretVariable(name)] : undefined);
    if (typeof given !== "string" || given === "") continue;
    if (given !== "-") {
      settings[name] = given;
      continue;
    }
    lines ??= (await context.input()).split(/\r?\n/);
    settings[name] = lines.shift()?.trim() ?? "";
    if (settings[name] === "") {
      throw new CurvewatchError("bad_request", `--${name} - found no line on standard input`, {
        hint: `for example: curvewatch admin channels add ${kind} --${name} - < file`,
      });
    }
  }
  return settings;
}

/** @throws CurvewatchError when there is none of that name */
function find(channels: readonly ChannelView[], named: string): ChannelView {
  const found = channels.find(({ id, name }) => id === named || name.toLowerCase() === named.toLowerCase());
  if (found) return found;
  const names = channels.map(({ name }) => quoted(name)).join(", ");
  throw new CurvewatchError("not_found", `no channel is named ${quoted(named)}`, {
    hint: channels.length === 0 ? "there are none yet: curvewatch admin channels add KIND" : `there are: ${names}`,
  });
}

function lineOf({ name, kind, host, lang, enabled, fixed, last }: ChannelView): string {
  const told =
    last === null ? "" : last.state === "sent" ? "last one arrived" : `last one did not arrive: ${last.error ?? ""}`;
  const notes = [enabled ? "on" : "off", ...(fixed ? ["given at the start"] : []), ...(told ? [told] : [])];
  return [name, kind, host, lang, notes.join(", ")].join("  ");
}

const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
