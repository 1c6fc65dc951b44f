// The API reference with requests that can be sent. Everything it knows comes from /openapi.json.
"use strict";

const LARGEST_SHOWN = 200000;
const METHODS = ["get", "post", "put", "patch", "delete"];
const view = document.getElementById("operation");
const menu = document.getElementById("operations");
const keyBox = document.getElementById("key");
const rememberBox = document.getElementById("remember");
let spec;
let operations = [];

// --- small tools -----------------------------------------------------------------------------------------

/** An element: el("a.pill", {href: "/"}, "text", child, ...). Text is never parsed as HTML. */
function el(what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function resolve(schema) {
  if (!schema) return {};
  if (schema.$ref) return schema.$ref.slice(2).split("/").reduce((node, part) => node[part], spec);
  const whole = (schema.anyOf || []).find((part) => part.type !== "null");
  return whole ? { ...resolve(whole), ...(schema.description ? { description: schema.description } : {}) } : schema;
}

function typeName(schema) {
  const name = schema.$ref ? schema.$ref.split("/").pop() : null;
  const found = resolve(schema);
  if (found.enum) return found.enum.filter((value) => value !== null).map((value) => JSON.stringify(value)).join(" | ");
  const type = Array.isArray(found.type) ? found.type.filter((kind) => kind !== "null").join(" | ") : found.type;
  if (type === "array") {
    const item = typeName(found.items || {});
    return item.includes(" | ") ? `list of ${item}` : `${item}[]`;
  }
  return name || (found.format ? `${type}, ${found.format}` : type) || "any";
}

function range(schema) {
  const found = resolve(schema);
  return found.minimum !== undefined && found.maximum !== undefined ? ` ${found.minimum}–${found.maximum}` : "";
}

/** Text in which `words` are code. */
function marked(text) {
  return text.split("`").map((part, i) => (i % 2 ? el("code", {}, part) : part));
}

function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

function nearest(name, known) {
  const best = known.map((word) => [distance(name.toLowerCase(), word), word]).sort((x, y) => x[0] - y[0])[0];
  return best && best[0] <= Math.max(2, name.length / 3) ? best[1] : null;
}

// --- the key: kept in this browser only -------------------------------------------------------------------

function loadKey() {
  keyBox.value = sessionStorage.getItem("jobwire-key") || localStorage.getItem("jobwire-key") || "";
  rememberBox.checked = localStorage.getItem("jobwire-key") !== null;
}

function saveKey() {
  sessionStorage.setItem("jobwire-key", keyBox.value.trim());
  if (rememberBox.checked) localStorage.setItem("jobwire-key", keyBox.value.trim());
  else localStorage.removeItem("jobwire-key");
}

// --- one request as it will be sent ------------------------------------------------------------------------

function bodySchema(operation) {
  const content = operation.requestBody && operation.requestBody.content["application/json"];
  return content ? resolve(content.schema) : null;
}

function example(schema) {
  if (schema.examples && schema.examples.length) return schema.examples[0];
  const given = {};
  for (const name of schema.required || []) {
    const field = resolve(schema.properties[name]);
    given[name] = field.enum ? field.enum[0] : field.type === "integer" || field.type === "number" ? 1 : field.type === "boolean" ? false : field.type === "array" ? [] : "example";
  }
  return given;
}

function readRequest(operation, form) {
  let path = operation.path;
  const query = new URLSearchParams();
  for (const parameter of operation.parameters || []) {
    const value = form.querySelector(`[name="p:${parameter.name}"]`).value.trim();
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value || `{${parameter.name}}`));
    else if (value !== "") query.set(parameter.name, value);
  }
  const body = form.querySelector("textarea");
  const text = query.toString();
  return {
    method: operation.method.toUpperCase(),
    url: location.origin + path + (text ? `?${text}` : ""),
    keyed: operation.security.length > 0,
    body: body && body.value.trim() ? body.value.trim() : null,
  };
}

const quote = (text) => `'${text.replace(/'/g, "'\\''")}'`;

const SNIPPETS = {
  curl(request) {
    const lines = [`curl -s -X ${request.method} ${quote(request.url)}`];
    if (request.keyed) lines.push('-H "X-Api-Key: $JOBWIRE_KEY"');
    if (request.body) lines.push("-H 'Content-Type: application/json'", `-d ${quote(request.body)}`);
    return lines.join(" \\\n  ");
  },
  Python(request) {
    const more = [];
    if (request.keyed) more.push('headers={"X-Api-Key": os.environ["JOBWIRE_KEY"]}');
    if (request.body) more.push(`json=json.loads(${JSON.stringify(request.body)})`);
    const given = [`"${request.method}"`, JSON.stringify(request.url), ...more].map((line) => `    ${line},\n`).join("");
    return `import json, os, requests\n\nanswer = requests.request(\n${given})\nanswer.raise_for_status()\nprint(answer.json())\n`;
  },
  Node(request) {
    const headers = [];
    if (request.keyed) headers.push('"X-Api-Key": process.env.JOBWIRE_KEY');
    if (request.body) headers.push('"Content-Type": "application/json"');
    const more = [`method: "${request.method}"`];
    if (headers.length) more.push(`headers: { ${headers.join(", ")} }`);
    if (request.body) more.push(`body: ${JSON.stringify(request.body)}`);
    return `const answer = await fetch(${JSON.stringify(request.url)}, {\n${more.map((line) => `  ${line},\n`).join("")}});\nif (!answer.ok) throw new Error(await answer.text());\nconsole.log(await answer.json());\n`;
  },
};

