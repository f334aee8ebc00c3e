const numbers = (text) => text.split(" ").map(Number);
const words = (text) => text.split(" ");
const sum = (list) => list.reduce((total, one) => total + one, 0);
const times = (n, line) => Array.from({ length: n }, (_, i) => line(i + 1)).join("\n");

/**
 * Rows of [what is read, what is printed, input kind, Python lines, JavaScript twin from input to output]. Input kinds:
 * i one integer 1…12, z one integer −20…20, w one word, s a line of words, L integers on one line, 2 two lines, an integer each.
 */
export const programs = [
  ...[2, 3, 4, 5, 6, 7, 8, 9].flatMap((n) => [
    ["an integer", `the integer plus ${n}`, "z", `print(int(input()) + ${n})`, (t) => Number(t) + n],
    ["an integer", `the integer times ${n}`, "z", `print(int(input()) * ${n})`, (t) => Number(t) * n],
    [
      "an integer n",
      `the first n multiples of ${n}, one a line, starting with ${n}`,
      "i",
      `n = int(input())\nfor i in range(1, n + 1):\n    print(i * ${n})`,
      (t) => times(Number(t), (i) => i * n),
    ],
    [
      "a line of integers",
      `how many of them are greater than ${n}`,
      "L",
      `nums = list(map(int, input().split()))\nprint(sum(n > ${n} for n in nums))`,
      (t) => numbers(t).filter((one) => one > n).length,
    ],
    [
      "a word",
      `the word ${n} times, one a line`,
      "w",
      `word = input()\nfor _ in range(${n}):\n    print(word)`,
      (t) => times(n, () => t),
    ],
  ]),
  ["an integer", "its square", "z", "n = int(input())\nprint(n * n)", (t) => Number(t) ** 2],
  ["an integer", "its absolute value", "z", "print(abs(int(input())))", (t) => Math.abs(Number(t))],
  [
    "an integer",
    '"even" if it is even, else "odd"',
    "z",
    'n = int(input())\nprint("even" if n % 2 == 0 else "odd")',
    (t) => (Number(t) % 2 === 0 ? "even" : "odd"),
  ],
  [
    "an integer",
    '"yes" if it is greater than 0, else "no"',
    "z",
    'n = int(input())\nprint("yes" if n > 0 else "no")',
    (t) => (Number(t) > 0 ? "yes" : "no"),
  ],
  [
    "an integer n",
    "the integers from 1 to n, one a line",
    "i",
    "n = int(input())\nfor i in range(1, n + 1):\n    print(i)",
    (t) => times(Number(t), (i) => i),
  ],
  [
    "an integer n",
    "the integers from n down to 1, one a line",
    "i",
    "n = int(input())\nfor i in range(n, 0, -1):\n    print(i)",
    (t) => times(Number(t), (i) => Number(t) + 1 - i),
  ],
  [
    "an integer n",
    "the sum of the integers from 1 to n",
    "i",
    "n = int(input())\nprint(sum(range(n + 1)))",
    (t) => (Number(t) * (Number(t) + 1)) / 2,
  ],
  ["an integer n", "a line of n stars", "i", 'n = int(input())\nprint("*" * n)', (t) => "*".repeat(Number(t))],
  [
    "an integer n",
    "n lines: one star, then two, up to n stars",
    "i",
    'n = int(input())\nfor i in range(1, n + 1):\n    print("*" * i)',
    (t) => times(Number(t), (i) => "*".repeat(i)),
  ],
  ["a word", "the word reversed", "w", "print(input()[::-1])", (t) => [...t].reverse().join("")],
  ["a word", "its length", "w", "print(len(input()))", (t) => t.length],
  ["a word", "its first letter", "w", "print(input()[0])", (t) => t[0]],
  ["a word", "its last letter", "w", "print(input()[-1])", (t) => t.at(-1)],
  ["a word", "its letters, one a line", "w", "for c in input():\n    print(c)", (t) => [...t].join("\n")],
  ["a name", '"Hello, " followed by the name', "w", 'name = input()\nprint("Hello, " + name)', (t) => `Hello, ${t}`],
  ["a line", "the line in upper case", "s", "print(input().upper())", (t) => t.toUpperCase()],
  ["a line", "how many words it has", "s", "print(len(input().split()))", (t) => words(t).length],
  ["a line", "its words, one a line", "s", "for word in input().split():\n    print(word)", (t) => words(t).join("\n")],
  ["a line", "its first word", "s", "print(input().split()[0])", (t) => words(t)[0]],
  ["a line", "its last word", "s", "print(input().split()[-1])", (t) => words(t).at(-1)],
  [
    "a line",
    "its words in reverse order, with one space between them",
    "s",
    "words = input().split()\nprint(*words[::-1])",
    (t) => words(t).reverse().join(" "),
  ],
  ["a line", "the line without its spaces", "s", 'print(input().replace(" ", ""))', (t) => t.replaceAll(" ", "")],
  [
    "a line",
    "how often the letter e is in it",
    "s",
    'print(input().count("e"))',
    (t) => [...t].filter((c) => c === "e").length,
  ],
  ["a line of integers", "their sum", "L", "print(sum(map(int, input().split())))", (t) => sum(numbers(t))],
  [
    "a line of integers",
    "the largest of them",
    "L",
    "print(max(map(int, input().split())))",
    (t) => Math.max(...numbers(t)),
  ],
  [
    "a line of integers",
    "the smallest of them",
    "L",
    "print(min(map(int, input().split())))",
    (t) => Math.min(...numbers(t)),
  ],
  ["a line of integers", "how many there are", "L", "print(len(input().split()))", (t) => numbers(t).length],
  [
    "a line of integers",
    "them sorted from smallest to largest, with one space between them",
    "L",
    "nums = list(map(int, input().split()))\nprint(*sorted(nums))",
    (t) =>
      numbers(t)
        .sort((a, b) => a - b)
        .join(" "),
  ],
  [
    "a line of integers",
    "each of them doubled, one a line",
    "L",
    "for n in input().split():\n    print(int(n) * 2)",
    (t) =>
      numbers(t)
        .map((n) => n * 2)
        .join("\n"),
  ],
  [
    "two integers, one a line",
    "their sum",
    "2",
    "a = int(input())\nb = int(input())\nprint(a + b)",
    (t) => sum(t.split("\n").map(Number)),
  ],
  [
    "two integers, one a line",
    "their product",
    "2",
    "a = int(input())\nb = int(input())\nprint(a * b)",
    (t) =>
      t
        .split("\n")
        .map(Number)
        .reduce((a, b) => a * b),
  ],
  [
    "two integers, one a line",
    "the first minus the second",
    "2",
    "a = int(input())\nb = int(input())\nprint(a - b)",
    (t) =>
      t
        .split("\n")
        .map(Number)
        .reduce((a, b) => a - b),
  ],
  [
    "two integers, one a line",
    "the larger of them",
    "2",
    "a = int(input())\nb = int(input())\nprint(max(a, b))",
    (t) => Math.max(...t.split("\n").map(Number)),
  ],
  [
    "two integers, one a line",
    "the smaller of them",
    "2",
    "a = int(input())\nb = int(input())\nprint(min(a, b))",
    (t) => Math.min(...t.split("\n").map(Number)),
  ],
  [
    "two integers, one a line",
    '"same" if they are equal, else "different"',
    "2",
    'a = int(input())\nb = int(input())\nprint("same" if a == b else "different")',
    (t) => (new Set(t.split("\n")).size === 1 ? "same" : "different"),
  ],
];
