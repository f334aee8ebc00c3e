/** Cells of a table written one row a line, cells separated by "|". */
const table = (text) =>
  text
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));

const sentence = (text) => text[0].toUpperCase() + text.slice(1);

/**
 * Kinds of writing. Each row of `topics` is filled into the prompt and, with one of the `frames`, into the reference;
 * `think` is a demonstration's short plan.
 */
export const kinds = [
  {
    name: "thank-you note",
    think: "Thank them and say what it meant.",
    topics: table(`
      a neighbour who watered your plants | watering my plants | they are greener than when I left
      a friend who helped you move house | helping me move house | I could never have carried that sofa alone
      a teacher who explained fractions again | explaining fractions again | I finally understand them
      a colleague who covered your shift | covering my shift | I got to see my daughter's concert
      an aunt who knitted you a scarf | the knitted scarf | I have worn it every cold day since
      a doctor who listened patiently | listening so patiently | I left much less worried
      a librarian who found an old map for you | finding the old map | it made my school project special
      a bus driver who waited for you | waiting for me in the rain | I reached my exam in time
      a friend who brought you soup | the soup you brought | it was the best part of a bad week
      a coach who believed in your team | believing in our team | we learned to believe in it too
      a grandmother who shared her recipes | the family recipes | my kitchen smells like your house now
      a stranger who returned your wallet | returning my wallet | you gave me back my trust in people
      a cousin who drove you to the airport | the ride to the airport | I would have missed the plane without you
      a neighbour who lent you a ladder | lending me your ladder | the roof no longer leaks
      a baker who made a birthday cake for you | the birthday cake | not a single crumb was left
      a classmate who shared notes with you | sharing your notes | I passed the test because of them`),
    prompt: ([who]) => `Write a short thank-you note to ${who}.`,
    frames: [
      ([, what, why]) => `Thank you so much for ${what}. It meant a great deal to me, and ${why}.`,
      ([, what, why]) => `Many thanks for ${what}! I will not forget your kindness: ${why}.`,
    ],
  },
  {
    name: "description",
    think: "Use sound, light and one small detail.",
    topics: table(`
      a beach at sunrise | The first light slides over the wet sand | a single gull walks along the edge of the waves
      a forest after rain | Water drips from leaf to leaf | the air smells of moss and dark earth
      a busy market | Voices rise above piles of oranges and fish | a boy counts coins behind a tower of melons
      an old library | Dust floats through the tall windows | somewhere a page turns in the silence
      a mountain lake | The water holds the whole sky without a ripple | a cold wind comes down from the snow
      a city at night | Wet streets double every neon sign | the last tram rattles towards the river
      a farm in the morning | Steam rises from the barn roof | the hens argue over the first handful of corn
      a train station | The board clatters and everybody looks up | a child waves at a window that is already moving
      a quiet kitchen | The kettle hums on the stove | sunlight reaches the blue cup on the table
      a snowy village | Smoke stands straight above the white roofs | one line of footprints leads to the well
      a thunderstorm | The sky cracks open and the windows shake | rain turns the path into a small brown river
      a garden in summer | Bees drift between the tall foxgloves | the warm stones hold the heat until dusk
      an empty school | The corridor smells of chalk and polish | one forgotten scarf hangs by the door
      a harbour | Ropes creak against the old wooden posts | a fisherman mends his net without looking up
      a desert | The dunes glow red as the day ends | the wind writes thin lines in the sand
      a bakery at dawn | Trays slide from the oven into the golden light | the first loaf cracks softly as it cools`),
    prompt: ([place]) => `Describe ${place} in one or two sentences.`,
    frames: [
      ([, first, second]) => `${first}, and ${second}.`,
      ([, first, second]) => `${first}. ${sentence(second)}.`,
    ],
  },
  {
    name: "story opening",
    think: "Start with a surprise and leave a question open.",
    topics: table(`
      a lost key | found a small brass key in her coat | there was no door in the house that it fitted
      a talking cat | heard the cat say her name | nobody else in the room looked up
      a message in a bottle | pulled a green bottle from the waves | the letter inside was addressed to her
      a lighthouse | saw the old lighthouse shine again | it had stood empty for thirty years
      a strange map | unfolded the map that her uncle had left | a red line led straight to her own garden
      a snowstorm | opened the door to a stranger in the snow | he was carrying her brother's lantern
      a broken clock | wound the clock that had never worked | every bell in the town began to ring
      a new school | walked into the classroom | the desk in the corner already had her name on it
      a hidden room | pushed the bookcase by accident | the air behind it was warm and smelled of bread
      a wrong number | answered the phone at midnight | the voice on the line was her own
      a garden | planted the black seed on Monday | by Tuesday it was knocking at the window
      a night train | woke up when the train stopped | there was no station, only a field of lamps
      an old photograph | looked at the photograph again | the boy at the back had moved
      a robot | switched on the old robot | it asked whether the war was over
      a whale | rowed out to see the whale | it had been waiting for her
      a painter | painted a door on the wall for fun | that evening somebody knocked from inside`),
    prompt: ([subject]) => `Write the first two sentences of a story about ${subject}.`,
    frames: [
      ([, event, turn], who) => `Everything seemed ordinary until ${who} ${event}. ${sentence(turn)}.`,
      ([, event, turn], who) => `Nobody believed ${who} at first. But she ${event}, and ${turn}.`,
    ],
    people: ["Ana", "Clara", "Emma", "Greta", "Ida", "Kira", "Maya", "Olga"],
  },
  {
    name: "invitation",
    think: "Say what, when and where, and be warm.",
    topics: table(`
      a birthday party | on Saturday at four | in our garden
      a picnic | on Sunday at noon | by the lake
      a film night | on Friday at eight | at my flat
      a school play | on Thursday at seven | in the main hall
      a barbecue | this Saturday at six | behind our house
      a book club | next Tuesday at seven | in the small library
      a farewell dinner | on Friday at seven | at the old mill
      a concert | on Sunday at five | in the town church
      a chess evening | on Wednesday at six | at the community centre
      a housewarming | next Saturday at three | at our new home
      a cooking class | on Monday at six | in the school kitchen
      a garden tour | on Sunday at ten | at the east gate
      a quiz night | on Thursday at eight | at the corner café
      a hike | on Saturday at nine | at the forest car park
      a science fair | on Friday at two | in the sports hall
      an art show | next Sunday at eleven | in the old station`),
    prompt: ([event, when, where]) =>
      `Write a short invitation to ${event} ${when} ${where.replace("our", "your").replace("my", "your")}.`,
    frames: [
      ([event, when, where]) => `You are warmly invited to ${event} ${when} ${where}. Bring a friend and a good mood!`,
      ([event, when, where]) => `Please join us for ${event} ${when} ${where}. We would love to see you there.`,
    ],
  },
  {
    name: "apology",
    think: "Admit it, say sorry and offer to mend it.",
    topics: table(`
      missing a meeting | I missed our meeting | I have read the notes and will finish my part today
      breaking a cup | I broke your favourite cup | I have found the same one and will bring it tomorrow
      forgetting a birthday | I forgot your birthday | let me take you to dinner this week
      a late reply | I answered so late | from now on I will write back within a day
      a noisy party | our party was so loud | next time we will end it at ten
      losing a book | I lost the book you lent me | a new copy is on its way to you
      being late | I kept you waiting in the cold | the coffee is on me today
      a wrong order | we sent you the wrong shoes | the right pair leaves our shop today
      harsh words | I spoke to you so harshly | you were right, and I want to listen better
      a cancelled lesson | I had to cancel our lesson | I can offer you two other days this week
      a scratched car | I scratched your car | my insurance will pay for the repair
      a spoiled surprise | I spoiled the surprise | let me help you plan an even better one
      a muddy carpet | my dog ruined your carpet | I will have it cleaned on Monday
      a burnt dinner | I burnt the dinner | I have ordered your favourite pizza
      a lost parcel | your parcel was lost | we have sent a second one by express
      a forgotten promise | I forgot my promise | I have kept all of Saturday free for you`),
    prompt: ([what]) => `Write a short apology for ${what}.`,
    frames: [
      ([, fault, remedy]) => `I am truly sorry that ${fault}. ${sentence(remedy)}.`,
      ([, fault, remedy]) => `Please forgive me: ${fault}, and there is no excuse. ${sentence(remedy)}.`,
    ],
  },
  {
    name: "advertisement",
    think: "Name the benefit and end with a call.",
    topics: table(`
      a warm blanket | Winter evenings have never been this soft | wrap yourself in wool that stays warm all night
      a city bicycle | Leave the traffic behind | glide to work on a bicycle that is light and quiet
      a fresh juice | Taste the orchard in every sip | nothing is added and nothing is taken away
      a reading lamp | Read one more chapter | this gentle lamp is kind to your eyes and your bill
      a garden shop | Grow something you can be proud of | our plants are raised in this very valley
      a language course | Order your next coffee in Italian | twelve friendly evenings are all it takes
      a pair of boots | Walk further than the rain | these boots stay dry where others give up
      a bread knife | Every slice is a clean slice | one good knife will serve you for a lifetime
      a music school | It is never too late to play | your first piano lesson is free
      a travel bag | Pack less and see more | this bag fits under every seat
      a dog park | Let them run | three green acres are waiting for happy paws
      a small café | Stay a little longer | the cake is homemade and the chairs are soft
      an alarm clock | Wake up to birdsong | it brightens the room slowly, just like the morning
      a repair shop | Do not throw it away | we mend what others would replace
      a rain jacket | Clouds are welcome | this jacket keeps out every drop and folds into its pocket
      a puzzle game | Switch off the screen | a thousand pieces bring the family around one table`),
    prompt: ([what]) => `Write a short advertisement for ${what}.`,
    frames: [
      ([, hook, benefit]) => `${hook}! ${sentence(benefit)}. Come and try it today.`,
      ([, hook, benefit]) => `${hook}: ${benefit}. See for yourself this week!`,
    ],
  },
  {
    name: "advice",
    think: "Give one clear step and a reason.",
    topics: table(`
      sleeping better | put your phone in another room an hour before bed | a dark, quiet hour tells your body that the day is over
      learning a language | speak a little every day, even badly | mistakes are how the words find their place
      saving money | write down every coin for one month | you can only change what you can see
      making friends | join a group that meets every week | friendship grows where people keep meeting
      a job interview | prepare three short stories about your work | examples are remembered longer than claims
      studying for a test | explain the topic aloud to somebody else | the gaps will show themselves at once
      starting to run | go slowly enough to talk | a habit that feels easy is one that lasts
      a tidy desk | clear it for five minutes each evening | a calm start is a gift to tomorrow's you
      growing tomatoes | water the roots and never the leaves | dry leaves keep the plant healthy
      speaking in public | look at one friendly face at a time | a room is only a few people at once
      cooking at home | learn five simple dishes well | confidence comes from repeating what works
      a long journey | pack the night before | a rested traveller forgets less
      a quarrel with a friend | listen before you explain | people soften once they feel heard
      writing more | write for ten minutes at the same time each day | the page gets less frightening
      drinking more water | keep a full glass where you work | what is in reach gets done
      a new puppy | reward the good moments at once | a puppy learns from what happens right after`),
    prompt: ([what]) => `Give one piece of advice about ${what} in two sentences or fewer.`,
    frames: [
      ([, step, reason]) => `${sentence(step)}. In the end, ${reason}.`,
      ([, step, reason]) => `My best advice is simple: ${step}. Remember, ${reason}.`,
    ],
  },
  {
    name: "diary entry",
    think: "Use the first person and one feeling.",
    topics: table(`
      the first day of school | I could not find my classroom | a girl with red boots walked me there
      a day at the sea | we ran into the water in our clothes | my hair still smells of salt
      losing a tooth | my tooth came out in an apple | I have put it under my pillow
      a visit to grandfather | Grandfather showed me how to whittle | my first boat looks more like a potato
      a snow day | the school stayed closed | we built a snowman taller than Father
      a football match | we lost by one goal | the whole team still went for ice cream
      a new bicycle | I rode without help for the first time | even the neighbours clapped
      a stormy night | the lights went out | we told stories by candle until it passed
      a museum trip | I stood under a real whale skeleton | I felt wonderfully small
      a rainy Sunday | we baked bread and read on the floor | I wish every Sunday were wet
      a lost dog | Rex ran off in the park | he was waiting at home, looking proud
      moving house | we slept between the boxes | my new window looks over a river
      a school concert | my hands shook until the first note | then there was only the music
      a camping trip | the tent fell down twice | I have never seen so many stars
      a birthday | everybody sang and I did not know where to look | I did not want it to end
      a long train ride | I counted nine rivers from the window | I fell asleep before the tenth`),
    prompt: ([what]) => `Write a short diary entry about ${what}.`,
    frames: [
      ([, event, close]) => `Dear diary, today ${event}. ${sentence(close)}.`,
      ([, event, close]) => `What a day! ${sentence(event)}, and ${close}.`,
    ],
  },
  {
    name: "poem",
    think: "Four short lines, two rhymes.",
    topics: table(`
      the moon | The moon looks in at every pane, | it finds us sleeping once again, | it leaves a silver thread of light | and walks on softly through the night.
      autumn | The leaves let go, the days grow small, | the swallows gather on the wall, | the garden folds its colours in | and waits for winter to begin.
      the sea | The sea comes in, the sea goes out, | it never learned to rest or doubt, | it brings a shell, it takes a stone, | and leaves the quiet beach alone.
      rain | The rain taps gently on the sill, | it drums the roof, it climbs the hill, | it fills the barrel to the brim | and teaches thirsty roots to swim.
      a cat | The cat has found the warmest chair, | she sleeps as if I were not there, | she owns the house, she owns the day, | and lets me sit if I will stay.
      spring | A green thing pushes through the snow, | it does not ask how cold winds blow, | it lifts its head, it takes its stand, | and wakes the rest of all the land.
      a friend | A friend will come when skies are grey | and sit with you for half the day, | will say a little, hear a lot, | and bring you soup while it is hot.
      morning | The morning knocks without a sound, | it spreads its gold along the ground, | it wakes the bird, it wakes the bee, | and last of all it reaches me.
      a tree | The old tree stands beside the gate, | it taught me how to climb and wait, | it gave me shade, it gave me pears, | and never asked about my cares.
      winter | The windows wear a coat of white, | the stove is humming in the night, | the wind may howl, the frost may bite, | but here the kettle sings till light.
      home | A lamp is burning by the door, | the boots lie scattered on the floor, | the bread is warm, the voices too, | and one more chair is kept for you.
      books | I open up a little door | to lands I never saw before, | I sail away, I fight, I roam, | and never have to leave my home.
      stars | The stars come out, first one, then ten, | I lose my place and start again, | I never reach the end, it seems, | and count the rest inside my dreams.
      a river | The river has no time to stay, | it hums and hurries on its way, | past mill and meadow, bridge and tree, | to tell its stories to the sea.
      time | The clock ticks on, it does not wait, | for early birds or those too late, | so hold the hour, be glad and kind, | and leave the worry far behind.
      a train | The train runs on through field and town, | it rattles up, it rattles down, | it carries letters, hopes and hats, | and mothers, soldiers, clowns and cats.`),
    prompt: ([what]) => `Write a rhyming poem of four short lines about ${what}.`,
    frames: [([, ...lines]) => lines.join("\n")],
  },
];
