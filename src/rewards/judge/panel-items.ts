/** Two texts for one prompt, of which the candidate ought to lose. */
export interface PanelItem {
  readonly prompt: string;
  readonly candidate: string;
  readonly reference: string;
}

/** Prompts with a careful answer and a poor one, made for the panel. */
export const panelItems: readonly PanelItem[] = [
  {
    prompt: "Write two sentences about a lighthouse keeper on the last night before the light is automated.",
    candidate: "There was a lighthouse keeper. It was his last night and it was sad.",
    reference:
      "Ilse wound the clockwork one turn further than the manual allowed, so that the beam would outlive her shift by a minute. At dawn she hung her keys on the engineer's hook and left the stairs, for the first time in thirty years, unswept.",
  },
  {
    prompt: "Write a four-line poem about rain on a tin roof. Do not use the word rain.",
    candidate: "Rain rain rain,\nrain on the roof,\nI like the rain,\nrain is good.",
    reference:
      "A thousand fingers drum above my bed,\nimpatient for a song they half recall;\nI lend them mine, and hum it till instead\nthe gutters know the tune, and so does all.",
  },
  {
    prompt: "Write a short, polite note to a neighbour whose dog barks at night.",
    candidate: "Your dog barks. Make it stop. It is annoying.",
    reference:
      "Dear Mrs Okafor, I hope you are well. Biscuit has been calling out between two and four this week – perhaps the foxes are back? If it would help, I am glad to walk him in the evenings. Warm regards, Tomas (No. 12)",
  },
  {
    prompt: "Describe a kitchen through smell alone, in about fifty words.",
    candidate: "The kitchen smells nice. There is food. It smells like food and other things in the kitchen.",
    reference:
      "First the sharp green of torn basil, then onions going sweet, and under both the iron breath of an old stove. Someone burnt sugar here years ago and the curtains remember. By the door, wet coats and oranges; by the window, nothing, which is how you know it is open.",
  },
  {
    prompt: "Write the opening of a mystery story set in a library after closing time.",
    candidate: "It was dark in the library. A mystery happened. Nobody knew what it was.",
    reference:
      "The returns slot clattered at eleven, an hour after Maud had locked it from the inside. She lifted the book out by its corners. It was overdue by forty years, it was stamped with tomorrow's date, and the name on the card, in her own hand, was hers.",
  },
  {
    prompt: "Give a toast, three sentences long, for a colleague who retires after forty years as a bus driver.",
    candidate: "Congratulations. You drove a bus. Bye.",
    reference:
      "Forty years, Ray, and by my count you have been to the moon twice without ever leaving the number 38. You waited for people who were running, which is more than time ever did. So tonight, for once, we ring the bell and you get off where you like.",
  },
];
