// The checker finds what it is there to find. STAYKIT_COMPILER, STAYKIT_FORMATTER: where npm put them.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const { STAYKIT_COMPILER, STAYKIT_FORMATTER } = process.env;

/** What the checker says of files with these texts. */
function check(texts) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'check-'));
  texts.forEach((text, i) => fs.writeFileSync(path.join(folder, `file${i}.ets`), `${text}\n`));
  const words = [path.join(__dirname, '..', 'check', 'check.js')];
  words.push('--compiler', STAYKIT_COMPILER, '--formatter', STAYKIT_FORMATTER, folder);
  const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  fs.rmSync(folder, { recursive: true });
  return { status, stdout };
}

test('what is right passes', () => {
  const good = "import { http } from '@kit.NetworkKit';\n\nexport const request: http.HttpRequest = http.createHttp();";
  const { status, stdout } = check([good]);
  assert.strictEqual(status, 0, stdout);
});

test('each kind of fault is found', () => {
  const faults = [
    ['const a: any = 1;', 'arkts-no-any-unknown'],
    ['const { a } = { a: 1 };', 'arkts-no-destruct'],
    ['const o = { a: 1 };', 'arkts-no-untyped-obj-literals'],
    ['function f() {\n  throw 5;\n}', 'arkts-limited-throw'],
    ["const s: string = 5;", 'not assignable'],
    ["import { nothing } from '@kit.NetworkKit';\nnothing();", "no exported member 'nothing'"],
    ["import { http } from '@kit.NetworkKit';\nhttp.createHttp().requestSync('');", "'requestSync' does not exist"],
    ["import native from 'libstaykit.so';\nnative.record(1);", 'Expected 3 arguments'],
    ['export   const a: number = 1', 'not formatted'],
    ['export const a: number = ;', 'file9.ets'],
  ];
  const { status, stdout } = check(faults.map(([text]) => `export {};\n${text}`));
  assert.strictEqual(status, 1);
  faults.forEach(([text, words], i) => {
    const lines = stdout.split('\n').filter((line) => line.includes(`file${i}.ets`));
    assert.ok(lines.some((line) => line.includes(words)), `${words} for ${text}: ${stdout}`);
  });
});
