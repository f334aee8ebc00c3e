// A reward in twelve lines. Try it on a file, without model or GPU: npx omni reward haiku.mjs --input haikus.jsonl --explain
import { defineReward } from "omni-thinker";

const syllables = (line) => line.toLowerCase().match(/[aeiouy]+/g)?.length ?? 0;

export default defineReward("haiku", ({ answer, item }) => {
  if (answer === undefined) return 0; // no answer is a wrong one …
  if (item.gold.data?.topic === undefined) return null; // … and what cannot be measured is null, never 0
  const counts = answer.trim().split("\n").map(syllables);
  const form = [5, 7, 5].filter((wanted, i) => counts[i] === wanted).length / Math.max(3, counts.length);
  const about = answer.toLowerCase().includes(item.gold.data.topic);
  return { value: about ? form : 0, reason: `${counts.join("-")} syllables, ${about ? "on" : "off"} topic` };
});
