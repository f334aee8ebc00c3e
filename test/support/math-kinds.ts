import { describe, expect, it } from "vitest";
import { verifyAnswer } from "../../src/rewards/math/symbolic/verify-answer.js";

type Pairs = readonly (readonly [answer: string, gold: string])[];

/** A kind of notation a line: pairs that mean the same, and pairs that do not. */
export type Kinds = Readonly<Record<string, { readonly same: Pairs; readonly different: Pairs }>>;

/** One test a pair, under its kind. */
export function testKinds(kinds: Kinds): void {
  describe.each(Object.entries(kinds))("%s", (_, { same, different }) => {
    it.each(same)("%s is %s", (answer, gold) => expect(verifyAnswer(answer, gold).outcome).toBe("equal"));
    it.each(different)("%s is not %s", (answer, gold) => expect(verifyAnswer(answer, gold).outcome).toBe("different"));
  });
}