// --- sending and showing -----------------------------------------------------------------------------------

async function send(operation, form, out) {
  const request = readRequest(operation, form);
  const button = form.querySelector("button.main");
  button.disabled = true;
  out.replaceChildren(el("p.empty", {}, "Waiting for the answer…"));
  const headers = {};
  if (request.body) headers["Content-Type"] = "application/json";
  if (request.keyed && keyBox.value.trim()) headers["X-Api-Key"] = keyBox.value.trim();
  const started = performance.now();
  try {
    const answer = await fetch(request.url, { method: request.method, headers, body: request.body, credentials: "omit", cache: "no-store" });
    const text = await answer.text();
    showAnswer(operation, form, out, answer, text, performance.now() - started);
  } catch (error) {
    out.replaceChildren(el("p.note.bad", {}, `The server did not answer: ${error.message}`));
  } finally {
    button.disabled = false;
  }
}

function showAnswer(operation, form, out, answer, text, ms) {
  let shown = text;
  let parsed = null;
  try {
    parsed = JSON.parse(text);
    shown = JSON.stringify(parsed, null, 2);
  } catch { /* not JSON: shown as it is */ }
  const bytes = new TextEncoder().encode(text).length;
  const kind = answer.ok ? "good" : answer.status < 500 ? "warn" : "bad";
  const title = el("div.row", { id: "answer" },
    el(`span.pill.${kind}`, { id: "status" }, `${answer.status} ${answer.statusText || ""}`.trim()),
    el("span.small.soft", {}, `${Math.round(ms)} ms, ${bytes.toLocaleString("en")} bytes`));
  const cut = shown.length > LARGEST_SHOWN;
  const parts = [title, ignoredNote(operation, answer)];
  if (parsed && parsed.has_more && parsed.next_cursor) {
    parts.push(el("p", {}, el("button", { type: "button", onclick: () => turnPage(operation, form, out, parsed.next_cursor) }, "Next page")));
  }
  parts.push(el("details", {}, el("summary.small", {}, "Headers"), el("pre", { tabindex: 0 }, [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n"))));
  parts.push(el("pre", { id: "body", tabindex: 0 }, cut ? shown.slice(0, LARGEST_SHOWN) : shown));
  if (cut) parts.push(el("p.small.soft", {}, `The first ${LARGEST_SHOWN.toLocaleString("en")} characters; copy the request to get all of it.`));
  out.replaceChildren(...parts.filter(Boolean));
}

function ignoredNote(operation, answer) {
  const ignored = (answer.headers.get("X-Ignored-Fields") || "").split(", ").filter(Boolean).map(decodeURIComponent);
  if (!ignored.length) return null;
  const schema = bodySchema(operation);
  const known = [...(operation.parameters || []).map((parameter) => parameter.name), ...Object.keys((schema && schema.properties) || {})];
  const words = ignored.map((name) => {
    const near = known.includes(name) ? null : nearest(name, known);
    return near ? `${name} (did you mean ${near}?)` : name;
  });
  return el("p.note", { id: "ignored" }, `Not used: ${words.join(", ")}.`);
}

function turnPage(operation, form, out, cursor) {
  const body = form.querySelector("textarea");
  if (body) body.value = JSON.stringify({ cursor }, null, 2);
  else form.querySelector('[name="p:cursor"]').value = cursor;
  form.dispatchEvent(new Event("input"));
  send(operation, form, out);
}

function snippetBox(operation, form) {
  const code = el("pre", { tabindex: 0 });
  const copied = el("span.small.soft", { role: "status" });
  const buttons = Object.keys(SNIPPETS).map((name) => el("button", { type: "button", "aria-pressed": "false", onclick: () => pick(name) }, name));
  let chosen = "curl";
  function pick(name) {
    chosen = name;
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.textContent === name)));
    code.textContent = SNIPPETS[name](readRequest(operation, form));
    copied.textContent = "";
  }
  async function copy() {
    try {
      await navigator.clipboard.writeText(code.textContent);
      copied.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(code);
      copied.textContent = "Selected; copy it with your keyboard.";
    }
  }
  form.addEventListener("input", () => pick(chosen));
  pick(chosen);
  return el("div.card", {}, el("h3", {}, "The same request as code"),
    el("div.row.tabs", {}, buttons, el("button.quiet", { type: "button", onclick: copy }, "Copy"), copied), code);
}

// --- the reference -------------------------------------------------------------------------------------------

function fieldRow(name, schema, required) {
  const found = resolve(schema);
  return el("div.field", {},
    el("div", {}, el("code", {}, name), required ? el("span.small.soft", {}, " required") : null),
    el("div", {}, el("p.small.soft", {}, typeName(schema) + range(schema)), found.description ? el("p.small", {}, marked(found.description)) : null));
}

function fieldList(title, schema, depth = 0) {
  const found = resolve(schema);
  if (found.oneOf) return el("div", {}, found.oneOf.map((part, i) => fieldList(i ? "or" : title, part, depth)));
  const names = Object.keys(found.properties || {});
  if (!names.length) return null;
  const rows = names.map((name) => {
    const field = found.properties[name];
    const inner = resolve(field).type === "array" ? resolve(resolve(field).items) : resolve(field);
    const row = fieldRow(name, field, false);
    const nested = depth < 3 && (inner.properties || inner.oneOf) ? fieldList(null, inner, depth + 1) : null;
    if (nested) row.lastChild.append(el("details", {}, el("summary.small", {}, "Fields"), nested));
    return row;
  });
  return el("div", {}, title ? el("h3", {}, title) : null, rows);
}

function parameterInput(parameter) {
  const id = `input-${parameter.name}`;
  const schema = resolve(parameter.schema);
  const choices = schema.enum || (schema.type === "boolean" ? [true, false] : null);
  const input = choices
    ? el("select", { id, name: `p:${parameter.name}` }, el("option", { value: "" }, ""), choices.map((choice) => el("option", { value: String(choice) }, String(choice))))
    : el("input", { id, name: `p:${parameter.name}`, autocomplete: "off", spellcheck: "false", placeholder: (schema.examples || [""])[0] });
  return el("div.field", {}, el("label", { for: id }, parameter.name, parameter.in === "path" ? el("span.small.soft", {}, " in the path") : null),
    el("div", {}, input, el("p.small.soft", {}, [typeName(parameter.schema) + range(parameter.schema), parameter.description].filter(Boolean).join(". "))));
}

function show(operation) {
  const schema = bodySchema(operation);
  const success = Object.keys(operation.responses).find((status) => status < "300");
  const answer = operation.responses[success].content;
  const answerSchema = answer && (answer["application/json"] || {}).schema;
  const out = el("div", { "aria-live": "polite" }, el("p.empty", {}, "Nothing was sent yet."));
  const form = el("form", { onsubmit: (event) => { event.preventDefault(); send(operation, form, out); } },
    (operation.parameters || []).map(parameterInput),
    schema ? el("div", {}, el("label", { for: "request-body" }, "Body (JSON)"), el("textarea", { id: "request-body", rows: 9, spellcheck: "false" }, JSON.stringify(example(schema), null, 2))) : null,
    el("p.row", {}, el("button.main", { type: "submit" }, "Send"), el("span.small.soft", {}, operation.security.length ? "with your key" : "no key needed")));
  const errors = Object.entries(operation.responses).filter(([status]) => status >= "400").map(([status, response]) => {
    const code = response.$ref ? response.$ref.split("/").pop() : "";
    return el("li.small", {}, `${status} `, code ? el("a", { href: `/docs/errors#${code}` }, code) : response.description);
  });
  view.replaceChildren(
    el("h2", { id: "operation-title" }, operation.summary),
    el("p.row", {}, el(`span.method.${operation.method}`, {}, operation.method.toUpperCase()), el("code", {}, operation.path)),
    el("div.try", {}, el("div.card", {}, el("h3", {}, "Request"), form), el("div.card", {}, el("h3", {}, "Answer"), out)),
    snippetBox(operation, form),
    el("div.card", {},
      schema ? fieldList("Fields of the body", schema) : null,
      answerSchema ? fieldList(`Fields of the answer (${success})`, answerSchema) : null,
      el("h3", {}, "Errors"), el("ul", {}, errors)));
}

function route() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const operation = operations.find((found) => found.operationId === wanted) || operations[0];
  for (const link of menu.querySelectorAll("a")) {
    if (link.hash === `#${operation.operationId}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  show(operation);
}

function listOperations() {
  const tags = new Map();
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const method of METHODS.filter((name) => methods[name])) {
      const operation = { ...methods[method], method, path };
      if (/older path/.test(operation.summary)) continue;
      operations.push(operation);
      const tag = operation.tags[0];
      tags.set(tag, [...(tags.get(tag) || []), operation]);
    }
  }
  for (const [tag, found] of tags) {
    const name = tag.replace(/_/g, " ");
    menu.append(el("h2", {}, name[0].toUpperCase() + name.slice(1)), el("ul", {}, found.map((operation) => el("li", {},
      el("a.op", { href: `#${operation.operationId}` }, el(`span.method.${operation.method}`, {}, operation.method.toUpperCase()), operation.summary)))));
  }
}

async function begin() {
  loadKey();
  keyBox.addEventListener("input", saveKey);
  rememberBox.addEventListener("change", saveKey);
  document.getElementById("key-form").addEventListener("submit", (event) => event.preventDefault());
  try {
    spec = await (await fetch("/openapi.json")).json();
  } catch (error) {
    view.replaceChildren(el("p.note.bad", {}, `The reference could not be loaded: ${error.message}`));
    return;
  }
  listOperations();
  addEventListener("hashchange", route);
  route();
}

begin();
