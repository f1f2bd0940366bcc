import { both } from "./both.ts";

export const LABEL = {
  giveBack: both("Given back of the gain", "回吐的进展"),
  swing: both("Swing against before", "摆动与此前之比"),
  swingNow: both("Swing around the trend", "围绕趋势的摆动"),
  noise: both("Noise against the gain", "噪声与进展之比"),
  slope: both("Change per 1k steps", "每千步变化"),
  straightness: both("Straightness of the descent", "下降的直线程度"),
  recentGain: both("Gain in the last third", "最近三分之一的进展"),
  rise: both("Above its best level", "高于最佳水平"),
  gradNorm: both("Gradient norm", "梯度范数"),
  gradNormBefore: both("Gradient norm before", "此前的梯度范数"),
  lastGood: both("Last finite loss", "最后的有限损失"),
  firstBad: both("First bad step", "首个异常步"),
  learningRate: both("Learning rate then", "当时的学习率"),
  predicted: both("Before the jump", "跳变前"),
  measured: both("After the jump", "跳变后"),
  bestEval: both("Best eval loss", "最佳验证损失"),
  evalRise: both("Above the best eval loss", "高于最佳验证损失"),
  spikeHeight: both("Height of the jump", "跳变幅度"),
  evalsSinceBest: both("Checks since the best", "距最佳的验证次数"),
} as const;
