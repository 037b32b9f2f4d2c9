// Writes the design tokens that our stylesheet uses, and no others, to src/Tasuki.Web/wwwroot/css/tokens.css.
// The result is checked in, so that a build needs no npm. `node tokens.mjs --check` says whether it is still what this script writes.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const source = readFileSync(here('node_modules/@digital-go-jp/design-tokens/dist/tokens.css'), 'utf8');
const { version } = JSON.parse(readFileSync(here('node_modules/@digital-go-jp/design-tokens/package.json'), 'utf8'));
const sheet = readFileSync(here('../src/Tasuki.Web/wwwroot/css/tasuki.css'), 'utf8');
const target = here('../src/Tasuki.Web/wwwroot/css/tokens.css');

const known = new Map([...source.matchAll(/^\s*(--[\w-]+):\s*(.+);$/gm)].map(([, name, value]) => [name, value]));
const wanted = new Set();
const want = text => {
  for (const [, name] of text.matchAll(/var\((--[\w-]+)/g)) {
    if (known.has(name) && !wanted.has(name)) {
      wanted.add(name);
      want(known.get(name));
    }
  }
};
want(sheet);

const lines = [...known].filter(([name]) => wanted.has(name)).map(([name, value]) => `  ${name}: ${value};`);
const css = `/* From @digital-go-jp/design-tokens ${version} (MIT, Digital Agency of Japan). Written by web/tokens.mjs. */\n:root {\n${lines.join('\n')}\n}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== css) {
    console.error('tokens.css is not what tokens.mjs writes: run `npm run tokens` in web/.');
    process.exit(1);
  }
} else {
  writeFileSync(target, css);
}
