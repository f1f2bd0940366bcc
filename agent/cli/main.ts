import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { CHANNEL_KINDS, CurvewatchError, LANGUAGES } from "#lib/protocol/index.ts";
import { openPattern } from "../parsers/index.ts";
import {
  addChannel,
  CHANNEL_OPTIONS,
  listChannels,
  removeChannel,
  secretVariable,
  setupLines,
  testChannel,
} from "./admin-channels.ts";
import { type Context, explain } from "./context.ts";

/** The command line: arguments, signals and exit codes, nothing else. Exits 0 done, 1 failed, 2 used wrongly. */
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort("SIGTERM"));
// Under a parent, a terminal's Ctrl+C reaches everyone at once; the parent then ends its children in the right order.
process.on("SIGINT", () => {
  if (!process.send) stop.abort("SIGINT");
});
process.on("disconnect", () => stop.abort());
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
});

/** To the beginning of a terminal's line, and all on it gone. */
const CLEARED = "\r\x1b[K";

const context: Context = {
  env: process.env,
  cwd: process.env.INIT_CWD ?? process.cwd(),
  out: (line) => void process.stdout.write(`${line}\n`),
  async write(text) {
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
  },
  err: (line) => void process.stderr.write(`${process.stderr.isTTY ? CLEARED : ""}${line}\n`),
  input: () => text(process.stdin),
  ...(process.stderr.isTTY && { status: (text: string) => void process.stderr.write(CLEARED + text) }),
  terminal: { out: process.stdout, err: process.stderr, isAttended: process.stdin.isTTY === true },
  signal: stop.signal,
  parent: process.send
    ? {
        send: (message) => void process.send?.(message),
        onMessage: (listen) => void process.on("message", listen),
      }
    : null,
};

let exitCode = 0;
const program = new Command("curvewatch")
  .description("Reads the training curve for you.")
  .version(version)
  .enablePositionalOptions()
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

const lang = (): Option => new Option("--lang <language>", "language of texts").choices(LANGUAGES);
const pattern = (): Option =>
  new Option("--pattern <regex>", "your own format: named groups are metrics, step, epoch and time").argParser(
    (source) => {
      try {
        openPattern(source);
      } catch (error) {
        throw new InvalidArgumentError(explain(error));
      }
      return source;
    },
  );
const serverOptions = (command: Command): Command =>
  command
    .option("--port <n>", "port to listen on; 0 takes any free one (default 3900, or the next free one)")
    .option("--host <address>", "address to listen on (this machine only)")
    .option("--data <folder>", "where everything is kept")
    .option("--slack <url>", "Slack incoming webhook that alerts go to (better: CURVEWATCH_SLACK_WEBHOOK)")
    .option("--webhook <url>", "address that alerts are posted to as JSON (or CURVEWATCH_WEBHOOK)")
    .option("--allow-private-webhooks", "let a webhook be on this machine or network")
    .option("--allow-hosts <hosts>", "hosts on this machine or network that alerts may go to, with commas between them")
    .option("--public-url <url>", "https address at which people reach this server: links in messages lead there")
    .addOption(lang());

serverOptions(program.command("watch"))
  .description("follow logs on a live dashboard: starts everything, prints the address, ends with Ctrl+C")
  .argument("<log...>", "logs, globs or folders; a log may not exist yet")
  .option("--no-open", "do not open a browser")
  .addOption(pattern())
  .addHelpText("after", "\nExample:\n  curvewatch watch train.log")
  .action(async (logs: string[], options) => {
    const { watch } = await import("./watch.ts");
    exitCode = await watch(context, logs, options, version);
  });

serverOptions(program.command("run"))
  .description("start the trainer and follow what it prints; knows how it ended; exits as it does")
  .argument("<command...>", "the command as you would type it, after --")
  .option("--name <name>", "what the run is called (default: the script's name)")
  .option("--no-open", "do not open a browser")
  .passThroughOptions()
  .addHelpText("after", "\nExample:\n  curvewatch run --name lr3e-4 -- python train.py --lr 3e-4")
  .action(async (command: string[], options) => {
    const { run } = await import("./run.ts");
    exitCode = await run(context, command, options, version);
  });

program
  .command("import")
  .description("read finished trainings into the store: logs, metric files, or whole output folders")
  .argument(
    "<path...>",
    "files, globs or folders: logs, CSV, JSON lines, trainer_state.json, TensorBoard, W&B, MLflow, Trackio",
  )
  .option("--data <folder>", "where everything is kept")
  .addOption(pattern())
  .addHelpText(
    "after",
    "\nA folder is searched to the bottom; each output folder in it becomes a run. Importing again adds what is new.\n\nExample:\n  curvewatch import outputs/ old/*.log",
  )
  .action(async (paths: string[], options) => {
    const { importRuns } = await import("./import.ts");
    exitCode = await importRuns(context, paths, options, version);
  });

serverOptions(program.command("serve"))
  .description("the dashboard and its store alone")
  .addHelpText("after", "\nExample:\n  curvewatch serve --port 8080 --data ./curvewatch-data")
  .action(async (options) => {
    const { serve } = await import("./serve.ts");
    exitCode = await serve(context, options, version);
  });

