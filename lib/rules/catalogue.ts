import type { Localised, Severity } from "#lib/protocol/index.ts";

/** A rule that comes with Curvewatch: what it is called, when it speaks, and whether it is pushed when nobody said otherwise. */
export type BuiltInRule = {
  id: string;
  title: Localised;
  text: Localised;
  /** The highest it speaks with. */
  severity: Severity;
  pushed: boolean;
};

const rule = (
  id: string,
  severity: Severity,
  pushed: boolean,
  title: readonly [en: string, zh: string],
  text: readonly [en: string, zh: string],
): BuiltInRule => ({
  id,
  severity,
  pushed,
  title: { en: title[0], "zh-CN": title[1] },
  text: { en: text[0], "zh-CN": text[1] },
});

/** Every rule id that the engine and the server can say, in the order of the list on the page. A test holds them together. */
export const CATALOGUE: readonly BuiltInRule[] = [
  // How the curve looks.
  rule(
    "nan",
    "critical",
    true,
    ["NaN", "出现 NaN"],
    ["The loss is not a number, or infinite.", "损失不是数值，或为无穷大。"],
  ),
  rule(
    "diverging",
    "critical",
    true,
    ["Diverging", "发散"],
    ["The loss rises and does not come back.", "损失上升且不回落。"],
  ),
  rule(
    "oscillating",
    "caution",
    true,
    ["Oscillating", "震荡"],
    [
      "The loss swings far more than the noise of its batches: the learning rate is too high.",
      "损失摆动远超批次噪声：学习率偏高。",
    ],
  ),
  rule(
    "overfitting",
    "caution",
    true,
    ["Overfitting", "过拟合"],
    ["The evaluation gets worse while the training loss falls.", "训练损失下降而验证变差。"],
  ),
  rule("spike", "caution", true, ["Spike", "尖峰"], ["The loss jumped and is not back yet.", "损失突增且尚未回落。"]),
  rule(
    "too_slow",
    "note",
    true,
    ["Too slow", "过慢"],
    ["The loss falls, but slower than it could: the learning rate is too low.", "损失下降慢于应有速度：学习率偏低。"],
  ),
  rule("plateau", "note", true, ["Plateau", "平台期"], ["The loss has stopped falling.", "损失不再下降。"]),
  rule(
    "healthy",
    "good",
    false,
    ["Healthy", "健康"],
    ["The curve goes as it should, or does again.", "曲线走势正常，或已恢复。"],
  ),
  // Values that are not finite, and precision.
  rule(
    "nan.loss",
    "critical",
    false,
    ["Loss became NaN", "损失变为 NaN"],
    [
      "At which record the loss stopped being a number; the alert is NaN.",
      "损失从哪条记录起不是数值；提醒由“出现 NaN”发出。",
    ],
  ),
  rule(
    "inf.loss",
    "critical",
    false,
    ["Loss became infinite", "损失变为无穷"],
    ["At which record the loss became infinite; the alert is NaN.", "损失从哪条记录起为无穷；提醒由“出现 NaN”发出。"],
  ),
  rule(
    "nan.grad_only",
    "note",
    false,
    ["Gradient not finite once", "梯度偶尔不是有限值"],
    [
      "A gradient norm is not finite while the loss is, as a loss scaler brings about.",
      "梯度范数不是有限值而损失正常，混合精度缩放时常见。",
    ],
  ),
  rule(
    "nan.grad_unscaled",
    "critical",
    true,
    ["Gradient not finite", "梯度不是有限值"],
    ["Gradient norms are not finite and no loss scaler explains it.", "梯度范数不是有限值，且与损失缩放无关。"],
  ),
  rule(
    "nan.late_report",
    "critical",
    true,
    ["Loss no longer reported", "损失不再上报"],
    [
      "Records come without their loss, as some trainers do with a NaN.",
      "记录中不再有损失，部分训练程序以此掩盖 NaN。",
    ],
  ),
  rule(
    "missing.loss",
    "caution",
    true,
    ["Loss missing", "缺少损失"],
    ["The training loss stopped coming while the others go on.", "其他指标仍在更新，训练损失不再出现。"],
  ),
  rule(
    "fp16.skip_rate",
    "caution",
    true,
    ["Many skipped updates", "跳过更新过多"],
    ["The loss scaler throws away too many updates.", "损失缩放跳过了过多更新。"],
  ),
  rule(
    "fp16.scale_floor",
    "critical",
    true,
    ["Loss scale at its floor", "损失缩放触底"],
    ["The loss scale cannot go lower: gradients no longer fit fp16.", "损失缩放已降到下限：梯度超出 fp16 范围。"],
  ),
  rule(
    "fp16.scale_collapse",
    "caution",
    true,
    ["Loss scale collapsed", "损失缩放骤降"],
    ["The loss scale fell far and has stayed there.", "损失缩放大幅下降且未恢复。"],
  ),
  rule(
    "zero.grad",
    "critical",
    true,
    ["Gradient is zero", "梯度为零"],
    ["The gradient norm is exactly 0: nothing is learnt.", "梯度范数恰为 0：模型不再学习。"],
  ),
  rule(
    "const.loss",
    "critical",
    true,
    ["Loss does not change", "损失不变"],
    ["Every record has the very same loss.", "每条记录的损失完全相同。"],
  ),
  // Gradient and loss, event by event.
  rule(
    "grad.explosion",
    "caution",
    true,
    ["Gradient exploded", "梯度爆炸"],
    [
      "The gradient norm left its level by more than an order of magnitude and stays there.",
      "梯度范数超出原水平一个数量级以上且未回落。",
    ],
  ),
  rule(
    "grad.spike",
    "note",
    false,
    ["Gradient spike", "梯度尖峰"],
    ["The gradient norm jumped: a spike of the loss may follow.", "梯度范数突增：随后可能出现损失尖峰。"],
  ),
  rule(
    "loss.spike",
    "caution",
    true,
    ["Spike not recovered", "尖峰未恢复"],
    ["The loss jumped; pushed when it does not come back.", "损失突增；未回落时发出提醒。"],
  ),
  rule(
    "loss.level_shift",
    "note",
    false,
    ["New level of the loss", "损失水平变化"],
    ["The loss lies at another level since some step.", "损失自某步起处于新水平。"],
  ),
  rule(
    "loss.periodic",
    "note",
    false,
    ["Loss swings in a rhythm", "损失周期性摆动"],
    ["The loss swings with a period, most often that of the data.", "损失按周期摆动，多半来自数据顺序。"],
  ),
  rule(
    "loss.epoch_steps",
    "note",
    false,
    ["Loss steps at epochs", "损失随 epoch 阶梯下降"],
    [
      "The loss falls at each epoch boundary: the model remembers its data.",
      "损失在 epoch 边界处下降：模型在记忆数据。",
    ],
  ),
  // The learning rate.
  rule(
    "lr.too_high",
    "caution",
    true,
    ["Learning rate too high", "学习率过高"],
    ["The curve says that the learning rate is too high.", "曲线表明学习率过高。"],
  ),
  rule(
    "lr.too_low",
    "caution",
    true,
    ["Learning rate too low", "学习率过低"],
    ["The curve says that the learning rate is too low.", "曲线表明学习率过低。"],
  ),
  rule(
    "lr.siblings",
    "note",
    false,
    ["Runs at other rates", "其他学习率的运行"],
    ["Runs of the same project at other rates tell which is best.", "同项目其他学习率的运行表明哪个更好。"],
  ),
  rule(
    "lr.jump_unexpected",
    "caution",
    true,
    ["Learning rate off schedule", "学习率偏离计划"],
    ["The learning rate jumped off the curve that it followed.", "学习率突然偏离原计划。"],
  ),
  rule(
    "lr.resume_mismatch",
    "caution",
    true,
    ["Learning rate off after the resume", "恢复训练后学习率不符"],
    ["After a resume the schedule begins anew or elsewhere.", "恢复训练后学习率计划重新开始或位置不符。"],
  ),
  rule(
    "lr.zero_early",
    "caution",
    true,
    ["Learning rate is zero", "学习率为零"],
    ["The learning rate is stuck at zero well before the end.", "远未结束时学习率已停在零。"],
  ),
  rule(
    "lr.overrun",
    "note",
    true,
    ["Schedule ended", "学习率计划已结束"],
    ["The schedule is over and training goes on.", "学习率计划已结束，训练仍在继续。"],
  ),
  rule(
    "lr.schedule_mismatch",
    "caution",
    true,
    ["Not the schedule declared", "与声明的学习率计划不符"],
    ["The learning rate follows another schedule than the config asks for.", "实际学习率与配置的计划不同。"],
  ),
  rule(
    "lr.nonzero_end",
    "note",
    false,
    ["Ended before the decay", "退火未完成即结束"],
    ["The run ended long before its schedule had come down.", "训练在学习率降完之前结束。"],
  ),
  rule(
    "lr.stuck_warmup",
    "note",
    false,
    ["Warmup does not end", "预热未结束"],
    ["The learning rate still rises long after its warmup should be over.", "预热应已结束而学习率仍在上升。"],
  ),
  rule(
    "lr.drop_step",
    "note",
    false,
    ["Learning rate stepped down", "学习率阶梯下降"],
    ["A step of the schedule, down.", "学习率计划的一次下降。"],
  ),
  rule(
    "lr.step_up",
    "note",
    false,
    ["Learning rate stepped up", "学习率阶梯上升"],
    ["A step of the schedule, up.", "学习率计划的一次上升。"],
  ),
  rule(
    "lr.restart",
    "note",
    false,
    ["Learning rate restarted", "学习率重启"],
    ["The schedule began its next cycle.", "学习率计划进入下一周期。"],
  ),
  rule(
    "lr.phase",
    "note",
    false,
    ["Phase of the schedule", "学习率阶段"],
    ["Warmup over, decay begun, floor reached.", "预热结束、开始下降或降至下限。"],
  ),
  // Evaluation.
  rule(
    "early_stop.recommend",
    "note",
    false,
    ["No gain in evaluation", "验证无提升"],
    ["The evaluation has not improved for long: stopping would lose nothing.", "验证长期无提升：可以提前停止。"],
  ),
  rule(
    "early_stop.wait",
    "note",
    false,
    ["No gain yet, wait", "暂无提升，先等待"],
    ["The evaluation does not improve, but the learning rate still comes down.", "验证暂无提升，但学习率仍在下降。"],
  ),
  // Pace and the process.
  rule(
    "pace.slow",
    "caution",
    true,
    ["Training slowed down", "训练变慢"],
    ["Throughput dropped below the run's own pace and stays there.", "吞吐低于该训练自身的速度且未恢复。"],
  ),
  rule(
    "run.hang",
    "critical",
    true,
    ["Training hangs", "训练卡住"],
    ["No records for far longer than ever, and the GPUs do not work.", "远超以往地没有记录，且 GPU 不在工作。"],
  ),
  rule(
    "run.quiet",
    "caution",
    true,
    ["No data", "无数据"],
    ["The log has stopped growing, far beyond the run's rhythm.", "日志停止增长，远超该训练的节奏。"],
  ),
  rule(
    "run.lost",
    "caution",
    true,
    ["Agent lost", "代理失联"],
    ["The agent on the training host does not answer.", "训练主机上的代理没有响应。"],
  ),
  rule(
    "run.failed",
    "critical",
    true,
    ["Failed", "已失败"],
    [
      "The run crashed: out of memory, a signal, an exit code, an exception.",
      "训练崩溃：显存不足、信号、退出码或异常。",
    ],
  ),
  rule("run.finished", "good", true, ["Finished", "已完成"], ["The run came to its end.", "训练正常结束。"]),
  rule(
    "run.resumed",
    "note",
    false,
    ["Resumed", "已恢复训练"],
    ["Training went on from a checkpoint.", "训练从检查点继续。"],
  ),
  // The machines.
  rule(
    "gpu.ecc",
    "critical",
    true,
    ["GPU memory error", "GPU 显存错误"],
    ["ECC met errors that it could not correct.", "出现 ECC 无法纠正的错误。"],
  ),
  rule(
    "gpu.hot",
    "caution",
    true,
    ["GPU too hot", "GPU 过热"],
    ["A GPU stays at 88 °C or above.", "GPU 持续处于 88 °C 或以上。"],
  ),
  rule(
    "gpu.throttled",
    "caution",
    true,
    ["GPU throttled", "GPU 降频"],
    ["A GPU holds its clocks down for heat or power supply.", "GPU 因温度或供电降频。"],
  ),
  rule(
    "gpu.idle",
    "caution",
    true,
    ["GPUs idle", "GPU 空闲"],
    ["The GPUs of a run that goes on do nothing.", "训练仍在继续而 GPU 空闲。"],
  ),
  rule(
    "gpu.memory",
    "note",
    true,
    ["GPU memory nearly full", "GPU 显存将满"],
    ["A GPU has less than 2% of its memory left.", "GPU 剩余显存不足 2%。"],
  ),
  rule(
    "disk.full",
    "critical",
    true,
    ["Disk nearly full", "磁盘将满"],
    ["The disk with Curvewatch's data has hardly any room left.", "存放 Curvewatch 数据的磁盘空间即将用尽。"],
  ),
];

const BY_ID = new Map(CATALOGUE.map((entry) => [entry.id, entry]));

export const builtInRule = (id: string): BuiltInRule | null => BY_ID.get(id) ?? null;
