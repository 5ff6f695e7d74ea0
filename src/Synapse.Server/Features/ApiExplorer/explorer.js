// Builds a form for every route of the OpenAPI document. All text goes in as text, never as markup.

const routes = document.getElementById('routes');
const filter = document.getElementById('filter');

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function resolve(schema, description) {
  return schema?.$ref ? description.components.schemas[schema.$ref.split('/').pop()] : schema;
}

// A body to begin with: every property, with its default or an empty value of its type.
function example(schema, description) {
  const body = {};
  for (const [name, property] of Object.entries(resolve(schema, description)?.properties ?? {})) {
    const types = [resolve(property, description)?.type].flat();
    body[name] = property.default ?? (types.includes('null') ? null : types.includes('array') ? [] : types.includes('integer') ? 0 : '');
  }
  return JSON.stringify(body, null, 2);
}

async function send(method, path, parameters, body, output) {
  let address = path;
  const query = new URLSearchParams();
  for (const { parameter, field } of parameters) {
    if (parameter.in === 'path') {
      address = address.replace(`{${parameter.name}}`, encodeURIComponent(field.value));
    } else if (field.value !== '') {
      query.set(parameter.name, field.value);
    }
  }
  if (query.size > 0) {
    address += `?${query}`;
  }

  output.textContent = 'Sending…';
  try {
    const response = await fetch(address, {
      method,
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body?.value,
    });
    const text = await response.text();
    output.textContent = `${method} ${address}\n${response.status} ${response.statusText}\n\n${pretty(text)}`;
  } catch (error) {
    output.textContent = `The server does not answer: ${error.message}`;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function describe(method, path, operation, description) {
  const form = element('form');
  const parameters = (operation.parameters ?? []).map((parameter) => {
    const field = element('input', { required: parameter.required ?? false, autocomplete: 'off', placeholder: parameter.schema?.default ?? '' });
    form.append(element('label', {}, `${parameter.name} (${parameter.in})`, field));
    return { parameter, field };
  });

  let body = null;
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  if (schema) {
    body = element('textarea', { spellcheck: false, value: example(schema, description) });
    form.append(element('label', {}, 'Body', body));
  }

  const output = element('pre', { hidden: true });
  if (operation.description) {
    form.append(element('p', { className: 'hint', textContent: operation.description }));
  }
  form.append(element('button', { type: 'submit', textContent: 'Send' }), output);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    output.hidden = false;
    send(method, path, parameters, body, output);
  });

  const details = element('details', {},
    element('summary', {},
      element('span', { className: `method ${method.toLowerCase()}`, textContent: method }),
      element('span', { className: 'path', textContent: path }),
      element('span', { className: 'summary', textContent: operation.summary ?? '' })),
    form);
  details.dataset.text = `${method} ${path} ${operation.summary ?? ''}`.toLowerCase();
  return details;
}

async function load() {
  const response = await fetch('/openapi/v1.json');
  if (!response.ok) {
    throw new Error(`status ${response.status}`);
  }

  const description = await response.json();
  const groups = new Map();
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'Other';
      if (!groups.has(tag)) {
        groups.set(tag, []);
      }
      groups.get(tag).push(describe(method.toUpperCase(), path, operation, description));
    }
  }

  routes.replaceChildren(...[...groups].map(([tag, all]) => element('section', {}, element('h2', { textContent: tag }), ...all)));
}

filter.addEventListener('input', () => {
  for (const details of routes.querySelectorAll('details')) {
    details.hidden = !details.dataset.text.includes(filter.value.toLowerCase());
  }
});

load().catch((error) => routes.replaceChildren(element('p', { textContent: `The description of the API cannot be loaded: ${error.message}` })));
