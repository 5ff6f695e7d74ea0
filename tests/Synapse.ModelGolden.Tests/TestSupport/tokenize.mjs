// Tokenizes with Hugging Face's Rust library: a request as JSON on standard input, the results as JSON on standard output.
// Texts are base64 of UTF-16, since JSON cannot carry half a surrogate pair safely.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';

const { Tokenizer } = createRequire(process.argv[2] + '/')('tokenizers');
const request = JSON.parse(readFileSync(0, 'utf8'));
const texts = request.texts.map(text => Buffer.from(text, 'base64').toString('utf16le'));
const shown = encoding => ({ ids: encoding.getIds(), typeIds: encoding.getTypeIds() });
const results = [];
for (const { json, direction } of request.tokenizers) {
  const tokenizer = Tokenizer.fromString(json);
  const whole = [];
  const normalized = [];
  const pieces = [];
  for (const text of texts) {
    whole.push(shown(await tokenizer.encode(text)));
    if (request.steps) {
      const after = tokenizer.getNormalizer()?.normalizeString(text) ?? text;
      normalized.push(after);
      pieces.push(tokenizer.getPreTokenizer()?.preTokenizeString(after).map(([piece]) => piece) ?? [after]);
    }
  }
  const cut = [];
  for (const limit of request.limits) {
    tokenizer.setTruncation(limit, { direction });
    for (const text of texts) {
      cut.push(shown(await tokenizer.encode(text)));
    }
    for (const [first, second] of request.pairs) {
      cut.push(shown(await tokenizer.encode(texts[first], texts[second])));
    }
  }
  results.push({ whole, normalized, pieces, cut });
}
writeFileSync(1, JSON.stringify(results));
