/** Pairs written as "left: right", separated by commas. */
const pairs = (text) => text.split(",").map((pair) => pair.split(":").map((side) => side.trim()));

const withArticle = (noun) => `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;
const sentence = (text) => text[0].toUpperCase() + text.slice(1);

/**
 * Kinds of facts. Every fact's answer is a distractor for the others of its kind, so within a kind no two answers may
 * both be right for one question.
 */
export const kinds = [
  {
    name: "capital",
    ask: (left) => `What is the capital of ${left}?`,
    tell: (left, right) => `The capital of ${left} is ${right}.`,
    facts: pairs(
      "France: Paris, Italy: Rome, Spain: Madrid, Germany: Berlin, Japan: Tokyo, China: Beijing, Russia: Moscow, Egypt: Cairo, Greece: Athens, Portugal: Lisbon, Austria: Vienna, Poland: Warsaw, Norway: Oslo, Sweden: Stockholm, Finland: Helsinki, Denmark: Copenhagen, Ireland: Dublin, Hungary: Budapest, Belgium: Brussels, Turkey: Ankara, Iran: Tehran, Iraq: Baghdad, India: New Delhi, Thailand: Bangkok, Vietnam: Hanoi, Cuba: Havana, Peru: Lima, Chile: Santiago, Argentina: Buenos Aires, Canada: Ottawa, Australia: Canberra, Kenya: Nairobi, Ghana: Accra, Nepal: Kathmandu, Iceland: Reykjavik, Ukraine: Kyiv, Romania: Bucharest, Bulgaria: Sofia, Croatia: Zagreb, Serbia: Belgrade",
    ),
  },
  {
    name: "element",
    ask: (left) => `Which chemical element has the symbol ${left}?`,
    tell: (left, right) => `${left} is the symbol of ${right}.`,
    facts: pairs(
      "H: hydrogen, He: helium, C: carbon, N: nitrogen, O: oxygen, Ne: neon, Na: sodium, Mg: magnesium, Al: aluminium, Si: silicon, P: phosphorus, S: sulfur, Cl: chlorine, K: potassium, Ca: calcium, Fe: iron, Cu: copper, Zn: zinc, Ag: silver, Au: gold, Hg: mercury, Pb: lead, U: uranium, Ni: nickel",
    ),
  },
  {
    name: "young animal",
    ask: (left) => `What is a young ${left} called?`,
    tell: (left, right) => `A young ${left} is called ${withArticle(right)}.`,
    facts: pairs(
      "dog: puppy, cat: kitten, cow: calf, horse: foal, sheep: lamb, pig: piglet, bear: cub, goat: kid, kangaroo: joey, hen: chick, duck: duckling, goose: gosling, frog: tadpole, deer: fawn, swan: cygnet, owl: owlet, eagle: eaglet, hare: leveret, butterfly: caterpillar, spider: spiderling",
    ),
  },
  {
    name: "opposite",
    ask: (left) => `What is the opposite of "${left}"?`,
    tell: (left, right) => `The opposite of ${left} is ${right}.`,
    facts: pairs(
      "hot: cold, big: small, up: down, day: night, open: closed, wet: dry, full: empty, early: late, happy: sad, fast: slow, old: young, rich: poor, strong: weak, light: dark, high: low, hard: soft, near: far, left: right, first: last, love: hate, true: false, win: lose, inside: outside, above: below, loud: quiet, clean: dirty, thick: thin, wide: narrow, sweet: sour, always: never",
    ),
  },
  {
    name: "profession",
    ask: (left) => `Who ${left} for a living?`,
    tell: (left, right) => `${sentence(withArticle(right))} ${left}.`,
    facts: pairs(
      "bakes bread: baker, flies planes: pilot, pulls teeth: dentist, treats sick animals: vet, repairs water pipes: plumber, catches fish: fisher, puts out fires: firefighter, teaches children: teacher, grows crops: farmer, takes photos: photographer, designs houses: architect, sells meat: butcher, cuts hair: barber, delivers letters: mail carrier, lends library books: librarian, makes clothes: tailor, plays in films: actor, mends cars: mechanic, studies stars: astronomer, paints pictures: painter, digs for coal: miner, wires houses: electrician",
    ),
  },
  {
    name: "tool",
    ask: (left) => `Which tool is used to ${left}?`,
    tell: (left, right) => `One uses ${withArticle(right)} to ${left}.`,
    facts: pairs(
      "drive nails: hammer, saw wood: saw, turn screws: screwdriver, dig holes: shovel, sweep floors: broom, measure temperature: thermometer, tell the time: clock, see distant stars: telescope, see tiny cells: microscope, find north: compass, weigh flour: scale, dry hair: hair dryer, iron shirts: iron, sew cloth: needle, water flowers: watering can, unlock doors: key, add numbers: calculator, light a dark path: torch, drill holes: drill, mow grass: lawn mower",
    ),
  },
  {
    name: "past tense",
    ask: (left) => `What is the past tense of "${left}"?`,
    tell: (left, right) => `The past tense of ${left} is ${right}.`,
    facts: pairs(
      "go: went, eat: ate, see: saw, run: ran, buy: bought, bring: brought, think: thought, write: wrote, drink: drank, swim: swam, sing: sang, take: took, give: gave, speak: spoke, break: broke, fly: flew, know: knew, teach: taught, catch: caught, sleep: slept, find: found, leave: left, begin: began, choose: chose",
    ),
  },
  {
    name: "plural",
    ask: (left) => `What is the plural of "${left}"?`,
    tell: (left, right) => `The plural of ${left} is ${right}.`,
    facts: pairs(
      "mouse: mice, child: children, foot: feet, tooth: teeth, man: men, woman: women, goose: geese, leaf: leaves, knife: knives, wolf: wolves, life: lives, shelf: shelves, box: boxes, city: cities, baby: babies, potato: potatoes, person: people, ox: oxen, wife: wives, half: halves",
    ),
  },
  {
    name: "writer",
    ask: (left) => `Who wrote "${left}"?`,
    tell: (left, right) => `${right} wrote ${left}.`,
    facts: pairs(
      "Hamlet: William Shakespeare, Don Quixote: Miguel de Cervantes, War and Peace: Leo Tolstoy, Crime and Punishment: Fyodor Dostoevsky, Oliver Twist: Charles Dickens, Emma: Jane Austen, The Odyssey: Homer, Faust: Johann Wolfgang von Goethe, The Metamorphosis: Franz Kafka, Les Misérables: Victor Hugo, Moby-Dick: Herman Melville, Frankenstein: Mary Shelley, Dracula: Bram Stoker, Jane Eyre: Charlotte Brontë, Wuthering Heights: Emily Brontë, Ulysses: James Joyce, The Time Machine: H. G. Wells, Treasure Island: Robert Louis Stevenson, Candide: Voltaire, The Divine Comedy: Dante Alighieri",
    ),
  },
];

/** Units of which one holds a whole number of others. */
export const units = [
  ["minutes", "hour", 60],
  ["seconds", "minute", 60],
  ["hours", "day", 24],
  ["days", "week", 7],
  ["months", "year", 12],
  ["centimetres", "metre", 100],
  ["metres", "kilometre", 1000],
  ["grams", "kilogram", 1000],
];
