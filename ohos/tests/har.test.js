// The archives, opened: what is in them, and that an app can be built from them alone. STAYKIT_HARS: their paths.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const zlib = require('node:zlib');
const { spawnSync } = require('node:child_process');
const { shown } = require('./readme.js');

const { STAYKIT_COMPILER, STAYKIT_FORMATTER, STAYKIT_HARS } = process.env;
const [SURFACES, FACADE] = STAYKIT_HARS.split(path.delimiter);
/** What the module exports for tests alone. */
const LAB = ['provoke', 'provokeAt', 'recordInRust', 'rehearse', 'setClocks'];

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
  assert.deepStrictEqual(files.get('package/obfuscation.txt'), files.get('package/consumer-rules.txt'), 'where builds look');
  assert.doesNotMatch(rules.join('\n'), /^-(enable|disable|compact|remove|print|apply)/m, 'nothing for the whole app');
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

test('every block that the READMEs show, exactly as written, is a file that an app can have', () => {
  const facade = unpacked(FACADE);
  const surfaces = unpacked(SURFACES);
  const app = fs.mkdtempSync(path.join(os.tmpdir(), 'readme-'));
  const blocks = shown();
  assert.deepStrictEqual(blocks.map(({ name }) => name), ['README-1', 'README-2', 'staykit-README-1', 'staykit-ui-README-1']);
  for (const { name, text } of blocks) fs.writeFileSync(path.join(app, `${name}.ets`), text);
  const right = checked(app, facade, surfaces);
  assert.strictEqual(right.status, 0, right.stdout);
  for (const { name, text } of blocks) fs.writeFileSync(path.join(app, `${name}.ets`), text.replace(/^import .*\n/, ''));
  const { stdout } = checked(app, facade, surfaces);
  for (const { name } of blocks) assert.match(stdout, new RegExp(`${name}\\.ets.*Cannot find name`), 'a line too few is found');
  for (const made of [app, path.dirname(facade), path.dirname(surfaces)]) fs.rmSync(made, { recursive: true });
});

/** The processor's folder, and the number that ELF has for it. */
const PROCESSORS = new Map([['arm64-v8a', 183], ['x86_64', 62]]);

test('the native library is in the folder of its processor, is the one that is named, and has nothing that is for tests', (t) => {
  const files = opened(FACADE);
  const libraries = [...files.keys()].filter((name) => name.startsWith('package/libs/'));
  assert.strictEqual(libraries.length, 1, `${libraries}`);
  const [, , abi, name] = libraries[0].split('/');
  const about = manifest(files, 'oh-package.json5');
  assert.deepStrictEqual(about.nativeComponents.map((one) => one.name), [name]);
  assert.strictEqual(path.basename(FACADE).includes('-for-tests-on-this-machine'), abi !== 'arm64-v8a', 'what is no release says so');
  const library = files.get(libraries[0]);
  assert.deepStrictEqual([library.readUInt32BE(0), library[4], library.readUInt16LE(18)], [0x7f454c46, 2, PROCESSORS.get(abi)]);
  for (const lab of LAB) assert.ok(!library.includes(lab), `${lab} is for tests`);
  t.diagnostic(`${abi}/${name} has ${library.length} bytes`);
  assert.ok(![...opened(SURFACES).keys()].some((file) => file.startsWith('package/libs/')));
});

test('the library in the archive is a module with what its types say, and it opens a store', async () => {
  const facade = unpacked(FACADE);
  const [abi] = fs.readdirSync(path.join(facade, 'libs'));
  const file = path.join(facade, 'libs', abi, 'libstaykit.so');
  const types = path.join(facade, manifest(opened(FACADE), 'oh-package.json5').dependencies['libstaykit.so'].replace('file:', ''));
  const about = JSON.parse(fs.readFileSync(path.join(types, 'oh-package.json5'), 'utf8'));
  assert.strictEqual(about.name, 'libstaykit.so');
  const declared = fs.readFileSync(path.join(types, about.types), 'utf8');
  const functions = [...declared.matchAll(/^export const (\w+)/gm)].map((found) => found[1]);
  const script = `
    const module = { exports: {} };
    process.dlopen(module, ${JSON.stringify(file)});
    const native = module.exports;
    const settings = { folder: ${JSON.stringify(path.join(facade, 'store'))}, appVersion: '', deviceClass: 0, trustedKeys: [], events: [], refuseUnknown: false, zone: { offsetMin: 0 } };
    native.open(settings).then(({ handle, locked }) => {
      console.log(JSON.stringify([Object.keys(native).sort(), locked, native.refusalText(-3)]));
      return native.close(handle);
    });`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.strictEqual(stderr, '');
  const [exported, locked, words] = JSON.parse(stdout);
  assert.deepStrictEqual(exported, functions.sort());
  assert.deepStrictEqual([locked, words.length > 5], [true, true]);
  fs.rmSync(path.dirname(facade), { recursive: true });
});
