import { closeSync, mkdirSync, openSync, readFileSync, statfsSync } from "node:fs";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import { CurvewatchError } from "#lib/protocol/index.ts";
import { checkedVersion, migrate, SCHEMA_VERSION } from "./migrations.ts";

const FILE = "curvewatch.db";
const ADVICE = "Give a folder on a local disk, for instance --data ~/.local/share/curvewatch.";

/** `f_type` of file systems that live on another machine: their locks and flushes cannot be relied on. */
const NETWORK_DISKS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x01021997, "9p"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x19830326, "BeeGFS"],
]);
/** FUSE is one number for local and remote ones alike; the mount table tells them apart. */
const FUSE = 0x65735546;
const REMOTE_FUSE = /^fuse\.(sshfs|rclone|s3fs|goofys|gcsfuse|glusterfs|ceph|juicefs|davfs)/;

export type DiskProbe = {
  /** `f_type` of the file system a path is on. */
  filesystemType: (path: string) => number;
  /** Lines of /proc/self/mountinfo; empty where there is none. */
  mounts: () => string[];
};

const systemDisk: DiskProbe = {
  filesystemType: (path) => statfsSync(path).type,
  mounts: () => {
    try {
      return readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    } catch {
      return [];
    }
  },
};

/**
 * Opens the database of a data folder for writing; folder and file are made when missing, for their owner alone.
 *
 * @throws CurvewatchError `config` when the folder cannot be used, is on a network disk or was written by a newer version
 */
export function openForWriting(folder: string, disk: DiskProbe = systemDisk): Database.Database {
  const root = resolve(folder);
  const path = join(root, FILE);
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    refuseNetworkDisk(root, disk);
    createFile(path);
  } catch (cause) {
    if (cause instanceof CurvewatchError) throw cause;
    throw new CurvewatchError("config", `Data folder ${root} cannot be used: ${(cause as Error).message}`, {
      cause,
      hint: "Give a folder that you may write to with --data.",
    });
  }
  return opened(path, false, (db) => {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("journal_size_limit = 67108864");
    db.pragma("wal_autocheckpoint = 4000");
    migrate(db);
  });
}

/**
 * Opens it for reading, beside its writer.
 *
 * @throws CurvewatchError `config` when there is no database yet, or one of another version
 */
export function openForReading(folder: string): Database.Database {
  return opened(join(folder, FILE), true, (db) => {
    db.pragma("query_only = ON");
    const version = checkedVersion(db);
    if (version < SCHEMA_VERSION) {
      throw new CurvewatchError("config", `${db.name} has schema version ${version}, not ${SCHEMA_VERSION}`, {
        hint: "Open it for writing first.",
      });
    }
  });
}

function opened(path: string, readonly: boolean, prepare: (db: Database.Database) => void): Database.Database {
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { readonly, fileMustExist: true, timeout: 5000 });
    db.pragma("foreign_keys = ON");
    db.pragma("trusted_schema = OFF");
    db.pragma("cell_size_check = ON");
    db.pragma("mmap_size = 0");
    db.pragma("temp_store = MEMORY");
    db.pragma("cache_size = -32768");
    prepare(db);
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof CurvewatchError) throw cause;
    throw new CurvewatchError("config", `Database ${path} cannot be opened: ${(cause as Error).message}`, {
      cause,
      hint: "If it is damaged, move the folder aside (do not delete it) and restore a backup.",
    });
  }
}

/** Made before SQLite opens it, so that it is private from its first byte; WAL and shm files take its mode. */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function refuseNetworkDisk(folder: string, disk: DiskProbe): void {
  const type = disk.filesystemType(folder) >>> 0;
  const name = NETWORK_DISKS.get(type) ?? (type === FUSE ? remoteFuse(folder, disk.mounts()) : null);
  if (!name) return;
  throw new CurvewatchError(
    "config",
    `--data ${folder} is on a network disk (${name}), where a database can be damaged`,
    {
      hint: ADVICE,
    },
  );
}

/** The type of the FUSE mount a folder is on when it is a remote one. Fields: mountinfo in proc(5). */
function remoteFuse(folder: string, mounts: readonly string[]): string | null {
  let longest = "";
  let type = "";
  for (const mount of mounts) {
    const [left, right] = mount.split(" - ");
    const point = left?.split(" ")[4] ?? "";
    const isOver = folder === point || folder.startsWith(point.endsWith("/") ? point : `${point}/`);
    if (!point || !isOver || point.length < longest.length) continue;
    longest = point;
    type = right?.split(" ")[0] ?? "";
  }
  return REMOTE_FUSE.test(type) ? type : null;
}
