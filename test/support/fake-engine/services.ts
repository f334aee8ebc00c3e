import type { v1 } from "../../../src/engine/methods.js";
import { toBytes } from "../../../src/engine/packed.js";
import { FakeWeights, logprobAt, type Policy, render, rollout, tokenize } from "./model.js";
import { Refusal } from "./refusal.js";
import { chunkContent, StepLaw } from "./step-law.js";

interface Loaded {
  readonly base: string;
  readonly seed: number;
  readonly weights: FakeWeights;
  readonly law: StepLaw;
  /** Σ weight of each bucket kept apart in the open step. */
  readonly kept: Map<string, number>;
  readonly sessionId: string;
}

interface Saved {
  readonly info: v1.CheckpointInfo.$Properties;
  readonly version: number;
  readonly hash: string;
  readonly moments: string;
}

/** What the fake does when nothing goes wrong: state and answers, no transport. */
export class FakeServices {
  /** Ids of the datums trained on, in order; a duplicate here is the bug that the Step law prevents. */
  readonly trained: string[] = [];
  readonly #models = new Map<string, Loaded>();
  readonly #saved = new Map<string, Saved>();
  #sessions = 0;

  constructor(
    readonly policy: Policy,
    readonly protocol: string,
    readonly roles: readonly string[],
  ) {}

  capabilities(): v1.Capabilities.$Properties {
    return {
      protocol: this.protocol,
      serverVersion: "0.0.0-fake",
      backend: "fake",
      device: "cpu",
      threads: 1,
      roles: [...this.roles],
      features: ["reference", "logprobs", "deterministic"],
      builtinModels: ["nano"],
      maxRssBytes: 1e6,
    };
  }

  loadModel(request: v1.LoadModelRequest.$Properties): v1.ModelInfo.$Properties {
    const { modelId = "", base = "", seed = 0, replace } = defined(request);
    if (base === "missing") throw new Refusal("unknown_model", `model "${base}" is unknown; use nano`);
    const present = this.#models.get(modelId);
    if (present === undefined || replace === true) this.#models.set(modelId, this.#fresh(base, seed));
    return this.#info(modelId);
  }

  /** Rollouts in the order of the request. */
  *generate(request: v1.GenerateRequest.$Properties): Generator<v1.GeneratedRollout.$Properties> {
    const { weights } = this.#model(request.modelId);
    const expected = request.expectedVersionPlusOne ?? 0;
    if (expected !== 0 && expected !== weights.version + 1) {
      throw new Refusal("version_mismatch", `serving version ${weights.version}, asked for ${expected - 1}`);
    }
    const sampling = request.sampling ?? {};
    for (const prompt of request.prompts ?? []) {
      const promptId = prompt.promptId ?? "";
      const text = render(prompt);
      const seeds = prompt.seeds ?? [];
      if (seeds.length !== sampling.n)
        throw new Refusal("bad_request", `prompt ${promptId}: ${sampling.n} seeds needed`);
      const wanted = new Set(prompt.wanted ?? []);
      for (const [member, seed] of seeds.entries()) {
        const completion = this.policy({ text, promptId, member, seed, weightsVersion: weights.version });
        if (wanted.size > 0 && !wanted.has(member)) continue;
        yield rollout(promptId, member, text, completion, sampling.maxTokens ?? 0, weights.version);
      }
    }
  }

  score(request: v1.ScoreRequest.$Properties): v1.ScoreResponse.$Properties {
    this.#model(request.modelId);
    const scores = (request.sequences ?? []).map(({ tokens, promptLength }) => {
      const count = (tokens?.length ?? 0) / 4 - (promptLength ?? 0);
      const logprobs = Float32Array.from({ length: count }, (_, at) => logprobAt(at));
      return { logprobs: toBytes(logprobs), entropies: toBytes(new Float32Array(count).fill(0.5)) };
    });
    return { scores };
  }

  syncWeights(request: v1.SyncWeightsRequest.$Properties): v1.SyncWeightsResponse.$Properties {
    const { weights } = this.#model(request.modelId);
    const { weightsVersion = 0 } = defined(request);
    if (weightsVersion !== weights.version) throw new Refusal("version_mismatch", `at version ${weights.version}`);
    return { weightsVersion };
  }

  tokenize(request: v1.TokenizeRequest.$Properties): v1.TokenizeResponse.$Properties {
    this.#model(request.modelId);
    return { tokens: (request.prompts ?? []).map((prompt) => toBytes(tokenize(render(prompt)))) };
  }

  forwardBackward(
    header: v1.ForwardBackwardHeader.$Properties,
    datums: readonly v1.Datum.$Properties[],
  ): v1.ForwardBackwardResponse.$Properties {
    const { law, kept } = this.#model(header.modelId);
    if (header.datums !== datums.length) throw new Refusal("bad_request", `${header.datums} datums announced`);
    return law.chunk(header.step ?? {}, chunkContent(header.loss ?? {}, datums), () => {
      this.trained.push(...datums.map(({ datumId }) => datumId ?? ""));
      const tokens = datums.reduce((sum, { mask }) => sum + ones(mask ?? new Uint8Array()), 0);
      const weightSum = datums.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
      const { bucket = "", keepBucket } = defined(header);
      if (keepBucket === true) kept.set(bucket, (kept.get(bucket) ?? 0) + weightSum);
      return {
        lossSum: -weightSum,
        weightSum,
        tokens,
        forwardTokens: tokens,
        ratioMean: 1,
        ratioMax: 1,
        seconds: 0.001,
      };
    });
  }

