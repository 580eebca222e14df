// The archives, opened: what is in them, and that an app can be built from them alone. STAYKIT_HARS: their paths.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const zlib = require('node:zlib');
const { spawnSync } = require('node:child_process');

const { STAYKIT_COMPILER, STAYKIT_FORMATTER, STAYKIT_HARS } = process.env;
const [SURFACES, FACADE] = STAYKIT_HARS.split(path.delimiter);
/** What the module exports for tests alone. */
const LAB = ['provoke', 'recordInRust', 'rehearse', 'setClocks'];

/** The files of a ustar archive, by name. */
function opened(file) {
  const tar = zlib.gunzipSync(fs.readFileSync(file));
  const files = new Map();
  const text = (at, length) => tar.toString('utf8', at, at + length).replace(/\0.*$/s, '');
  for (let at = 0; tar[at] !== 0; ) {
    const header = Buffer.from(tar.subarray(at, at + 512)).fill(' ', 148, 156);
    assert.strictEqual(parseInt(text(at + 148, 8), 8), header.reduce((sum, byte) => sum + byte, 0), 'checksum');
    assert.deepStrictEqual([text(at + 257, 6), text(at + 136, 12)], ['ustar', '00000000000']);
    const size = parseInt(text(at + 124, 12), 8);
    const name = [text(at + 345, 155), text(at, 100)].filter(Boolean).join('/');
    files.set(name, tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

function unpacked(file) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'har-'));
  for (const [name, bytes] of opened(file)) {
    assert.ok(name.startsWith('package/') && !name.includes('..'), name);
    const to = path.join(folder, name);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.writeFileSync(to, bytes);
  }
  return path.join(folder, 'package');
}

/** JSON5 as these files use it is JSON. */
const manifest = (files, name) => JSON.parse(files.get(`package/${name}`).toString());

test('each archive has what the package manager looks for', () => {
  for (const [file, name] of [[FACADE, '@staykit/staykit'], [SURFACES, '@staykit/staykit-ui']]) {
    const files = opened(file);
    for (const wanted of ['oh-package.json5', 'Index.ets', 'README.md', 'CHANGELOG.md', 'LICENSE', 'src/main/module.json5']) {
      assert.ok(files.get(`package/${wanted}`)?.length > 0, `${wanted} in ${name}`);
    }
    const about = manifest(files, 'oh-package.json5');
    assert.deepStrictEqual([about.name, about.version, about.license], [name, '0.1.0', 'Apache-2.0']);
    assert.deepStrictEqual([about.compatibleSdkVersion, about.compatibleSdkType, about.obfuscated], [12, 'HarmonyOS', false]);
    const { module } = manifest(files, 'src/main/module.json5');
    assert.strictEqual(module.type, 'har');
    assert.deepStrictEqual(module.deviceTypes, ['phone', 'tablet', '2in1', 'wearable']);
  }
});

test('the facade asks for two permissions, and nothing else', () => {
  const { module } = manifest(opened(FACADE), 'src/main/module.json5');
  const names = module.requestPermissions.map((permission) => permission.name);
  assert.deepStrictEqual(names, ['ohos.permission.INTERNET', 'ohos.permission.GET_NETWORK_INFO']);
  assert.strictEqual(manifest(opened(SURFACES), 'src/main/module.json5').module.requestPermissions, undefined);
});

