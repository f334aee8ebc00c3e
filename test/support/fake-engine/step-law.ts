import { createHash } from "node:crypto";
import { optimDigest } from "../../../src/engine/digest.js";
import { v1 } from "../../../src/engine/methods.js";
import { Refusal } from "./refusal.js";

interface Summed<Answer> {
  readonly stepId: string;
  readonly digests: Buffer[];
  readonly answers: Answer[];
  outcome?: { readonly digest: Buffer; readonly answer: v1.OptimStepResponse.$Properties };
}

/** The law of mutating calls, written independently of both sides: known triple → old answer; gap or other digest → refused. */
export class StepLaw {
  #open: Summed<v1.ForwardBackwardResponse.$Properties> | undefined;
  #done: Summed<v1.ForwardBackwardResponse.$Properties> | undefined;

  /** The step that has chunks and no outcome. */
  get openStep(): string | undefined {
    return this.#open?.stepId;
  }

  /** The answer to this chunk; `train` runs only for a chunk not seen before. */
  chunk(
    step: v1.Step.$Properties,
    content: Buffer,
    train: () => v1.ForwardBackwardResponse.$Properties,
  ): v1.ForwardBackwardResponse.$Properties {
    const { stepId, chunkSeq, digest } = parts(step);
    if (!digest.equals(createHash("sha256").update(content).digest())) {
      throw new Refusal(
        "digest_mismatch",
        `step ${stepId}: the digest is not that of the content; the wire bytes differ`,
      );
    }
    const record = this.#find(stepId, chunkSeq) ?? { stepId, digests: [], answers: [] };
    const known = record.digests[chunkSeq];
    const answer = record.answers[chunkSeq];
    if (known !== undefined && answer !== undefined) {
      if (!known.equals(digest))
        throw new Refusal("digest_mismatch", `step ${stepId}, chunk ${chunkSeq}: other content`);
      return answer;
    }
    if (record.outcome !== undefined) throw new Refusal("sequence_gap", `step ${stepId} is done`);
    if (chunkSeq !== record.digests.length) throw new Refusal("sequence_gap", `step ${stepId}: gap before ${chunkSeq}`);
    this.#open = record;
    const fresh = train();
    record.digests.push(digest);
    record.answers.push(fresh);
    return fresh;
  }

  /** The answer to this optimizer step; `update` runs once. */
  optim(
    request: v1.OptimStepRequest.$Properties,
    update: (digest: Buffer) => v1.OptimStepResponse.$Properties,
  ): v1.OptimStepResponse.$Properties {
    const { stepId, chunkSeq, digest } = parts(request.step ?? {});
    const record = this.#find(stepId, chunkSeq) ?? { stepId, digests: [], answers: [] };
    if (record.outcome !== undefined) {
      if (!record.outcome.digest.equals(digest))
        throw new Refusal("digest_mismatch", `step ${stepId} is done otherwise`);
      return record.outcome.answer;
    }
    if (chunkSeq !== record.digests.length) throw new Refusal("sequence_gap", `step ${stepId}: gap before ${chunkSeq}`);
    const claimed = (request.chunkDigests ?? []).map((bytes) => Buffer.from(bytes));
    const same = claimed.length === record.digests.length && claimed.every((d, at) => record.digests[at]?.equals(d));
    if (!same || !digest.equals(optimDigest(claimed, request.divisor ?? 0))) {
      throw new Refusal("digest_mismatch", `step ${stepId}: not what was summed`);
    }
    const answer = update(digest);
    record.outcome = { digest, answer };
    this.#open = undefined;
    this.#done = record;
    return answer;
  }

  /** Forgets the open step; returns how many chunks it had. */
  discard(stepId: string): number {
    if (this.#open?.stepId !== stepId) return 0;
    const chunks = this.#open.digests.length;
    this.#open = undefined;
    return chunks;
  }

  #find(stepId: string, chunkSeq: number) {
    if (this.#open?.stepId === stepId) return this.#open;
    if (this.#done?.stepId === stepId) return this.#done;
    if (this.#open !== undefined) throw new Refusal("sequence_gap", `step ${this.#open.stepId} is open`);
    if (chunkSeq === 0) return undefined;
    throw new Refusal(
      this.#done === undefined ? "session_lost" : "sequence_gap",
      `nothing of step ${stepId} is summed here`,
    );
  }
}

function parts(step: v1.Step.$Properties): { stepId: string; chunkSeq: number; digest: Buffer } {
  return { stepId: step.stepId ?? "", chunkSeq: step.chunkSeq ?? 0, digest: Buffer.from(step.digest ?? []) };
}

/** What the digest of a chunk is taken over. */
export function chunkContent(loss: v1.LossConfig.$Properties, datums: readonly v1.Datum.$Properties[]): Buffer {
  return Buffer.concat([
    v1.LossConfig.encode(loss).finish(),
    ...datums.map((datum) => v1.Datum.encode(datum).finish()),
  ]);
}
