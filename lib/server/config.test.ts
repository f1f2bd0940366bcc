import { expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

const env = { HOME: "/home/me", XDG_DATA_HOME: "/data" };

test("flags win over the environment, the environment over the file, the file over defaults", () => {
  const file = '{"port": 1, "lang": "zh-CN", "data": "/from-file"}';
  const sources = { flags: { port: "3" }, env: { ...env, CURVEWATCH_PORT: "2", CURVEWATCH_DATA: "/from-env" }, file };
  expect(readConfig(sources)).toMatchObject({
    port: 3,
    portGiven: true,
    data: "/from-env",
    lang: "zh-CN",
    host: "127.0.0.1",
  });
  expect(readConfig({ flags: {}, env, file: null })).toMatchObject({
    port: 3900,
    portGiven: false,
    data: "/data/curvewatch",
  });
});

test("all problems are reported together, each where it was given", () => {
  const sources = {
    flags: { port: "70000", host: "0.0.0.0" },
    env: { ...env, CURVEWATCH_LANG: "fr" },
    file: '{"colour": "red"}',
  };
  expect(() => readConfig(sources)).toThrow(ConfigError);
  try {
    readConfig(sources);
  } catch (error) {
    const { message } = error as Error;
    for (const part of ["--port", "70000", "--host", "this machine only", "CURVEWATCH_LANG", '"colour"'])
      expect(message).toContain(part);
  }
  expect(() => readConfig({ flags: {}, env, file: "{" })).toThrow(/curvewatch.config.json cannot be read/);
});

test("hosts that are allowed and the public address are read in any of their spellings, or refused", () => {
  const read = (flags: object, file: string | null = null) => readConfig({ flags, env, file });
  expect(read({})).toMatchObject({ allowHosts: [] });
  expect(read({ allowHosts: "ntfy.lan, 192.168.1.5,[FD00::1]," })).toMatchObject({
    allowHosts: ["ntfy.lan", "192.168.1.5", "fd00::1"],
  });
  expect(read({}, '{"allowHosts": ["Mail.lan"]}')).toMatchObject({ allowHosts: ["mail.lan"] });
  expect(read({ publicUrl: "https://cw.example.com/" })).toMatchObject({ publicUrl: "https://cw.example.com" });
  for (const wrong of ["http://ntfy.lan", "ntfy.lan:8080", "10.0.0.0/8", "*.lan"])
    expect(() => read({ allowHosts: wrong })).toThrow(/--allow-hosts takes names of hosts/);
  for (const wrong of ["http://cw.example.com", "cw.example.com"])
    expect(() => read({ publicUrl: wrong })).toThrow(/--public-url takes an https address/);
});
