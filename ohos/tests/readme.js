// The blocks of ArkTS that the READMEs show, exactly as written.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const READMES = ['README.md', 'staykit/README.md', 'staykit-ui/README.md'];

/** Each with a name: the README's, and which block of it. */
function shown() {
  return READMES.flatMap((file) => {
    const text = fs.readFileSync(path.join(root, file), 'utf8');
    const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)];
    return blocks.map(([, block], i) => ({ name: `${file.replace('.md', '').replace('/', '-')}-${i + 1}`, text: block }));
  });
}

module.exports = { shown };