test('every name that native code reads or sets is kept by the consumer rules', () => {
  const files = opened(FACADE);
  const rules = files.get('package/consumer-rules.txt').toString().split('\n');
  const types = files.get('package/src/main/cpp/types/libstaykit/index.d.ts').toString().replace(/\/\*.*?\*\//gs, '');
  const functions = [...types.matchAll(/^export const (\w+)/gm)].map((found) => found[1]);
  const interfaces = [...types.matchAll(/export interface \w+ \{(.*?)\n\}/gs)].map((found) => found[1]);
  const properties = interfaces.flatMap((body) => [...body.matchAll(/^ {2}(\w+)\??:/gm)].map((found) => found[1]));
  assert.ok(functions.length > 25 && properties.length > 60);
  for (const name of [...functions, ...properties]) assert.ok(rules.includes(name), name);
  const native = require(process.env.STAYKIT_NATIVE);
  const exported = Object.keys(native).filter((name) => !LAB.includes(name));
  assert.deepStrictEqual(exported.sort(), functions.sort(), 'the types name what the module exports');
});

/** What the checker says of an app that has nothing but the archives, unpacked. */
function checked(app, facade, surfaces) {
  const modules = [
    `libstaykit.so=${path.join(facade, 'src/main/cpp/types/libstaykit/index.d.ts')}`,
    `@staykit/staykit=${path.join(facade, 'Index.ets')}`,
    `@staykit/staykit-ui=${path.join(surfaces, 'Index.ets')}`,
  ];
  const words = [path.join(__dirname, '..', 'check', 'check.js'), '--compiler', STAYKIT_COMPILER];
  words.push('--formatter', STAYKIT_FORMATTER, ...modules.flatMap((module) => ['--module', module]), app, facade, surfaces);
  return spawnSync(process.execPath, words, { encoding: 'utf8' });
}

test('the quick start, which has nothing but the archives, type-checks', () => {
  const facade = unpacked(FACADE);
  const surfaces = unpacked(SURFACES);
  const app = path.join(__dirname, '..', '..', 'examples', 'quickstart-ohos');
  const right = checked(app, facade, surfaces);
  assert.strictEqual(right.status, 0, right.stdout);
  fs.appendFileSync(path.join(facade, 'Index.ets'), "export { Nothing } from './src/main/ets/Staykit';\n");
  assert.match(checked(app, facade, surfaces).stdout, /Nothing/, 'it is the unpacked one that is checked');
  for (const folder of [path.dirname(facade), path.dirname(surfaces)]) fs.rmSync(folder, { recursive: true });
});

/** The blocks of ArkTS that a README shows. */
function shown(file) {
  const text = fs.readFileSync(path.join(__dirname, '..', file), 'utf8');
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map((found) => found[1]);
}

test('the READMEs and the quick start name the archives as they are called, the one that the other needs twice', () => {
  const { version } = manifest(opened(FACADE), 'oh-package.json5');
  const files = ['README.md', '../examples/quickstart-ohos/entry/oh-package.json5', '../examples/quickstart-ohos/oh-package.json5'];
  const [readme, entry, project] = files.map((file) => fs.readFileSync(path.join(__dirname, '..', file), 'utf8'));
  for (const name of ['staykit', 'staykit-ui']) {
    const line = `"@staykit/${name}": "file:./libs/${name}-${version}.har"`;
    assert.ok(readme.includes(line) && entry.includes(line), line);
  }
  const override = `"overrides": {\n  "@staykit/staykit": "file:./entry/libs/staykit-${version}.har"\n}`;
  assert.ok(readme.includes(override) && project.includes(override.replaceAll('\n', '\n  ')), override);
});

test('every line that the READMEs show is one that an app can have', () => {
  const facade = unpacked(FACADE);
  const surfaces = unpacked(SURFACES);
  const app = fs.mkdtempSync(path.join(os.tmpdir(), 'readme-'));
  const imports = [
    "import { AbilityConstant, UIAbility, Want, common } from '@kit.AbilityKit';",
    "import { UIContext } from '@kit.ArkUI';",
    "import { Consent, Decision, Properties, Staykit } from '@staykit/staykit';",
    "import { StaykitUi } from '@staykit/staykit-ui';",
  ];
  const own = (lines) => lines.replace(/^import .*\n/gm, '');
  const [ability, event] = shown('README.md');
  const [facadeLines] = shown('staykit/README.md').map(own);
  const [surfaceLines] = shown('staykit-ui/README.md').map(own);
  const page = (body) => `class Page {\ngetUIContext(): UIContext { throw new Error(); }\ncontext: common.Context = new common.Context();\n${body}\n}`;
  const method = (name, body) => `${name}(staykit: Staykit): void {\n${body}\n}`;
  const files = {
    'Page.ets': `export ${page([`event(): void {\n${own(event)}\n}`, method('surface', surfaceLines)].join('\n'))}`,
    'Facade.ets': `export ${page(`facade(): void {\n${facadeLines}\n}`)}`,
  };
  for (const [name, body] of Object.entries(files)) {
    fs.writeFileSync(path.join(app, name), `${imports.join('\n')}\n\n${body}\n`);
  }
  // As it stands, with its own imports.
  fs.writeFileSync(path.join(app, 'EntryAbility.ets'), ability);
  const { stdout } = checked(app, facade, surfaces);
  // A file outside is named by its way from here, whichever that is.
  const folder = path.basename(app);
  const found = stdout.split('\n').filter((line) => line.includes(folder) && !/not formatted|never read|never used/.test(line));
  assert.deepStrictEqual(found, [], stdout);
  assert.match(stdout, new RegExp(`${folder}.*not formatted`), 'they were looked at');
  for (const made of [app, path.dirname(facade), path.dirname(surfaces)]) fs.rmSync(made, { recursive: true });
});

test('a native library in it is for arm64, named as its module, and needs only what a device has', (t) => {
  const library = opened(FACADE).get('package/libs/arm64-v8a/libstaykit.so');
  if (library === undefined) {
    assert.match(path.basename(FACADE), /-without-native\.har$/, 'a flavour without it says so in its name');
    return;
  }
  assert.deepStrictEqual([library.readUInt32BE(0), library[4], library.readUInt16LE(18)], [0x7f454c46, 2, 183]);
  for (const name of LAB) assert.ok(!library.includes(name), `${name} is for tests`);
  t.diagnostic(`libstaykit.so has ${library.length} bytes`);
});
