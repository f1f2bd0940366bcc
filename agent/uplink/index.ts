export { Uplink, type UplinkEvents, type UplinkOptions } from "./uplink.ts";
