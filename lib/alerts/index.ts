/**
 * From finding to message: which findings and conditions become alerts and when they end (`lifecycle.ts`, `conditions.ts`, pure), what is told of them
 * (`notice.ts`), how each channel says it (`channels/`), and how it is posted without being led astray (`post.ts`).
 *
 * Promises: an alert, its notices and the diagnosis they came from are committed together, so a crash neither loses nor
 * repeats one. Delivery is at least once: a duplicate needs a crash between the receiver's yes and our mark, and carries
 * the same id. A channel's address is a secret: it is in no message, no log and no answer.
 */
export type { Delivered, Links, OpenChannel } from "./channels/channel.ts";
export { channelFor } from "./channels/index.ts";
export { webhookBodySchema } from "./channels/webhook.ts";
export { conditionAlerts } from "./conditions.ts";
export { digestOf } from "./digest.ts";
export { isWorse, settled } from "./incidents.ts";
export { type AlertChange, type Context, endOfRun, stateAlerts, stepAlerts, told } from "./lifecycle.ts";
export { type Notice, noticeSchema, type RunSnapshot } from "./notice.ts";
export { FLAP_WINDOW_MS, type Planned, plan, revisit, type Surroundings } from "./plan.ts";
export { Poster, type PostOptions, type PostResult, retryDelayMs } from "./post.ts";
export { heardBy, isInForce } from "./silence.ts";
