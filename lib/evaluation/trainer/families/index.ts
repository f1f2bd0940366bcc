import type { Family } from "../family.ts";
import {
  classify,
  classifyMany,
  classifyNoisy,
  distillation,
  fullBatch,
  memorise,
  multiTask,
} from "./classification.ts";
import { clicks, contrastive, factorisation } from "./embeddings.ts";
import { autoencoder, diffusion, reconstruction } from "./images.ts";
import { gptAdapters, gptFineTune, gptFromScratch, llamaFromScratch } from "./language.ts";
import { heavyTails, quadratic, regression } from "./regression.ts";
import { convolution, graph, recurrent, sets } from "./structure.ts";

export const families: readonly Family[] = [
  gptFromScratch,
  llamaFromScratch,
  gptFineTune,
  gptAdapters,
  classify,
  classifyNoisy,
  classifyMany,
  memorise,
  fullBatch,
  multiTask,
  regression,
  heavyTails,
  quadratic,
  reconstruction,
  autoencoder,
  diffusion,
  convolution,
  sets,
  graph,
  clicks,
  distillation,
  recurrent,
  factorisation,
  contrastive,
];
