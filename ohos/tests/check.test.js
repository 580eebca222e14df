// The checker finds what it is there to find. STAYKIT_COMPILER, STAYKIT_FORMATTER: where npm put them.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const { STAYKIT_COMPILER, STAYKIT_FORMATTER } = process.env;

function check(text) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'check-'));
  fs.writeFileSync(path.join(folder, 'a.ets'), text);
  const words = [path.join(__dirname, '..', 'check', 'check.js')];
  words.push('--compiler', STAYKIT_COMPILER, '--formatter', STAYKIT_FORMATTER, folder);
  const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  fs.rmSync(folder, { recursive: true });
  return { status, stdout };
}

const GOOD = "import { http } from '@kit.NetworkKit';\n\nexport const request: http.HttpRequest = http.createHttp();\n";

test('what is right passes', () => {
  assert.strictEqual(check(GOOD).status, 0, check(GOOD).stdout);
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
    ['export const a: number = ;', 'a.ets'],
  ];
  for (const [text, words] of faults) {
    const { status, stdout } = check(`${text}\n`);
    assert.strictEqual(status, 1, text);
    assert.ok(stdout.includes(words), `${words} in ${stdout}`);
  }
});
