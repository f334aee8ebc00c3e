import { deriveSeed, type Item, type Rollout, throwIfAborted } from "../core/index.js";
import type { Generated, SamplingParams } from "../engine/engine.js";
import type { Group } from "../grpo/index.js";
import type { JournalPage } from "../store/index.js";
import { playItem } from "./play.js";
import { type RunContext, taskOf } from "./run-context.js";

/** The items of one optimizer step or evaluation and the journal page they are kept on. */
export interface CollectPart {
  /** Names the page and goes into every seed. */
  readonly name: string;
  readonly page: JournalPage;
  readonly items: readonly Item[];
}

/** How to collect. */
export interface CollectSettings {
  /** Version that the sampler must serve; journaled rollouts of another are made anew. */
  readonly weightsVersion: number;
  readonly sampling: (taskId: string) => SamplingParams;
  /** Called after each scored rollout. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Gets every rollout of the parts and its reward: from the journal what is there, from sampler and rewards what is not.
 * Each rollout is scored as soon as it is finished, while others are still generated. Prompts go to the sampler in
 * canonical order with only the missing members wanted, so a resumed run gets the same bits as one never killed.
 */
export async function collectGroups(
  run: RunContext,
  parts: readonly CollectPart[],
  settings: CollectSettings,
): Promise<readonly (readonly Group[])[]> {
  const places = parts.flatMap((part) => part.items.map((item) => placeOf(run, part, item, settings)));
  for (const part of parts) dropStale(part.page, settings.weightsVersion);
  const total = places.reduce((sum, place) => sum + place.sampling.n, 0);
  const scoring: Promise<void>[] = [];
  let done = 0;
  const finished = (place: Place, rollout: Rollout) => {
    scoring.push(
      scoreOnce(run, place, rollout).then(() => {
        done += 1;
        settings.onProgress?.(done, total);
      }),
    );
    // Awaited below; marked here so that a failure while others still generate is not an unhandled rejection.
    scoring.at(-1)?.catch(() => undefined);
  };
  for (const place of places) for (const rollout of journaled(place)) finished(place, rollout);
  await run.time.during("generate", generateMissing(run, places, settings, finished));
  await sayingWaits(run, () => `rewards: ${done} of ${total}`, run.time.during("score", Promise.all(scoring)));
  return parts.map((part) => places.filter((place) => place.part === part).map(groupOf));
}

/** What is waited for longer than a few seconds is said. */
async function sayingWaits<T>(run: RunContext, what: () => string, work: Promise<T>): Promise<T> {
  const started = performance.now();
  const say = () => run.emit({ kind: "waiting", what: what(), seconds: (performance.now() - started) / 1000 });
  const timer = setInterval(say, 5_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

interface Place {
  readonly part: CollectPart;
  readonly item: Item;
  readonly key: string;
  readonly sampling: SamplingParams;
  readonly seeds: readonly number[];
}

function placeOf(run: RunContext, part: CollectPart, item: Item, settings: CollectSettings): Place {
  const sampling = settings.sampling(item.taskId);
  const key = `${item.taskId}/${item.id}`;
  const seeds = Array.from({ length: sampling.n }, (_, member) =>
    deriveSeed(run.config.seed, "sample", part.name, item.taskId, item.id, member),
  );
  return { part, item, key, sampling, seeds };
}

const rolloutId = (place: Place, member: number) => `${place.key}#${member}`;

function journaled(place: Place): Rollout[] {
  return place.seeds.flatMap((_, member) => place.part.page.rollouts.get(rolloutId(place, member)) ?? []);
}

function missingMembers(place: Place): number[] {
  return place.seeds.flatMap((_, member) => (place.part.page.rollouts.has(rolloutId(place, member)) ? [] : [member]));
}

function dropStale(page: JournalPage, weightsVersion: number): void {
  const stale = [...page.rollouts.values()].some((rollout) =>
    rollout.segments.some((segment) => segment.trained && segment.weightsVersion !== weightsVersion),
  );
  if (stale) page.clear();
}

type OnRollout = (place: Place, rollout: Rollout) => void;

async function generateMissing(run: RunContext, places: readonly Place[], settings: CollectSettings, keep: OnRollout) {
  const record = (place: Place, rollout: Rollout) => {
    if (place.part.page.rollouts.has(rollout.id)) return;
    place.part.page.addRollout(rollout);
    keep(place, rollout);
  };
  const single = places.filter((place) => taskOf(run, place.item.taskId).rollout === undefined);
  for (const same of bySampling(single)) await generateTogether(run, same, settings, record);
  for (const place of places.filter((candidate) => !single.includes(candidate))) {
    for (const member of missingMembers(place)) {
      record(
        place,
        await playItem(run, { ...place, member, rolloutId: rolloutId(place, member) }, settings.weightsVersion),
      );
    }
  }
}

/** A generate call has one set of sampling parameters; the canonical order is kept within each. */
function bySampling(places: readonly Place[]): Place[][] {
  const calls = new Map<string, Place[]>();
  for (const place of places) {
    const key = JSON.stringify(place.sampling);
    calls.set(key, [...(calls.get(key) ?? []), place]);
  }
  return [...calls.values()];
}

async function generateTogether(
  run: RunContext,
  places: readonly Place[],
  settings: CollectSettings,
  record: OnRollout,
) {
  const [first] = places;
  if (first === undefined || places.every((place) => missingMembers(place).length === 0)) return;
  const prompts = places.map((place, at) => ({
    promptId: String(at),
    content: { kind: "chat" as const, messages: place.item.messages },
    seeds: place.seeds,
    // "None wanted" cannot be said: a complete group asks for member 0 again, which `record` then knows.
    wanted: missingMembers(place).length === 0 ? [0] : missingMembers(place),
  }));
  const call = { prompts, sampling: first.sampling, expectedVersion: settings.weightsVersion };
  for await (const generated of run.engine.sampler.generate(call, { signal: run.signal })) {
    const place = places[Number(generated.promptId)];
    if (place !== undefined) record(place, singleTurn(place, generated));
  }
}

function singleTurn(place: Place, generated: Generated): Rollout {
  const { weightsVersion, finishReason, meanLogprob, meanEntropy, text, member } = generated;
  const noLogprobs = new Float32Array(0);
  return {
    id: rolloutId(place, member),
    itemId: place.item.id,
    taskId: place.item.taskId,
    member,
    segments: [
      { tokens: generated.promptTokens, trained: false, logprobs: noLogprobs, weightsVersion, source: "prompt" },
      { tokens: generated.tokens, trained: true, logprobs: generated.logprobs, weightsVersion, source: "policy" },
    ],
    text,
    finishReason,
    meanLogprob,
    meanEntropy,
  };
}

async function scoreOnce(run: RunContext, place: Place, rollout: Rollout): Promise<void> {
  if (place.part.page.rewards.has(rollout.id)) return;
  const { item, part } = place;
  const seed = deriveSeed(run.config.seed, "score", part.name, item.taskId, item.id, rollout.member);
  const scored = { item, response: rollout.text, truncated: rollout.finishReason === "length", seed };
  const reward = await run.time.during("score", taskOf(run, item.taskId).reward.score(scored, { signal: run.signal }));
  throwIfAborted(run.signal);
  part.page.addReward(rollout.id, reward);
}

function groupOf(place: Place): Group {
  const members = journaled(place).map((rollout) => {
    const reward = place.part.page.rewards.get(rollout.id);
    if (reward === undefined) throw new Error(`rollout ${rollout.id} was never scored`); // scoreOnce wrote it
    return { rollout, reward };
  });
  return { itemId: place.item.id, taskId: place.item.taskId, members };
}