program
  .command("tail")
  .description("the agent alone: follow logs and send what they say to a server")
  .argument("[log...]", "logs to follow; one may not exist yet")
  .requiredOption("--server <url>", "address of the dashboard")
  .option("--data <folder>", "where the agent keeps what is not delivered yet")
  .option("--token-file <file>", "file with the token (or set CURVEWATCH_TOKEN)")
  .addOption(pattern())
  .addHelpText(
    "after",
    "\nExample:\n  curvewatch tail train.log --server http://127.0.0.1:3900 --token-file ~/.local/share/curvewatch/secret",
  )
  .action(async (logs: string[], options) => {
    const { tail } = await import("./tail.ts");
    exitCode = await tail(context, logs, options, version);
  });

program
  .command("parse")
  .description("print what we read: one JSON point a line; format and reason on standard error")
  .argument("<path...>", "logs (also .gz)")
  .addOption(pattern())
  .addHelpText(
    "after",
    "\nExample:\n  curvewatch parse train.log | head\n  curvewatch parse own.log --pattern '(?<step>\\d+).*loss=(?<loss>\\S+)'",
  )
  .action(async (paths: string[], options) => {
    const { parse } = await import("./parse.ts");
    exitCode = await parse(context, paths, options);
  });

program
  .command("diagnose")
  .description("read logs and print the verdict, without a server")
  .argument("<path...>", "logs (also .gz)")
  .option("--json", "one line of JSON per file, in the order given")
  .option("--group", "the logs are one training at different learning rates: compare them")
  .option("--exit-code", "exit 10 when a verdict asks for caution, 20 when one is critical")
  .addOption(pattern())
  .addOption(lang())
  .addHelpText("after", "\nExample:\n  curvewatch diagnose train.log --json | jq -r .verdict.name")
  .action(async (paths: string[], options) => {
    const { diagnose } = await import("./diagnose.ts");
    exitCode = await diagnose(context, paths, options);
  });

program
  .command("report")
  .description("write a run as one file that opens anywhere, from its log or from a running server")
  .argument("<log|run>", "a log (also .gz), or the id of a run that the server has")
  .requiredOption("-o, --output <file>", "file to write: .html, .md or .json")
  .option("--data <folder>", "data folder of the server that has the run")
  .addOption(lang())
  .addHelpText("after", "\nExample:\n  curvewatch report train.log -o report.html")
  .action(async (source: string, options) => {
    const { report } = await import("./report.ts");
    exitCode = await report(context, source, options, version);
  });

const admin = program.command("admin").description("look after a running server");
const adminOptions = (command: Command): Command =>
  command.option("--data <folder>", "data folder of the server").option("--json", "as JSON").addOption(lang());

const rules = admin.command("rules").description("what is worth an alert");
adminOptions(rules.command("list"))
  .description("every rule, and whether it is told")
  .addHelpText("after", "\nExample:\n  curvewatch admin rules list")
  .action(async (options) => {
    const { listRules } = await import("./admin-rules.ts");
    exitCode = await listRules(context, options);
  });
adminOptions(rules.command("test"))
  .description("how often a rule would have fired on runs that are stored")
  .argument("<name>", "id or name of the rule")
  .option("--run <id...>", "these runs; without it the newest")
  .addHelpText("after", "\nExample:\n  curvewatch admin rules test 'loss is high' --run 3f2a9c0d1b7e")
  .action(async (name: string, options) => {
    const { testRule } = await import("./admin-rules.ts");
    exitCode = await testRule(context, name, options);
  });

const channels = admin.command("channels").description("where alerts go; works with and without a running server");
adminOptions(channels.command("list"))
  .description("every channel, and how the last delivery went")
  .addHelpText("after", "\nExample:\n  curvewatch admin channels list")
  .action(async (options) => {
    exitCode = await listChannels(context, options);
  });
const add = adminOptions(channels.command("add"))
  .description("add a channel")
  .addArgument(new Argument("<kind>", "kind of channel").choices(CHANNEL_KINDS))
  .option("--name <name>", "what to call it; no two have the same");
for (const { name, secret, choices } of CHANNEL_OPTIONS) {
  const option = new Option(
    `--${name} <value>`,
    secret ? `secret; better ${secretVariable(name)}, or - for a line of standard input` : "setting of the channel",
  );
  add.addOption(choices ? option.choices(choices) : option);
}
add
  .addHelpText(
    "after",
    `\n--lang is the language of its messages. Settings by kind:\n${setupLines()}\n\nExample:\n  CURVEWATCH_CHANNEL_ADDRESS=https://hooks.slack.com/services/… curvewatch admin channels add slack --name ops\n  curvewatch admin channels add email --host smtp.example.com --user me --password - --from cw@example.com --to me@example.com < password.txt`,
  )
  .action(async (kind, options) => {
    exitCode = await addChannel(context, kind, options);
  });
adminOptions(channels.command("test"))
  .description("send a test message to a channel")
  .argument("<name>", "name or id of the channel")
  .addHelpText("after", "\nExample:\n  curvewatch admin channels test ops")
  .action(async (name: string, options) => {
    exitCode = await testChannel(context, name, options);
  });
adminOptions(channels.command("remove"))
  .description("remove a channel; what waits to be sent to it is not sent")
  .argument("<name>", "name or id of the channel")
  .addHelpText("after", "\nExample:\n  curvewatch admin channels remove ops")
  .action(async (name: string, options) => {
    exitCode = await removeChannel(context, name, options);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    context.err(error instanceof CurvewatchError ? `curvewatch: ${explain(error)}` : explain(error));
    exitCode = 1;
  }
}
// Exiting would cut off what is still on its way to a slow reader.
await new Promise((sent) => process.stdout.write("", sent));
process.exit(exitCode);
