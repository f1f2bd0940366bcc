/**
 * What each hyperparameter is called by the trainers: Hugging Face TrainingArguments and TRL, LLaMA-Factory, axolotl,
 * torchtune, torchtitan, Megatron-LM, DeepSpeed, nanoGPT, Lightning, Keras. Keys are lower case with `_` for `-` and without
 * leading dashes; a key with dots also matches by its last parts, so `optimizer.lr` is found in `trainer.optimizer.lr`.
 * Within a list the first name that is present and has a value counts.
 */
type Kind = "number" | "flag" | "word" | "text";
type Alias<K extends Kind> = { kind: K; names: readonly string[] };

const number = (...names: string[]): Alias<"number"> => ({ kind: "number", names });
const flag = (...names: string[]): Alias<"flag"> => ({ kind: "flag", names });
/** One of few values; `SchedulerType.LINEAR` and `torch.optim.AdamW` count by their last part, in lower case. */
const word = (...names: string[]): Alias<"word"> => ({ kind: "word", names });
const text = (...names: string[]): Alias<"text"> => ({ kind: "text", names });

export const ALIASES = {
  // Optimiser
  optimizer: word(
    ...["optim", "optimizer", "optimizer_name", "optimizer_type", "optimizer.type", "optimizer.name"],
    ...["optimizer._component_", "optimizer._target_", "optimizer.class_path", "optimizer.class_name", "opt"],
  ),
  learningRate: number(
    ...["learning_rate", "optimizer.lr", "optimizer.params.lr", "optimizer.learning_rate", "optimizer.init_args.lr"],
    ...["optimizer.config.learning_rate", "max_lr", "peak_lr", "base_lr", "lr"],
  ),
  beta1: number(
    ...["adam_beta1", "optimizer.betas[0]", "optimizer.params.betas[0]", "optimizer.init_args.betas[0]"],
    ...["optimizer.beta1", "betas[0]", "beta1", "beta_1", "optimizer.config.beta_1"],
  ),
  beta2: number(
    ...["adam_beta2", "optimizer.betas[1]", "optimizer.params.betas[1]", "optimizer.init_args.betas[1]"],
    ...["optimizer.beta2", "betas[1]", "beta2", "beta_2", "optimizer.config.beta_2"],
  ),
  epsilon: number(
    ...["adam_epsilon", "adam_eps", "optimizer.eps", "optimizer.params.eps", "optimizer.init_args.eps"],
    ...["optimizer.epsilon", "optimizer.config.epsilon", "eps", "epsilon"],
  ),
  weightDecay: number(
    ...["weight_decay", "optimizer.weight_decay", "optimizer.params.weight_decay", "optimizer.init_args.weight_decay"],
    ...["optimizer.config.weight_decay", "wd"],
  ),
  decaysNorms: flag("decay_norm_and_bias", "wd_norm_bias", "apply_wd_to_norm_and_bias", "apply_decay_to_norm_bias"),
  sparseGradients: flag("sparse_gradients", "sparse_gradients_enabled", "sparse_embeddings", "embedding.sparse"),
  clipNorm: number(
    ...["max_grad_norm", "clip_grad", "gradient_clip_val", "gradient_clipping", "clip_grad_norm", "grad_clip"],
    ...["training.max_norm", "grad_norm_clip", "max_norm", "clipnorm", "global_clipnorm", "clip_norm"],
  ),

  // Schedule
  scheduler: word(
    ...["lr_scheduler_type", "lr_scheduler", "lr_decay_style", "lr_schedule", "scheduler.type", "scheduler.name"],
    ...["lr_scheduler._component_", "lr_scheduler._target_", "lr_scheduler.class_path", "lr_scheduler.decay_type"],
    ...["scheduler"],
  ),
  schedulerPower: number("lr_scheduler_kwargs.power", "scheduler.power", "poly_power", "power"),
  warmupSteps: number(
    ...["warmup_steps", "num_warmup_steps", "lr_warmup_iters", "warmup_iters", "lr_scheduler.num_warmup_steps"],
    ...["lr_scheduler.warmup_steps", "scheduler.params.warmup_num_steps", "warmup_num_steps", "n_warmup_steps"],
  ),
  warmupRatio: number("warmup_ratio", "lr_warmup_fraction", "warmup_fraction", "warmup_proportion", "warmup_frac"),
  maxSteps: number(
    ...[
      "max_steps",
      "train_iters",
      "max_iters",
      "total_steps",
      "num_training_steps",
      "training.steps",
      "total_train_steps",
    ],
    ...["max_train_steps", "total_optimization_steps", "max_steps_per_run"],
  ),
  decaySteps: number("lr_decay_iters", "lr_decay_steps", "scheduler.params.total_num_steps"),
  epochs: number("num_train_epochs", "num_epochs", "max_epochs", "train_epochs", "total_epochs", "epochs", "n_epochs"),

  // Batch
  microBatch: number(
    ...["per_device_train_batch_size", "micro_batch_size", "train_micro_batch_size_per_gpu", "local_batch_size"],
    ...["per_gpu_train_batch_size", "device_batch_size", "batch_size"],
  ),
  accumulation: number(
    ...["gradient_accumulation_steps", "accumulate_grad_batches", "grad_accum_steps", "accumulation_steps"],
    ...["grad_accumulation_steps", "update_freq", "accum_steps"],
  ),
  devices: number("data_parallel_size", "world_size", "num_gpus", "n_gpu", "ddp_world_size", "num_devices", "devices"),
  localRank: number("local_rank"),
  globalBatch: number(
    ...["global_batch_size", "train_batch_size", "total_train_batch_size", "effective_batch_size"],
    ...["training.global_batch_size", "total_batch_size"],
  ),
  sequenceLength: number(
    ...["max_seq_length", "max_seq_len", "seq_length", "sequence_len", "cutoff_len", "seq_len", "block_size"],
    ...["tokenizer.max_seq_len", "model_max_length", "max_length"],
  ),
  tokensPerStep: number("tokens_per_iteration", "tokens_per_step", "tokens_per_batch", "batch_size_tokens"),
  examples: number("num_examples", "num_train_examples", "dataset_size", "train_size", "n_train"),
  packed: flag("packing", "sample_packing", "dataset.packed", "packed"),
  batchNorm: flag("batch_norm", "batchnorm", "use_batch_norm", "use_bn"),
  normLayer: word("norm_layer", "norm_type", "normalization"),
  averagesTokens: flag("average_tokens_across_devices", "token_normalised_accumulation"),
  trainerVersion: text("transformers_version"),

  // Precision
  fp16: flag("fp16", "fp16.enabled", "fp16_enabled"),
  bf16: flag("bf16", "bf16.enabled", "bfloat16_enabled", "bfloat16.enabled"),
  precision: word(
    ...["mixed_precision", "mixed_precision_training", "precision", "training.mixed_precision_param", "torch_dtype"],
    ...["dtype", "params_dtype", "compute_dtype", "dtype_policy", "amp_dtype"],
  ),
  pureLowPrecision: flag("pure_bf16", "bf16_full", "optimizer_states_bf16", "low_precision_states"),
  stateDtype: word("optimizer_state_dtype", "exp_avg_dtype", "adam_state_dtype", "optimizer.state_dtype"),
  masterDtype: word("main_params_dtype", "master_weights_dtype", "param_dtype", "training.dtype"),
  lossScale: number("loss_scale", "fp16.loss_scale", "static_loss_scale", "fixed_loss_scale"),
  dynamicScaling: flag(
    "dynamic_loss_scale",
    "dynamic_loss_scaling",
    "grad_scaler",
    "use_grad_scaler",
    "fp16.auto_cast",
  ),
  deviceName: text("device_name", "gpu_name", "gpu_model", "cuda_device"),
  computeCapability: number("compute_capability", "cuda_capability", "device_capability"),

  // Memory
  checkpointing: flag(
    ...["gradient_checkpointing", "activation_checkpointing", "enable_activation_checkpointing", "use_checkpoint"],
    ...["enable_gradient_checkpointing", "use_gradient_checkpointing", "checkpoint_activations"],
  ),
  recompute: word("recompute_granularity", "activation_checkpoint.mode", "remat_policy"),

  // Model and data
  vocabSize: number("vocab_size", "padded_vocab_size", "model.vocab_size", "n_vocab"),
  hiddenSize: number("hidden_size", "n_embd", "d_model", "dim", "embed_dim"),
  layers: number("num_hidden_layers", "num_layers", "n_layer", "n_layers"),
  heads: number("num_attention_heads", "n_head", "n_heads", "num_heads"),
  parameters: number(
    "total_parameters",
    "num_parameters",
    "all_params",
    "number_of_parameters",
    "n_params",
    "model_size",
  ),
  tensorParallel: number("tensor_model_parallel_size"),
  trainable: number("trainable_params", "trainable_parameters"),
  dropout: number(
    ...["dropout", "hidden_dropout_prob", "hidden_dropout", "resid_pdrop", "attention_dropout", "attn_dropout"],
    ...["residual_dropout", "dropout_rate", "model.dropout"],
  ),
  classes: number("num_classes", "n_classes", "num_labels"),
  imageSize: number("image_size", "img_size", "input_size", "crop_size"),

  // What kind of training it is
  stage: word("stage", "training_stage", "train_type"),
  finetuning: word("finetuning_type", "tuner_type", "adapter", "peft_type", "peft_method"),
  usesPeft: flag("use_peft", "use_lora", "lora", "peft"),
  loraRank: number("lora_rank", "lora_r", "model.lora_rank", "lora.rank", "peft_config.r", "lora_alpha"),
  reinforcement: word("rl", "rlhf_type", "rl_algorithm", "algorithm.adv_estimator"),
  klCoefficient: number("kl_coef", "init_kl_coef", "kl_coeff", "kl_loss_coef", "kl_penalty_coef", "kl_ctl.kl_coef"),
  generations: number("num_generations", "rollout.n", "ppo_epochs", "reward_weights[0]", "reward_funcs[0]"),
  reward: text("reward_funcs", "reward_model", "reward_model_path", "reward_model.path"),
  initFrom: text("init_from"),
  baseModel: text(
    ...["model_name_or_path", "base_model", "pretrained_model_name_or_path", "model_id", "pretrained_checkpoint"],
    ...["checkpointer.checkpoint_dir", "pretrained", "name_or_path"],
  ),

  // Evaluation and logging
  evalStrategy: word("eval_strategy", "evaluation_strategy"),
  evalEvery: number("eval_steps", "eval_interval", "val_check_interval", "eval_iters_interval", "evals_per_epoch"),
  patience: number("early_stopping_patience", "early_stopping.patience", "early_stop_patience", "patience"),
  earlyStopping: flag("early_stopping", "use_early_stopping", "early_stopping.enabled"),
  logEvery: number(
    ...["logging_steps", "log_interval", "log_every_n_steps", "log_every", "metrics.log_freq", "steps_per_print"],
    ...["log_freq", "log_every_steps"],
  ),
} as const;

export type Field = keyof typeof ALIASES;
