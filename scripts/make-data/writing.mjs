import { demo, randomStream } from "./random.mjs";
import { kinds } from "./writing-topics.mjs";

/** How a prompt may ask beyond its topic; each variant is a prompt of its own with the fitting frame. */
const variants = [
  { suffix: "", frame: 0 },
  { suffix: " Use simple words.", frame: 1 },
];

/** Short writing tasks with a reference of one to four sentences or lines. */
export function writingItems() {
  const random = randomStream("omni-data/writing");
  const items = kinds.flatMap((kind) =>
    kind.topics.flatMap((topic) =>
      variants.slice(0, kind.frames.length).map(({ suffix, frame }) => {
        const reference = kind.frames[frame](topic, random.pick(kind.people ?? [""]));
        return { kind: kind.name, prompt: kind.prompt(topic) + suffix, reference, demo: demo(kind.think, reference) };
      }),
    ),
  );
  return items.map((item, index) => ({ id: `writing-${String(index + 1).padStart(3, "0")}`, ...item }));
}