  optimStep(request: v1.OptimStepRequest.$Properties): v1.OptimStepResponse.$Properties {
    const { law, weights, kept } = this.#model(request.modelId);
    return law.optim(request, (digest) => {
      kept.clear();
      weights.step(digest, { skip: request.skipUpdate === true, fresh: request.freshOptimizer === true });
      return { gradNorm: request.skipUpdate === true ? 0 : 1, weightsVersion: weights.version, seconds: 0.001 };
    });
  }

  discardGradients(request: v1.DiscardGradientsRequest.$Properties): v1.DiscardGradientsResponse.$Properties {
    const { law, kept } = this.#model(request.modelId);
    const chunks = law.discard(request.stepId ?? "");
    if (chunks > 0) kept.clear();
    return { chunks };
  }

  /** Buckets are orthogonal here, and as long as their weights. */
  gradientNorms(request: v1.GradientNormsRequest.$Properties): v1.GradientNormsResponse.$Properties {
    const { law, kept } = this.#model(request.modelId);
    if (law.openStep !== request.stepId) throw new Refusal("sequence_gap", `step ${request.stepId} is not open`);
    const buckets = [...kept.keys()];
    const cosines = buckets.flatMap((one) => buckets.map((other) => (one === other ? 1 : 0)));
    return { buckets, norms: [...kept.values()], cosines };
  }

  merge(request: v1.MergeRequest.$Properties): v1.MergeResponse.$Properties {
    const { base } = this.#model(request.modelId);
    const {
      name = "",
      checkpoints = [],
      weights = [],
      density = 0,
      lambda = 0,
      baseCheckpoint = "",
    } = defined(request);
    if (!(density > 0 && density <= 1)) throw new Refusal("bad_request", `density is ${density}; it must be in (0, 1]`);
    const from = baseCheckpoint === "" ? base : this.#checkpoint(baseCheckpoint).hash;
    const parts = checkpoints.map((one) => this.#checkpoint(one).hash);
    const { hash } = new FakeWeights(JSON.stringify([from, parts, weights, density, lambda]), 0);
    const info = { name, weightsVersion: 0, weightsHash: hash, bytes: 64, optimizer: false, base };
    this.#saved.set(name, { info, version: 0, hash, moments: "" });
    return { checkpoint: name, info };
  }

  save(request: v1.SaveRequest.$Properties): v1.CheckpointInfo.$Properties {
    const { weights, base } = this.#model(request.modelId);
    const { name = "", optimizer = false } = defined(request);
    const info = { name, weightsVersion: weights.version, weightsHash: weights.hash, bytes: 64, optimizer, base };
    const { version, hash, moments } = weights;
    this.#saved.set(name, { info, version, hash, moments: optimizer ? moments : "" });
    return info;
  }

  load(request: v1.LoadRequest.$Properties): v1.ModelInfo.$Properties {
    const modelId = request.modelId ?? "";
    const { base, seed } = this.#model(modelId);
    const { version, hash, moments } = this.#checkpoint(request.name);
    const loaded = this.#fresh(base, seed);
    Object.assign(loaded.weights, { version, hash, moments });
    this.#models.set(modelId, loaded);
    return this.#info(modelId);
  }

  list(request: v1.ListRequest.$Properties): v1.ListResponse.$Properties {
    const infos = [...this.#saved.values()].map(({ info }) => info);
    return { checkpoints: infos.filter(({ name }) => name?.startsWith(request.prefix ?? "")) };
  }

  delete(request: v1.DeleteRequest.$Properties): v1.DeleteResponse.$Properties {
    this.#checkpoint(request.name);
    this.#saved.delete(request.name ?? "");
    return {};
  }

  export(request: v1.ExportRequest.$Properties): v1.ExportResponse.$Properties {
    this.#model(request.modelId);
    const name = request.name ?? "";
    return { name, files: ["config.json", "model.safetensors"], bytes: 64, folder: `/fake/${name}` };
  }

  #fresh(base: string, seed: number): Loaded {
    this.#sessions += 1;
    return {
      base,
      seed,
      weights: new FakeWeights(base, seed),
      law: new StepLaw(),
      kept: new Map(),
      sessionId: `s${this.#sessions}`,
    };
  }

  #model(modelId: string | null | undefined): Loaded {
    const model = this.#models.get(modelId ?? "");
    if (model === undefined) throw new Refusal("not_loaded", `model "${modelId}" is not loaded; call LoadModel`);
    return model;
  }

  #checkpoint(name: string | null | undefined): Saved {
    const saved = this.#saved.get(name ?? "");
    if (saved === undefined) throw new Refusal("not_found", `no checkpoint "${name}"`);
    return saved;
  }

  #info(modelId: string): v1.ModelInfo.$Properties {
    const { base, weights, sessionId } = this.#model(modelId);
    return {
      modelId,
      base,
      weightsVersion: weights.version,
      weightsHash: weights.hash,
      parameters: 1,
      contextLength: 512,
      eosToken: 0,
      sessionId,
    };
  }
}

/** The same message with absent fields undefined rather than null. */
function defined<T extends object>(message: T): { [K in keyof T]: Exclude<T[K], null> } {
  return message as { [K in keyof T]: Exclude<T[K], null> }; // decoded messages never hold null, whatever the type says
}

function ones(mask: Uint8Array): number {
  return mask.reduce((sum, bit) => sum + bit, 0);
}
