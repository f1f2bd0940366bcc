import { storeContract } from "./contract/index.ts";
import { openSqliteUnderTest } from "./sqlite-fixture.ts";

storeContract("SQLite", openSqliteUnderTest);
