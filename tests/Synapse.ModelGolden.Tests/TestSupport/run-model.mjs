// The independent side: the same model files through @huggingface/transformers (onnxruntime-node). Tokens and graph are
// its own. Pooling is written out here by the formulas of sentence-transformers, and cutting as its tokenizers do it:
// the library itself cuts special tokens away as well.
//
//   node run-model.mjs LIBRARIES < request.json > reply.json
//
// Request: { folder, weights, kind: "embeddings" | "scores", groups: [{ texts, prefix, pooling, normalize, skipPrefix, lowerCase, query }] }
// Reply: for each group a list of lists of numbers.
import { basename, dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { readFileSync, writeFileSync } from "node:fs";

const library = await import(pathToFileURL(`${process.argv[2]}/node_modules/@huggingface/transformers/dist/transformers.node.mjs`));
const { AutoModel, AutoModelForSequenceClassification, AutoTokenizer, Tensor, env } = library;
const request = JSON.parse(readFileSync(0, "utf8"));
env.allowRemoteModels = false;
env.localModelPath = dirname(request.folder);
const name = basename(request.folder);
const tokenizer = await AutoTokenizer.from_pretrained(name);
const kind = request.kind === "scores" ? AutoModelForSequenceClassification : AutoModel;
const model = await kind.from_pretrained(name, { dtype: "fp32", model_file_name: request.weights ?? "model" });

const formulas = {
  cls: (rows) => rows[0],
  last: (rows) => rows[rows.length - 1],
  max: (rows, from) => rows[0].map((_, i) => rows.slice(from).reduce((most, row) => Math.max(most, row[i]), -1e9)),
  mean: (rows, from) => sum(rows, from, () => 1).map((value) => value / Math.max(rows.length - from, 1e-9)),
  sqrt: (rows, from) => sum(rows, from, () => 1).map((value) => value / Math.sqrt(rows.length - from)),
  weighted: (rows, from) => {
    const weights = rows.reduce((total, _, i) => total + (i >= from ? i + 1 : 0), 0);
    return sum(rows, from, (i) => i + 1).map((value) => value / weights);
  },
};

function sum(rows, from, weight) {
  return rows[0].map((_, column) => rows.reduce((total, row, i) => total + (i >= from ? row[column] * weight(i) : 0), 0));
}

function unit(vector) {
  const length = Math.sqrt(vector.reduce((total, value) => total + value * value, 0));
  return length > 0 ? vector.map((value) => value / length) : vector;
}

function encode(first, second) {
  const limit = tokenizer.model_max_length - (second === undefined ? 2 : 3);
  const [a, b] = [first, second ?? ""].map((text) => tokenizer.encode(text, { add_special_tokens: false }));
  const shorterFirst = a.length <= b.length;
  while (a.length + b.length > limit) {
    (a.length > b.length || (a.length === b.length && shorterFirst) ? a : b).pop();
  }
  const [start, end] = ["[CLS]", "[SEP]"].map((token) => tokenizer.encode(token, { add_special_tokens: false })[0]);
  const ids = second === undefined ? [start, ...a, end] : [start, ...a, end, ...b, end];
  return { ids, types: ids.map((_, i) => (i < a.length + 2 ? 0 : 1)) };
}

function batch(encoded) {
  const length = Math.max(...encoded.map(({ ids }) => ids.length));
  const tensor = (row) => new Tensor("int64", BigInt64Array.from(encoded.flatMap((text) => Array.from({ length }, (_, i) => BigInt(row(text, i) ?? 0)))), [encoded.length, length]);
  return {
    input_ids: tensor(({ ids }, i) => ids[i]),
    attention_mask: tensor(({ ids }, i) => (i < ids.length ? 1 : 0)),
    token_type_ids: tensor(({ types }, i) => types[i]),
  };
}

async function embed(group) {
  const texts = group.texts.map((text) => (group.lowerCase ? (group.prefix + text).toLowerCase() : group.prefix + text));
  const inputs = batch(texts.map((text) => encode(text)));
  const output = await model(inputs);
  const [, length, width] = output.last_hidden_state.dims;
  const states = output.last_hidden_state.data;
  const mask = inputs.attention_mask.data;
  const from = group.skipPrefix ? encode(group.prefix).ids.length - 1 : 0;
  return texts.map((_, text) => {
    const rows = [];
    for (let token = 0; token < length && mask[text * length + token] == 1n; token++) {
      const start = (text * length + token) * width;
      rows.push(Array.from(states.slice(start, start + width)));
    }
    const pooled = group.pooling.flatMap((mode) => formulas[mode](rows, from));
    return group.normalize ? unit(pooled) : pooled;
  });
}

async function score(group) {
  const inputs = batch(group.texts.map((text) => encode(group.query, text)));
  const { logits } = await model(inputs);
  return Array.from(logits.data, (logit) => [logit]);
}

const reply = [];
for (const group of request.groups) {
  reply.push(await (request.kind === "scores" ? score(group) : embed(group)));
}
writeFileSync(1, JSON.stringify(reply));
