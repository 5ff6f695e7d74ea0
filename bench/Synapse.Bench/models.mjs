// The same files and texts in @huggingface/transformers (onnxruntime-node).
//
//   node models.mjs NODE_MODULES FOLDER WEIGHTS < texts.json      prints one JSON line for each way of batching
import { basename, dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";

const [, , modules, folder, weights] = process.argv;
const { AutoTokenizer, env, pipeline } = await import(pathToFileURL(`${modules}/@huggingface/transformers/dist/transformers.node.mjs`));
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const texts = JSON.parse(readFileSync(0, "utf8"));
const extract = await pipeline("feature-extraction", basename(folder), { dtype: "fp32", model_file_name: weights });
const tokenizer = await AutoTokenizer.from_pretrained(basename(folder));
const tokens = texts.map((text) => Math.min(tokenizer.encode(text).length, tokenizer.model_max_length));
const total = tokens.reduce((sum, count) => sum + count, 0);
const sorted = texts.map((_, i) => i).sort((a, b) => tokens[a] - tokens[b]).map((i) => texts[i]);

for (const [order, all, size] of [["as given", texts, 32], ["sorted by length", sorted, 32], ["sorted by length", sorted, 8]]) {
  await extract(all.slice(0, size), { pooling: "mean", normalize: true });
  const processor = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < all.length; i += size) {
    await extract(all.slice(i, i + size), { pooling: "mean", normalize: true });
  }
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(processor);
  console.log(JSON.stringify({ order, size, tokens: total, seconds, processorSeconds: (used.user + used.system) / 1e6, residentMb: process.memoryUsage().rss / 1e6 }));
}
