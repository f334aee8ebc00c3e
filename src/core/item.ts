import type { ChatMessage } from "./rollout.js";

/** What a submission is run against; the three kinds of the sandbox contract. */
export type CodeTests =
  | { readonly kind: "stdio"; readonly cases: readonly { readonly stdin: string; readonly stdout: string }[] }
  | { readonly kind: "unittest"; readonly mode: "module" | "same_file"; readonly code: string }
  | { readonly kind: "asserts"; readonly code: string; readonly setup?: string };

/** Limits of an item's own on its programs, wall and cpu a stdio case or a test run; what is left out is the sandbox's. */
export interface CodeLimits {
  readonly wallS?: number;
  readonly cpuS?: number;
  readonly memoryMb?: number;
  readonly pids?: number;
  readonly diskMb?: number;
  readonly outputMb?: number;
}

/** What an item knows about right answers. A broken or missing gold is `none`: its primary reward is undefined. */
export type Gold =
  | { readonly kind: "math"; readonly answer: string }
  | { readonly kind: "code"; readonly tests: CodeTests; readonly solution?: string; readonly limits?: CodeLimits }
  | { readonly kind: "qa"; readonly answers: readonly string[]; readonly options?: readonly string[] }
  | { readonly kind: "writing"; readonly reference: string; readonly rubric?: string }
  | { readonly kind: "custom"; readonly data: unknown }
  | { readonly kind: "none"; readonly reason: string };

/** One prompt of a task with its gold. */
export interface Item {
  /** Unique within its task and stable across runs. */
  readonly id: string;
  readonly taskId: string;
  /** The user's question before templating: what a judge reads. */
  readonly question: string;
  /** What the model is asked, template applied; rendered by the model's chat template on the server. */
  readonly messages: readonly ChatMessage[];
  readonly gold: Gold;
  /** Earlier user turns of a conversation, each answered by the policy itself before it is asked `messages`. */
  readonly opening?: readonly string[];
  /** A subject or kind that evaluations average apart, where the data has one. */
  readonly category?: string;
  /** A full good response (tags included) for SFT, where the data has one. */
  readonly demonstration?: string;
}

/** The three parts of a task's data. */
export interface Splits {
  readonly train: readonly Item[];
  readonly validation: readonly Item[];
  readonly test: readonly Item[];
}
